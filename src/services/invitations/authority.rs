//! What a member can give in an invitation or with an onboarding link: now, and again when it is used.

use diesel::QueryResult;

use crate::app::Ctx;
use crate::auth::actor::Actor;
use crate::authz::decision::{Authority, Reach};
use crate::authz::permission::{GrantAdmin, GrantOwner, InviteMembers, ManageBilling, Permission};
use crate::authz::role::{CompanyRole, Role};
use crate::common::error::AppError;
use crate::common::id::{CompanyId, MembershipId, UserId};
use crate::db::Conn;
use crate::db::types::org_id::OrgId;
use crate::models::invitation::search::InvitationScope;
use crate::models::membership::{access, by_user};
use crate::models::organization;

/// A member who invites people, and what they can give.
#[derive(Debug, Clone)]
pub struct InviteAuthority {
    pub user: UserId,
    pub authority: Authority,
    /// The companies in which they can invite people, if the permission is limited to them.
    pub own: Vec<CompanyId>,
}

impl InviteAuthority {
    /// What the actor can give.
    pub fn of(conn: &mut Conn, actor: &Actor) -> QueryResult<Self> {
        let own = if actor.reach::<InviteMembers>() == Reach::OwnCompanies {
            actor.own_companies(conn, InviteMembers::ID)?
        } else {
            Vec::new()
        };
        Ok(Self {
            user: actor.person.id,
            authority: limited(conn, actor.organization, actor.authority())?,
            own,
        })
    }

    /// What the member who sent an invitation or saved a link can give now. `None` when they are not active.
    pub fn of_user(
        conn: &mut Conn,
        cx: &Ctx,
        organization: OrgId,
        user: UserId,
    ) -> Result<Option<(MembershipId, Self)>, AppError> {
        let Some(membership) = by_user::active_id(conn, organization, user)? else {
            return Ok(None);
        };
        let inputs = access::access_inputs(conn, cx.now, organization, membership)?;
        if !inputs.in_force {
            return Ok(None);
        }
        let authority = Self {
            user,
            authority: limited(conn, organization, inputs.authority())?,
            own: access::companies_with(conn, cx.now, organization, membership, &inputs, InviteMembers::ID)?,
        };
        Ok(Some((membership, authority)))
    }

    /// The invitations that the actor sees.
    pub fn scope_of(conn: &mut Conn, actor: &Actor) -> QueryResult<InvitationScope> {
        Ok(match actor.reach::<InviteMembers>() {
            Reach::Everywhere => InvitationScope::All,
            reach => InvitationScope::Own {
                user: actor.person.id,
                companies: match reach {
                    Reach::OwnCompanies => actor.own_companies(conn, InviteMembers::ID)?,
                    _ => Vec::new(),
                },
            },
        })
    }

    pub fn reach(&self) -> Reach {
        self.authority.permissions.reach(InviteMembers::ID)
    }

    /// The invitations that they see.
    pub fn scope(&self) -> InvitationScope {
        if self.reach() == Reach::Everywhere {
            InvitationScope::All
        } else {
            InvitationScope::Own {
                user: self.user,
                companies: self.own.clone(),
            }
        }
    }

    /// Whether they can give a role in the organization.
    pub fn may_grant(&self, role: Role) -> bool {
        match self.reach() {
            Reach::Everywhere => self.authority.may_grant(role),
            Reach::OwnCompanies => role == Role::Member,
            Reach::Nowhere => false,
        }
    }

    /// The company roles they can give, highest first.
    pub fn company_roles(&self) -> &'static [CompanyRole] {
        match self.reach() {
            Reach::Everywhere => CompanyRole::ALL,
            Reach::OwnCompanies => &[CompanyRole::Editor, CompanyRole::Viewer],
            Reach::Nowhere => &[],
        }
    }

    /// Whether they can give all of this.
    pub fn covers(&self, role: Role, companies: &[(CompanyId, CompanyRole)]) -> bool {
        let in_reach = match self.reach() {
            Reach::Everywhere => true,
            Reach::OwnCompanies => {
                !companies.is_empty()
                    && companies
                        .iter()
                        .all(|(company, role)| self.own.contains(company) && self.company_roles().contains(role))
            }
            Reach::Nowhere => false,
        };
        in_reach && self.may_grant(role)
    }
}

/// With dual control, no one becomes an owner by an invitation.
fn limited(conn: &mut Conn, organization: OrgId, authority: Authority) -> QueryResult<Authority> {
    if authority.role != Role::Owner || !organization::control(conn, organization)?.applies() {
        return Ok(authority);
    }
    Ok(Authority {
        permissions: authority.permissions.without(GrantOwner::ID),
        ..authority
    })
}

/// The error for a member who cannot give a role. It names the permission they need.
pub fn refusal(conn: &mut Conn, actor: &Actor, role: Role) -> Result<AppError, AppError> {
    let permission = match role {
        Role::Owner => GrantOwner::ID,
        Role::Admin => GrantAdmin::ID,
        Role::BillingAdmin => ManageBilling::ID,
        _ => InviteMembers::ID,
    };
    actor.refusal(conn, permission)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn authority(role: Role, companies: &[CompanyRole], own: Vec<CompanyId>) -> InviteAuthority {
        InviteAuthority {
            user: UserId::fresh(),
            authority: Authority::of(role, companies),
            own,
        }
    }

    #[test]
    fn no_one_gives_more_than_they_can_grant() {
        for role in Role::ALL {
            let authority = authority(*role, &[], Vec::new());
            for offered in Role::ALL {
                if authority.covers(*offered, &[]) {
                    assert!(role.rank() >= offered.rank(), "{role} gives {offered}");
                    assert!(*offered != Role::Owner || *role == Role::Owner);
                }
            }
        }
        assert!(!authority(Role::Viewer, &[], Vec::new()).covers(Role::Member, &[]));
    }

    #[test]
    fn a_company_manager_invites_members_to_their_companies_only() {
        let (mine, other) = (CompanyId::fresh(), CompanyId::fresh());
        let authority = authority(Role::Member, &[CompanyRole::Manager], vec![mine]);
        assert!(authority.covers(Role::Member, &[(mine, CompanyRole::Editor)]));
        for (role, companies) in [
            (Role::Member, vec![]),
            (Role::Member, vec![(mine, CompanyRole::Manager)]),
            (Role::Member, vec![(other, CompanyRole::Viewer)]),
            (
                Role::Member,
                vec![(mine, CompanyRole::Viewer), (other, CompanyRole::Viewer)],
            ),
            (Role::Viewer, vec![(mine, CompanyRole::Viewer)]),
        ] {
            assert!(!authority.covers(role, &companies), "{role} {companies:?}");
        }
    }
}
