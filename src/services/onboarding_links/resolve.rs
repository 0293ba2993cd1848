//! The door that an onboarding link opens, as it stands now: for its page, for the sign-up that leads there, and for the
//! list of links.
//!
//! A link lets people in on the rights of who changed it last. These are asked each time: when that person can no longer
//! give what it gives, the door is shut until somebody who can takes the link over.

use diesel::prelude::*;

use crate::app::Ctx;
use crate::authz::decision::Reach;
use crate::authz::permission::{CreateCompanies, ManageOnboardingLinks, Permission};
use crate::authz::role::{CompanyRole, Role};
use crate::common::error::AppError;
use crate::common::html::local_path;
use crate::common::id::{CompanyId, UserId};
use crate::common::time::Time;
use crate::common::token::Token;
use crate::db::Conn;
use crate::db::schema::{organization_slugs, organizations, users};
use crate::db::types::org_id::OrgId;
use crate::db::types::organization::{OrganizationStatus, UnitLabel};
use crate::models::onboarding_link;
use crate::models::onboarding_link::{Link, LinkTerms, Purpose};
use crate::services::invitations::authority;
use crate::services::invitations::authority::InviteAuthority;

/// How a link stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LinkStatus {
    /// It lets people in.
    Open,
    /// Who vouches for it can no longer give what it gives.
    Paused,
    /// Its time is over.
    Expired,
    /// It was used as often as it may be.
    UsedUp,
    /// Somebody switched it off.
    Disabled,
    /// The organization takes nobody in.
    Shut,
    /// A newer address replaced this one.
    Replaced,
}

impl LinkStatus {
    /// The word for the list.
    pub fn label(self) -> &'static str {
        match self {
            Self::Open => "Active",
            Self::Paused => "Paused",
            Self::Expired => "Expired",
            Self::UsedUp => "Used up",
            Self::Disabled => "Disabled",
            Self::Shut => "Closed",
            Self::Replaced => "Replaced",
        }
    }

    /// The tone of its badge.
    pub fn tone(self) -> &'static str {
        match self {
            Self::Open => "success",
            Self::Paused => "warning",
            _ => "",
        }
    }

    /// How a link stands by itself, before anybody asks about people and the organization.
    pub fn of(link: &Link, now: Time) -> Self {
        if link.disabled_at.is_some() {
            Self::Disabled
        } else if link.expires_at.is_some_and(|end| end < now) {
            Self::Expired
        } else if link.is_used_up() {
            Self::UsedUp
        } else {
            Self::Open
        }
    }
}

/// The organization behind a door.
#[derive(Debug, Clone, Queryable)]
pub struct OrganizationHeading {
    pub name: String,
    pub slug: String,
    /// Its word for companies.
    pub unit: UnitLabel,
    status: OrganizationStatus,
    delete_after: Option<Time>,
}

impl OrganizationHeading {
    fn takes_people_in(&self) -> bool {
        self.status == OrganizationStatus::Active && self.delete_after.is_none()
    }
}

/// The organization of a link.
pub fn host(conn: &mut Conn, organization: OrgId) -> QueryResult<OrganizationHeading> {
    organizations::table
        .inner_join(organization_slugs::table)
        .filter(organizations::id.eq(organization))
        .filter(organization_slugs::is_current.eq(true))
        .select((
            organizations::name,
            organization_slugs::slug,
            organizations::unit_label,
            organizations::status,
            organizations::delete_after,
        ))
        .first(conn)
}

/// A link as somebody finds it who holds its address.
#[derive(Debug, Clone)]
pub struct ResolvedLink {
    pub link: Link,
    pub host: OrganizationHeading,
    /// The name of who vouches for it.
    pub voucher: String,
    /// How it stands.
    pub state: LinkStatus,
}

impl ResolvedLink {
    /// The door of a token; `None` when there never was such a link.
    pub fn find(conn: &mut Conn, cx: &Ctx, token: &Token) -> Result<Option<Self>, AppError> {
        let Some(found) = onboarding_link::find_by_token(conn, token)? else {
            return Ok(None);
        };
        let link = found.link;
        let host = host(conn, link.organization_id)?;
        let state = match LinkStatus::of(&link, cx.now) {
            _ if found.replaced => LinkStatus::Replaced,
            _ if !host.takes_people_in() => LinkStatus::Shut,
            LinkStatus::Open if !vouched(conn, cx, &link)? => LinkStatus::Paused,
            state => state,
        };
        Ok(Some(Self {
            voucher: name_of(conn, link.authorized_by)?,
            link,
            host,
            state,
        }))
    }

    /// The open door to which a path leads: somebody who signs up on the way there is asked in by the organization.
    pub fn ahead(conn: &mut Conn, cx: &Ctx, next: &str) -> Result<Option<Self>, AppError> {
        match token_in(next) {
            Some(token) => {
                let door = Self::find(conn, cx, &Token::received(token))?;
                Ok(door.filter(|door| door.state == LinkStatus::Open))
            }
            None => Ok(None),
        }
    }
}

/// The token of an onboarding link to which a path leads.
pub fn token_in(next: &str) -> Option<&str> {
    let rest = local_path(next, "").strip_prefix("/join/")?;
    let token = rest.split(['/', '?', '#']).next().unwrap_or_default();
    (!token.is_empty()).then_some(token)
}

/// The name of an account.
pub fn name_of(conn: &mut Conn, user: UserId) -> QueryResult<String> {
    users::table.find(user).select(users::name).first(conn)
}

/// What a link gives.
#[derive(Debug, Clone)]
pub struct LinkGrant {
    /// What who comes by it does.
    pub purpose: Purpose,
    /// The role in the organization.
    pub role: Role,
    /// The role in the new company, or in these.
    pub company_role: CompanyRole,
    /// The companies to join.
    pub companies: Vec<CompanyId>,
}

impl From<&Link> for LinkGrant {
    fn from(link: &Link) -> Self {
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
    /// Whether somebody may bring people in with these roles, by whatever way. Nobody becomes an owner by a link.
    pub fn is_granted_by(&self, voucher: &InviteAuthority) -> bool {
        let roles = match self.purpose {
            // A company that does not exist yet is nobody's own.
            Purpose::NewCompany => {
                voucher.reach() == Reach::Everywhere
                    && voucher.gives(self.role)
                    && voucher.company_roles().contains(&self.company_role)
            }
            Purpose::Join => {
                let pairs: Vec<_> = self.companies.iter().map(|id| (*id, self.company_role)).collect();
                voucher.vouches(self.role, &pairs)
            }
        };
        self.role != Role::Owner && roles
    }

    /// Whether somebody may create what it creates.
    pub fn is_created_by(&self, voucher: &InviteAuthority) -> bool {
        self.purpose == Purpose::Join || voucher.authority.permissions.reach(CreateCompanies::ID) == Reach::Everywhere
    }

    /// Whether somebody may stand behind a link that gives this.
    pub fn is_vouched_by(&self, voucher: &InviteAuthority) -> bool {
        voucher.authority.permissions.reach(ManageOnboardingLinks::ID) == Reach::Everywhere
            && self.is_granted_by(voucher)
            && self.is_created_by(voucher)
    }
}

/// Whether who changed a link last may still give what it gives.
pub fn vouched(conn: &mut Conn, cx: &Ctx, link: &Link) -> Result<bool, AppError> {
    let voucher = authority::inviter(conn, link.organization_id, cx, link.authorized_by)?;
    Ok(voucher.is_some_and(|(_, voucher)| LinkGrant::from(link).is_vouched_by(&voucher)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::authz::decision::Authority;

    fn voucher(role: Role) -> InviteAuthority {
        InviteAuthority {
            user: UserId::fresh(),
            authority: Authority::of(role, &[]),
            own: Vec::new(),
        }
    }

    #[test]
    fn a_link_gives_only_what_who_vouches_for_it_may_give() {
        for purpose in Purpose::ALL {
            for role in Role::ALL {
                let gift = LinkGrant {
                    purpose: *purpose,
                    role: *role,
                    company_role: CompanyRole::Manager,
                    companies: Vec::new(),
                };
                for mine in Role::ALL {
                    if gift.is_vouched_by(&voucher(*mine)) {
                        assert!(matches!(mine, Role::Owner | Role::Admin), "{mine} vouches for {role}");
                        assert!(role.rank() <= mine.rank() && *role != Role::Owner);
                    }
                }
            }
        }
    }

    #[test]
    fn the_way_to_a_door_is_found_in_a_path_of_this_site_only() {
        assert_eq!(token_in("/join/abc?continued=1"), Some("abc"));
        assert_eq!(token_in("/join/abc"), Some("abc"));
        for other in [
            "/join/",
            "/join",
            "//evil.example/join/abc",
            "/invitations/abc",
            "join/abc",
        ] {
            assert_eq!(token_in(other), None, "{other}");
        }
    }
}
