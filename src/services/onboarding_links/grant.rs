//! What a link gives, and who can give that.

use crate::app::Ctx;
use crate::authz::decision::Reach;
use crate::authz::permission::{
    ChangeRoles, CreateCompanies, GrantAdmin, InviteMembers, ManageBilling, ManageOnboardingLinks, Permission,
    PermissionId,
};
use crate::authz::role::{CompanyRole, Role};
use crate::common::error::AppError;
use crate::common::id::CompanyId;
use crate::db::Conn;
use crate::models::onboarding_link::{LinkPurpose, LinkTerms, OnboardingLink};
use crate::services::invitations::authority::InviteAuthority;

#[derive(Debug, Clone)]
pub struct LinkGrant {
    pub purpose: LinkPurpose,
    pub role: Role,
    /// The role in the new company, or in the selected ones.
    pub company_role: CompanyRole,
    pub companies: Vec<CompanyId>,
}

impl From<&OnboardingLink> for LinkGrant {
    fn from(link: &OnboardingLink) -> Self {
        Self {
            purpose: link.purpose,
            role: link.role,
            company_role: link.company_role,
            companies: link.companies(),
        }
    }
}

impl From<&LinkTerms> for LinkGrant {
    fn from(terms: &LinkTerms) -> Self {
        Self {
            purpose: terms.purpose,
            role: terms.role,
            company_role: terms.company_role,
            companies: terms.companies.clone(),
        }
    }
}

impl LinkGrant {
    /// Whether a member can give these roles. No one becomes an owner by a link.
    pub fn is_granted_by(&self, authority: &InviteAuthority) -> bool {
        let roles = match self.purpose {
            // A company that does not exist yet is not one of their own companies.
            LinkPurpose::NewCompany => {
                authority.reach() == Reach::Everywhere
                    && authority.may_grant(self.role)
                    && authority.company_roles().contains(&self.company_role)
            }
            LinkPurpose::Join => {
                let pairs: Vec<_> = self.companies.iter().map(|id| (*id, self.company_role)).collect();
                authority.covers(self.role, &pairs)
            }
        };
        self.role != Role::Owner && roles
    }

    /// Whether a member can create the company.
    pub fn is_created_by(&self, authority: &InviteAuthority) -> bool {
        self.purpose == LinkPurpose::Join
            || authority.authority.permissions.reach(CreateCompanies::ID) == Reach::Everywhere
    }

    /// Whether a link that gives this works with the permissions of a member.
    pub fn is_authorized_by(&self, authority: &InviteAuthority) -> bool {
        self.missing_permission(authority).is_none()
    }

    /// The permission that a member needs to save a link that gives this.
    pub fn missing_permission(&self, authority: &InviteAuthority) -> Option<PermissionId> {
        if !self.is_granted_by(authority) {
            Some(match self.role {
                Role::Admin => GrantAdmin::ID,
                Role::BillingAdmin => ManageBilling::ID,
                Role::Owner | Role::UserAdmin => ChangeRoles::ID,
                _ => InviteMembers::ID,
            })
        } else if !self.is_created_by(authority) {
            Some(CreateCompanies::ID)
        } else if authority.authority.permissions.reach(ManageOnboardingLinks::ID) == Reach::Everywhere {
            None
        } else {
            Some(ManageOnboardingLinks::ID)
        }
    }

    /// Whether a member can copy the link. A member who cannot give these roles could join with it a second time; with an
    /// approval, the link alone gives nothing.
    pub fn may_be_copied_by(&self, authority: &InviteAuthority, approval: bool) -> bool {
        let role = authority
            .authority
            .role_permissions(self.role)
            .everywhere()
            .within(authority.authority.ceiling());
        let companies = self.purpose == LinkPurpose::NewCompany
            || self.companies.is_empty()
            || authority.reach() == Reach::Everywhere;
        approval || (role && companies)
    }
}

/// Whether the member who last saved a link can still give what it gives.
pub fn is_authorized(conn: &mut Conn, cx: &Ctx, link: &OnboardingLink) -> Result<bool, AppError> {
    let authority = InviteAuthority::of_user(conn, cx, link.organization_id, link.authorized_by)?;
    Ok(authority.is_some_and(|(_, authority)| LinkGrant::from(link).is_authorized_by(&authority)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::authz::decision::Authority;
    use crate::common::id::UserId;

    fn authority(role: Role) -> InviteAuthority {
        InviteAuthority {
            user: UserId::fresh(),
            authority: Authority::of(role, &[]),
            own: Vec::new(),
        }
    }

    fn grant(purpose: LinkPurpose, role: Role) -> LinkGrant {
        LinkGrant {
            purpose,
            role,
            company_role: CompanyRole::Manager,
            companies: Vec::new(),
        }
    }

    #[test]
    fn a_link_gives_only_what_its_creator_can_give() {
        for purpose in LinkPurpose::ALL {
            for role in Role::ALL {
                for mine in Role::ALL {
                    if grant(*purpose, *role).is_authorized_by(&authority(*mine)) {
                        assert!(matches!(mine, Role::Owner | Role::Admin), "{mine} gives {role}");
                        assert!(role.rank() <= mine.rank() && *role != Role::Owner);
                    }
                }
            }
        }
    }

    #[test]
    fn only_a_member_who_can_give_its_role_can_copy_a_link() {
        let may_copy =
            |mine, role, approval| grant(LinkPurpose::NewCompany, role).may_be_copied_by(&authority(mine), approval);
        assert!(may_copy(Role::UserAdmin, Role::Member, false));
        assert!(!may_copy(Role::UserAdmin, Role::Admin, false));
        assert!(may_copy(Role::UserAdmin, Role::Admin, true));
        assert!(may_copy(Role::Owner, Role::Admin, false));
    }
}
