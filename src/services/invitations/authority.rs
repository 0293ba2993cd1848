//! Who may bring whom in: now, and again when an invitation that was sent earlier is answered.

use diesel::prelude::*;

use crate::app::Ctx;
use crate::auth::actor::Actor;
use crate::authz::decision::{Authority, Reach};
use crate::authz::permission::{GrantOwner, InviteMembers, Permission};
use crate::authz::role::{CompanyRole, Role};
use crate::common::error::AppError;
use crate::common::id::{CompanyId, MembershipId, UserId};
use crate::db::Conn;
use crate::db::schema::memberships;
use crate::db::types::MembershipStatus;
use crate::db::types::org_id::OrgId;
use crate::models::membership::access;
use crate::models::organization;

/// Somebody who sends invitations, and what they may give.
#[derive(Debug, Clone)]
pub struct InviteAuthority {
    pub user: UserId,
    /// What they may hand out.
    pub authority: Authority,
    /// The companies to which they may bring people, when the right reaches no further.
    pub own: Vec<CompanyId>,
}

impl InviteAuthority {
    /// How far the right to invite reaches.
    pub fn reach(&self) -> Reach {
        self.authority.permissions.reach(InviteMembers::ID)
    }

    /// Whether they may give a role in the organization at all.
    pub fn gives(&self, role: Role) -> bool {
        match self.reach() {
            Reach::Everywhere => self.authority.may_grant(role),
            Reach::OwnCompanies => role == Role::Member,
            Reach::Nowhere => false,
        }
    }

    /// The company roles they may give, highest first.
    pub fn company_roles(&self) -> &'static [CompanyRole] {
        match self.reach() {
            Reach::Everywhere => CompanyRole::ALL,
            Reach::OwnCompanies => &[CompanyRole::Editor, CompanyRole::Viewer],
            Reach::Nowhere => &[],
        }
    }

    /// Whether they may give all of this: nobody above themselves, and who manages companies only these companies.
    pub fn vouches(&self, role: Role, companies: &[(CompanyId, CompanyRole)]) -> bool {
        let companies_hold = match self.reach() {
            Reach::Everywhere => true,
            Reach::OwnCompanies => {
                !companies.is_empty()
                    && companies
                        .iter()
                        .all(|(company, role)| self.own.contains(company) && self.company_roles().contains(role))
            }
            Reach::Nowhere => false,
        };
        companies_hold && self.gives(role)
    }
}

/// What a member may give.
pub fn voucher(conn: &mut Conn, actor: &Actor) -> QueryResult<InviteAuthority> {
    let own = if actor.reach::<InviteMembers>() == Reach::OwnCompanies {
        actor.own_companies(conn, InviteMembers::ID)?
    } else {
        Vec::new()
    };
    Ok(InviteAuthority {
        user: actor.person.id,
        authority: bounded(conn, actor.organization, actor.authority())?,
        own,
    })
}

/// What somebody may give now who sent an invitation earlier; `None` when they are no active member any more.
pub fn inviter(
    conn: &mut Conn,
    organization: OrgId,
    cx: &Ctx,
    user: UserId,
) -> Result<Option<(MembershipId, InviteAuthority)>, AppError> {
    let found: Option<MembershipId> = memberships::table
        .filter(memberships::organization_id.eq(organization))
        .filter(memberships::user_id.eq(user))
        .filter(memberships::status.eq(MembershipStatus::Active))
        .select(memberships::id)
        .first(conn)
        .optional()?;
    let Some(membership) = found else {
        return Ok(None);
    };
    let inputs = access::access_inputs(conn, cx.now, organization, membership)?;
    if !inputs.in_force {
        return Ok(None);
    }
    let voucher = InviteAuthority {
        user,
        authority: bounded(conn, organization, inputs.authority())?,
        own: access::companies_with(conn, cx.now, organization, membership, &inputs, InviteMembers::ID)?,
    };
    Ok(Some((membership, voucher)))
}

/// Where a second owner confirms who becomes one, nobody becomes one by an invitation.
fn bounded(conn: &mut Conn, organization: OrgId, authority: Authority) -> QueryResult<Authority> {
    if authority.role != Role::Owner || !organization::control(conn, organization)?.holds() {
        return Ok(authority);
    }
    Ok(Authority {
        permissions: authority.permissions.without(GrantOwner::ID),
        ..authority
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn voucher(role: Role, companies: &[CompanyRole], own: Vec<CompanyId>) -> InviteAuthority {
        InviteAuthority {
            user: UserId::fresh(),
            authority: Authority::of(role, companies),
            own,
        }
    }

    #[test]
    fn nobody_vouches_for_more_than_they_may_give() {
        for role in Role::ALL {
            let voucher = voucher(*role, &[], Vec::new());
            for offered in Role::ALL {
                if voucher.vouches(*offered, &[]) {
                    assert!(role.rank() >= offered.rank(), "{role} vouches for {offered}");
                    assert!(*offered != Role::Owner || *role == Role::Owner);
                }
            }
        }
        assert!(!voucher(Role::Viewer, &[], Vec::new()).vouches(Role::Member, &[]));
    }

    #[test]
    fn who_manages_companies_brings_members_into_these_only() {
        let (mine, other) = (CompanyId::fresh(), CompanyId::fresh());
        let voucher = voucher(Role::Member, &[CompanyRole::Manager], vec![mine]);
        assert!(voucher.vouches(Role::Member, &[(mine, CompanyRole::Editor)]));
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
            assert!(!voucher.vouches(role, &companies), "{role} {companies:?}");
        }
    }
}
