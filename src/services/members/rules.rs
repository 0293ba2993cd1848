//! Who may change which member. These rules read nothing; the caller passes what they need.

use crate::auth::actor::Actor;
use crate::authz::decision::{Authority, Reach, RoleGrant};
use crate::authz::permission::{ChangeRoles, ManageRoles, Permission, PermissionId};
use crate::authz::role::Role;
use crate::common::id::MembershipId;
use crate::common::time::Time;
use crate::models::membership::record::Membership;
use crate::services::members::errors::RoleChangeError;

/// The member who makes a change.
#[derive(Debug, Clone, Copy)]
pub struct ActorRank {
    pub id: MembershipId,
    /// What they may grant.
    pub authority: Authority,
}

/// The member who is changed.
#[derive(Debug, Clone, Copy)]
pub struct MemberTarget {
    pub id: MembershipId,
    pub role: Role,
    pub access_until: Option<Time>,
}

impl From<&Actor> for ActorRank {
    fn from(actor: &Actor) -> Self {
        Self {
            id: actor.id,
            authority: actor.authority(),
        }
    }
}

impl From<&Membership> for MemberTarget {
    fn from(member: &Membership) -> Self {
        Self {
            id: member.id,
            role: member.role,
            access_until: member.access_until,
        }
    }
}

impl ActorRank {
    fn holds_everywhere(&self, permission: PermissionId) -> bool {
        self.authority.permissions.reach(permission) == Reach::Everywhere
    }

    /// Only someone who could grant a role may change a member who has it. Managers of companies assign members to their
    /// companies, but change nothing in the organization.
    pub fn may_touch(&self, role: Role) -> bool {
        self.holds_everywhere(ChangeRoles::ID) && self.authority.may_grant(role)
    }

    /// The roles that this actor may give to this target, including the current one, highest first.
    pub fn roles_for(&self, target: &MemberTarget) -> Vec<Role> {
        Role::ALL
            .iter()
            .copied()
            .filter(|role| may_give(self, target, *role))
            .collect()
    }
}

/// Whether a member may be given a role. Members may give themselves a lower role, but no permission that they lack.
pub fn may_give(actor: &ActorRank, target: &MemberTarget, wanted: impl Into<RoleGrant>) -> bool {
    let (authority, wanted) = (actor.authority, wanted.into());
    let within = || authority.role_permissions(wanted).within(authority.permissions);
    actor.may_touch(target.role) && authority.may_grant(wanted) && (target.id != actor.id || within())
}

/// Whether a role may be changed to another.
pub fn role_change(
    actor: &ActorRank,
    target: &MemberTarget,
    wanted: impl Into<RoleGrant>,
) -> Result<(), RoleChangeError> {
    let wanted = wanted.into();
    if !may_give(actor, target, wanted) {
        Err(RoleChangeError::NotAllowed)
    } else if wanted.role == Role::Owner && target.access_until.is_some() {
        Err(RoleChangeError::OwnerWithEndDate)
    } else {
        Ok(())
    }
}

/// Whether the end date of a member may be changed: never that of an owner, never your own.
pub fn may_set_access_end(actor: &ActorRank, target: &MemberTarget) -> bool {
    actor.id != target.id && target.role != Role::Owner && actor.may_touch(target.role)
}

/// Whether a member may be removed or suspended. Instead of removing yourself, you leave.
pub fn may_remove(actor: &ActorRank, target: &MemberTarget) -> bool {
    actor.id != target.id && actor.may_touch(target.role)
}

/// Whether permissions may be overridden for a member. Never for yourself, and never for an owner, who has all of them.
pub fn may_override(actor: &ActorRank, target: &MemberTarget) -> bool {
    actor.id != target.id
        && target.role != Role::Owner
        && actor.holds_everywhere(ManageRoles::ID)
        && actor.may_touch(target.role)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::authz::decision::Permissions;
    use crate::authz::role::CompanyRole;
    use proptest::prelude::*;

    fn role() -> impl Strategy<Value = Role> {
        prop::sample::select(Role::ALL)
    }

    fn company_role() -> impl Strategy<Value = Option<CompanyRole>> {
        prop::option::of(prop::sample::select(CompanyRole::ALL))
    }

    fn actor(role: Role, company: Option<CompanyRole>) -> ActorRank {
        ActorRank {
            id: MembershipId::fresh(),
            authority: Authority::of(role, company.as_slice()),
        }
    }

    fn target(role: Role) -> MemberTarget {
        MemberTarget {
            id: MembershipId::fresh(),
            role,
            access_until: None,
        }
    }

    proptest! {
        #[test]
        fn no_one_gets_above_the_actor_and_no_one_higher_is_changed(
            mine in role(), company in company_role(), old in role(), new in role(),
        ) {
            let (actor, target) = (actor(mine, company), target(old));
            if role_change(&actor, &target, new).is_ok() {
                prop_assert!(new.rank() <= mine.rank());
                prop_assert!(old.rank() <= mine.rank());
                prop_assert!(new != Role::Owner || mine == Role::Owner);
                prop_assert!(old != Role::Owner || mine == Role::Owner);
            }
            for allowed in [may_set_access_end(&actor, &target), may_remove(&actor, &target)] {
                prop_assert!(!allowed || old.rank() <= mine.rank());
                prop_assert!(!allowed || old != Role::Owner || mine == Role::Owner);
            }
            prop_assert!(!may_set_access_end(&actor, &target) || old != Role::Owner);
        }

        #[test]
        fn no_one_gives_themselves_more(mine in role(), company in company_role(), new in role()) {
            let actor = actor(mine, company);
            let myself = MemberTarget { id: actor.id, role: mine, access_until: None };
            if role_change(&actor, &myself, new).is_ok() {
                prop_assert!(Permissions::of(new, &[]).within(actor.authority.permissions));
            }
            prop_assert!(!may_remove(&actor, &myself));
            prop_assert!(!may_set_access_end(&actor, &myself));
        }

        #[test]
        fn managers_of_companies_change_no_role_in_the_organization(
            company in company_role(), old in role(), new in role(),
        ) {
            let (actor, target) = (actor(Role::Member, company), target(old));
            prop_assert!(matches!(role_change(&actor, &target, new), Err(RoleChangeError::NotAllowed)));
            prop_assert!(!may_remove(&actor, &target) && !may_set_access_end(&actor, &target));
        }
    }

    #[test]
    fn the_offered_roles_are_the_allowed_ones() {
        let offered = |mine, old| actor(mine, None).roles_for(&target(old));
        assert_eq!(offered(Role::Owner, Role::Owner).len(), Role::ALL.len());
        assert!(offered(Role::Admin, Role::Owner).is_empty());
        assert_eq!(
            offered(Role::UserAdmin, Role::Member),
            [Role::Editor, Role::Viewer, Role::Member]
        );
        assert!(offered(Role::UserAdmin, Role::UserAdmin).is_empty());
        assert!(offered(Role::Editor, Role::Member).is_empty());
    }

    #[test]
    fn an_owner_has_no_end_date() {
        let until = Some(Time(0));
        let invitee = MemberTarget {
            access_until: until,
            ..target(Role::Member)
        };
        assert!(matches!(
            role_change(&actor(Role::Owner, None), &invitee, Role::Owner),
            Err(RoleChangeError::OwnerWithEndDate)
        ));
    }
}
