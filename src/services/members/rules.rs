//! Who may change what of whom. Pure: what the database knows is brought along.

use crate::auth::actor::Actor;
use crate::authz::decision::{Authority, Reach, RoleGrant};
use crate::authz::permission::{ChangeRoles, ManageRoles, Permission, PermissionId};
use crate::authz::role::Role;
use crate::common::id::MembershipId;
use crate::common::time::Time;
use crate::models::membership::record::Membership;

/// Who acts.
#[derive(Debug, Clone, Copy)]
pub struct ActorRank {
    pub id: MembershipId,
    /// What they may hand out.
    pub authority: Authority,
}

/// On whom.
#[derive(Debug, Clone, Copy)]
pub struct Target {
    pub id: MembershipId,
    /// The role in the organization.
    pub role: Role,
    /// The end of access.
    pub access_until: Option<Time>,
}

/// Why not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MemberChangeError {
    /// The right is not held as far as this takes it: rank, reach, or oneself.
    NotAllowed,
    /// An owner's access has no end.
    OwnerWithEnd,
    /// The last owner stays owner.
    LastOwner,
    /// Somebody else changed this member in between.
    Changed,
}

impl MemberChangeError {
    /// The sentence beside the form.
    pub fn sentence(self) -> &'static str {
        match self {
            MemberChangeError::NotAllowed => "Your role does not allow this",
            Self::OwnerWithEnd => "An owner’s access has no end. Take the end date away first",
            Self::LastOwner => "This is the only owner. Make somebody else an owner first",
            Self::Changed => "Somebody changed this member in the meantime. Look at the new state and try again",
        }
    }
}

impl From<&Actor> for ActorRank {
    fn from(actor: &Actor) -> Self {
        Self {
            id: actor.id,
            authority: actor.authority(),
        }
    }
}

impl From<&Membership> for Target {
    fn from(standing: &Membership) -> Self {
        Self {
            id: standing.id,
            role: standing.role,
            access_until: standing.access_until,
        }
    }
}

impl ActorRank {
    fn holds_everywhere(&self, permission: PermissionId) -> bool {
        self.authority.permissions.reach(permission) == Reach::Everywhere
    }

    /// Nobody touches somebody higher, and only who could have granted a role takes it away. Who manages companies
    /// brings people into them, but changes nobody's place in the organization.
    pub fn may_touch(&self, role: Role) -> bool {
        self.holds_everywhere(ChangeRoles::ID) && self.authority.may_grant(role)
    }

    /// The roles that this actor may give to this target, the present one included, highest first.
    pub fn roles_for(&self, target: &Target) -> Vec<Role> {
        Role::ALL
            .iter()
            .copied()
            .filter(|role| may_give(self, target, *role))
            .collect()
    }
}

/// Whether somebody may be given a role. Stepping down is free, and nobody raises themselves: not by rank, and not by a
/// right they lack.
pub fn may_give(actor: &ActorRank, target: &Target, wanted: impl Into<RoleGrant>) -> bool {
    let (authority, wanted) = (actor.authority, wanted.into());
    let within = || authority.role_permissions(wanted).within(authority.permissions);
    actor.may_touch(target.role) && authority.may_grant(wanted) && (target.id != actor.id || within())
}

/// Whether a role may be changed to another.
pub fn role_change(actor: &ActorRank, target: &Target, wanted: impl Into<RoleGrant>) -> Result<(), MemberChangeError> {
    let wanted = wanted.into();
    if !may_give(actor, target, wanted) {
        Err(MemberChangeError::NotAllowed)
    } else if wanted.role == Role::Owner && target.access_until.is_some() {
        Err(MemberChangeError::OwnerWithEnd)
    } else {
        Ok(())
    }
}

/// Whether the end of somebody's access may be changed: never of an owner, never one's own.
pub fn may_set_access_end(actor: &ActorRank, target: &Target) -> bool {
    actor.id != target.id && target.role != Role::Owner && actor.may_touch(target.role)
}

/// Whether somebody may be removed or suspended; oneself one leaves instead.
pub fn may_remove(actor: &ActorRank, target: &Target) -> bool {
    actor.id != target.id && actor.may_touch(target.role)
}

/// Whether cells of the permission table may be switched for somebody: by who manages roles in the whole organization and
/// may touch the person; for nobody by themselves, and for no owner: an owner holds everything.
pub fn may_override(actor: &ActorRank, target: &Target) -> bool {
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

    fn target(role: Role) -> Target {
        Target {
            id: MembershipId::fresh(),
            role,
            access_until: None,
        }
    }

    proptest! {
        #[test]
        fn nobody_ends_above_the_actor_and_nobody_higher_is_touched(
            mine in role(), company in company_role(), old in role(), new in role(),
        ) {
            let (actor, target) = (actor(mine, company), target(old));
            if role_change(&actor, &target, new).is_ok() {
                prop_assert!(new.rank() <= mine.rank());
                prop_assert!(old.rank() <= mine.rank());
                prop_assert!(new != Role::Owner || mine == Role::Owner);
                prop_assert!(old != Role::Owner || mine == Role::Owner);
            }
            for touches in [may_set_access_end(&actor, &target), may_remove(&actor, &target)] {
                prop_assert!(!touches || old.rank() <= mine.rank());
                prop_assert!(!touches || old != Role::Owner || mine == Role::Owner);
            }
            prop_assert!(!may_set_access_end(&actor, &target) || old != Role::Owner);
        }

        #[test]
        fn nobody_raises_themselves(mine in role(), company in company_role(), new in role()) {
            let actor = actor(mine, company);
            let myself = Target { id: actor.id, role: mine, access_until: None };
            if role_change(&actor, &myself, new).is_ok() {
                prop_assert!(Permissions::of(new, &[]).within(actor.authority.permissions));
            }
            prop_assert!(!may_remove(&actor, &myself));
            prop_assert!(!may_set_access_end(&actor, &myself));
        }

        #[test]
        fn who_only_manages_companies_changes_no_place_in_the_organization(
            company in company_role(), old in role(), new in role(),
        ) {
            let (actor, target) = (actor(Role::Member, company), target(old));
            prop_assert_eq!(role_change(&actor, &target, new), Err(MemberChangeError::NotAllowed));
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
    fn an_owner_has_no_end_of_access() {
        let until = Some(Time(0));
        let guest = Target {
            access_until: until,
            ..target(Role::Member)
        };
        assert_eq!(
            role_change(&actor(Role::Owner, None), &guest, Role::Owner),
            Err(MemberChangeError::OwnerWithEnd)
        );
    }
}
