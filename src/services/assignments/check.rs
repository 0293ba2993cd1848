//! Which roles in companies an actor may assign. These rules read nothing; the caller passes what they need.

use crate::auth::actor::Actor;
use crate::authz::decision::{Authority, Reach};
use crate::authz::permission::{ChangeRoles, Permission, PermissionId};
use crate::authz::role::{CompanyRole, Role};
use crate::common::error::AppError;
use crate::common::id::MembershipId;

/// Why an assignment was not changed.
#[derive(Debug)]
pub enum AssignmentError {
    /// The member's role in the organization, or the company, is out of the actor's reach.
    HigherRank,
    /// The member's role in the company is.
    HigherRole,
    /// The requested role is.
    NotGrantable,
    /// Members assign nothing to themselves.
    Oneself,
    Archived,
    NotAssigned,
    /// The assignment comes from a group.
    ByGroup,
    Failed(AppError),
}

crate::change_error!(AssignmentError);

/// The roles that can be assigned, highest first. Managers of single companies assign only the lower ones.
pub fn grantable(reach: Reach) -> &'static [CompanyRole] {
    match reach {
        Reach::Everywhere => CompanyRole::ALL,
        Reach::OwnCompanies => &[CompanyRole::Editor, CompanyRole::Viewer],
        Reach::Nowhere => &[],
    }
}

/// An actor who changes assignments of one member.
#[derive(Debug, Clone, Copy)]
pub struct AssignmentCheck {
    reach: Reach,
    in_rank: bool,
    oneself: bool,
}

impl AssignmentCheck {
    /// `permission` is what the change requires.
    pub fn new(actor: (MembershipId, Authority), permission: PermissionId, target: (MembershipId, Role)) -> Self {
        let (me, authority) = actor;
        let Authority { role, permissions, .. } = authority;
        let in_rank = match permissions.reach(ChangeRoles::ID) {
            Reach::Everywhere => authority.may_grant(target.1),
            Reach::OwnCompanies => target.1 == Role::Member,
            Reach::Nowhere => false,
        };
        Self {
            reach: permissions.reach(permission),
            in_rank,
            // Someone who manages every company gains nothing from an assignment.
            oneself: me == target.0 && role.inherited() != Some(CompanyRole::Manager),
        }
    }

    pub fn of(actor: &Actor, permission: PermissionId, id: MembershipId, role: Role) -> Self {
        Self::new((actor.id, actor.authority()), permission, (id, role))
    }

    /// Whether an assignment may be changed at all. `own`: an assignment to this company gives the actor the permission;
    /// `present`: the member's current role there.
    pub fn touch(self, own: bool, present: Option<CompanyRole>) -> Result<(), AssignmentError> {
        let in_reach = match self.reach {
            Reach::Everywhere => true,
            Reach::OwnCompanies => own,
            Reach::Nowhere => false,
        };
        if !in_reach || !self.in_rank {
            return Err(AssignmentError::HigherRank);
        }
        match present {
            Some(role) if !grantable(self.reach).contains(&role) => Err(AssignmentError::HigherRole),
            _ => Ok(()),
        }
    }

    /// Whether a role may be assigned.
    pub fn give(self, own: bool, present: Option<CompanyRole>, role: CompanyRole) -> Result<(), AssignmentError> {
        if self.oneself {
            return Err(AssignmentError::Oneself);
        }
        self.touch(own, present)?;
        if grantable(self.reach).contains(&role) {
            Ok(())
        } else {
            Err(AssignmentError::NotGrantable)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::authz::decision::AccessInputs;
    use crate::authz::permission::AssignCompanies;
    use proptest::prelude::*;

    fn role() -> impl Strategy<Value = Role> {
        prop::sample::select(Role::ALL)
    }

    fn company_role() -> impl Strategy<Value = Option<CompanyRole>> {
        prop::option::of(prop::sample::select(CompanyRole::ALL))
    }

    fn attempt(mine: Role, company: Option<CompanyRole>, theirs: Option<Role>) -> AssignmentCheck {
        let me = MembershipId::fresh();
        let target = theirs.map_or((me, mine), |role| (MembershipId::fresh(), role));
        AssignmentCheck::new(
            (me, Authority::of(mine, company.as_slice())),
            AssignCompanies::ID,
            target,
        )
    }

    fn allowed(attempt: AssignmentCheck, own: bool, present: Option<CompanyRole>, wanted: Option<CompanyRole>) -> bool {
        match wanted {
            Some(role) => attempt.give(own, present, role).is_ok(),
            None => attempt.touch(own, present).is_ok(),
        }
    }

    proptest! {
        #[test]
        fn no_one_gives_themselves_more(mine in role(), company in company_role(), given in company_role()) {
            if allowed(attempt(mine, company, None), true, company, given) {
                prop_assert!(AccessInputs::of(mine, &[]).in_company(given).within(AccessInputs::of(mine, &[]).in_company(company)));
            }
        }

        #[test]
        fn managers_of_companies_assign_lower_roles_in_their_companies(
            company in company_role(), old in role(), present in company_role(), given in company_role(),
        ) {
            let attempt = attempt(Role::Member, company, Some(old));
            prop_assert!(!allowed(attempt, false, present, given));
            if allowed(attempt, true, present, given) {
                prop_assert_eq!(company, Some(CompanyRole::Manager));
                prop_assert!(present != Some(CompanyRole::Manager) && given != Some(CompanyRole::Manager));
                prop_assert_eq!(old, Role::Member);
            }
        }

        #[test]
        fn no_one_changes_a_higher_rank(mine in role(), old in role(), present in company_role(), given in company_role()) {
            if allowed(attempt(mine, None, Some(old)), true, present, given) {
                prop_assert!(old.rank() <= mine.rank());
            }
        }
    }

    #[test]
    fn the_manager_of_one_company_assigns_only_the_lower_roles() {
        use CompanyRole::{Editor, Manager, Viewer};
        let narrow = attempt(Role::Member, Some(Manager), Some(Role::Member));
        for role in [Editor, Viewer] {
            assert!(narrow.give(true, None, role).is_ok());
            assert!(narrow.give(true, Some(role), Viewer).is_ok());
        }
        assert!(matches!(
            narrow.give(true, None, Manager),
            Err(AssignmentError::NotGrantable)
        ));
        assert!(matches!(
            narrow.give(true, Some(Manager), Viewer),
            Err(AssignmentError::HigherRole)
        ));
        assert!(matches!(
            narrow.touch(true, Some(Manager)),
            Err(AssignmentError::HigherRole)
        ));
        let wide = attempt(Role::Admin, None, Some(Role::Member));
        assert!(wide.give(true, Some(Manager), Viewer).is_ok());
        for attempt in [narrow, attempt(Role::UserAdmin, None, Some(Role::Admin))] {
            let refused = matches!(attempt.give(true, None, Viewer), Err(AssignmentError::HigherRank));
            assert_eq!(refused, attempt.reach == Reach::Everywhere);
        }
    }
}
