//! Properties of the rules about policies, overrides and custom roles: no one gives what they do not have.

use crate::authz::decision::{AccessInputs, Authority, Overrides, RoleGrant, RolePolicies};
use crate::authz::permission::{
    ChangeSlug, DELEGABLE, DeleteCompanies, InviteMembers, ManageBilling, ManageRoles, Permission, PermissionId,
    PermissionSet, RoleColumn, ViewBilling, ViewCompany,
};
use crate::authz::role::{CompanyRole, Role};
use crate::common::id::MembershipId;
use crate::models::custom_role::CustomRoleTerms;
use crate::services::custom_roles::CustomRoleError;
use crate::services::custom_roles::rules::{levels, may_manage};
use crate::services::members::rules::{ActorRank, MemberTarget, may_override};
use crate::services::overrides::{self, OverrideError};
use crate::services::policies::rules as policies;
use proptest::prelude::*;

fn permission() -> impl Strategy<Value = PermissionId> {
    prop::sample::select(PermissionId::all().collect::<Vec<_>>())
}

fn set() -> impl Strategy<Value = PermissionSet> {
    prop::collection::vec(permission(), 0..12).prop_map(PermissionSet::of)
}

fn cells() -> impl Strategy<Value = Overrides> {
    (set(), set()).prop_map(|(allow, deny)| Overrides {
        allow: allow.without(deny),
        deny,
    })
}

fn switches() -> impl Strategy<Value = Vec<(RoleColumn, PermissionId, bool)>> {
    let column = prop::sample::select(RoleColumn::of_members().collect::<Vec<_>>());
    prop::collection::vec((column, permission(), any::<bool>()), 0..40)
}

fn policies_() -> impl Strategy<Value = RolePolicies> {
    switches().prop_map(|switched| {
        let open = switched
            .into_iter()
            .filter(|(column, permission, _)| policies::changeable(*column).has(*permission));
        open.fold(RolePolicies::default(), |policies, (column, permission, on)| {
            policies::with(policies, (column, permission), on)
        })
    })
}

fn role_grant() -> impl Strategy<Value = RoleGrant> {
    let role = prop::sample::select(Role::ALL);
    (role, prop::option::of(set())).prop_map(|(role, custom)| RoleGrant {
        role,
        custom: custom.filter(|_| role != Role::Owner).map(|set| set.and(DELEGABLE)),
    })
}

fn access_inputs(policies: RolePolicies) -> impl Strategy<Value = AccessInputs> {
    let companies = prop::collection::vec(prop::sample::select(CompanyRole::ALL), 0..3);
    (prop::collection::vec(role_grant(), 1..3), companies, cells()).prop_map(move |(roles, companies, overrides)| {
        AccessInputs {
            in_force: true,
            read_only: false,
            roles,
            companies,
            overrides,
            policies,
            limit: None,
        }
    })
}

fn two() -> impl Strategy<Value = (AccessInputs, AccessInputs)> {
    policies_().prop_flat_map(|policies| (access_inputs(policies), access_inputs(policies)))
}

proptest! {
    #[test]
    fn no_policy_gives_a_permission_that_its_author_does_not_have(
        (actor, other) in two(), switched in switches(),
    ) {
        let mut after = actor.policies;
        for (column, permission, on) in switched {
            let next = policies::with(after, (column, permission), on);
            if policies::changeable(column).has(permission) && policies::may_change(&actor.authority(), &after, &next).is_ok() {
                after = next;
            }
        }
        prop_assert_eq!(policies::may_change(&actor.authority(), &actor.policies, &after), Ok(()));
        let has = actor.permissions().everywhere();
        for person in [&actor, &other] {
            let changed = AccessInputs { policies: after, ..person.clone() };
            let was = person.permissions();
            let is = changed.permissions();
            prop_assert!(is.everywhere().without(was.everywhere()).within(has));
            prop_assert!(is.own().without(was.own().or(was.everywhere())).within(has));
        }
        // No one gets more by their own policy.
        let mine = AccessInputs { policies: after, ..actor.clone() }.permissions();
        prop_assert!(mine.everywhere().within(has));
    }

    #[test]
    fn no_override_gives_a_permission_that_its_author_does_not_have(
        (actor, target) in two(), after in cells(),
    ) {
        if overrides::rules::may_change(&actor.authority(), target.open(), target.overrides, after).is_ok() {
            let is = AccessInputs { overrides: after, ..target.clone() }.permissions();
            let was = target.permissions();
            let has = actor.permissions().everywhere();
            prop_assert!(is.everywhere().without(was.everywhere()).within(has));
            prop_assert!(is.own().without(was.own().or(was.everywhere())).within(has));
        }
    }

    #[test]
    fn no_one_overrides_themselves_an_owner_or_someone_higher((actor, target) in two()) {
        let id = MembershipId::fresh();
        let me = ActorRank { id, authority: actor.authority() };
        let at = |id, role| MemberTarget { id, role, access_until: None };
        prop_assert!(!may_override(&me, &at(id, actor.role())));
        if may_override(&me, &at(MembershipId::fresh(), target.role())) {
            prop_assert!(target.role() != Role::Owner && actor.role().rank() >= target.role().rank());
            prop_assert!(actor.permissions().everywhere().has(ManageRoles::ID));
        }
    }

    #[test]
    fn no_custom_role_gives_what_its_author_does_not_have(
        (actor, _) in two(), base in prop::sample::select(Role::ALL), permissions in set(),
    ) {
        let terms = CustomRoleTerms { name: String::new(), description: String::new(), base, permissions }.complete();
        if may_manage(&actor.authority(), &terms).is_ok() {
            let gives = terms.grant().gives(&actor.policies);
            prop_assert!(gives.within(actor.permissions().everywhere()) && gives.within(DELEGABLE));
            prop_assert!(base != Role::Owner && base.rank() <= actor.role().rank());
            prop_assert!(base.inherited().is_none() || gives.has(ViewCompany::ID));
        }
    }
}

#[test]
fn an_owner_changes_every_column_and_an_admin_those_below() {
    let owner = Authority::of(Role::Owner, &[]);
    let admin = Authority::of(Role::Admin, &[]);
    for column in RoleColumn::of_members().filter(|column| !policies::changeable(*column).is_empty()) {
        assert!(policies::may_change_column(&owner, column), "{}", column.key());
        assert_eq!(
            policies::may_change_column(&admin, column),
            column != RoleColumn::Organization(Role::Admin),
            "{}",
            column.key()
        );
    }
    assert!(!policies::may_change_column(
        &Authority::of(Role::UserAdmin, &[]),
        RoleColumn::Organization(Role::Viewer)
    ));
    let admins = RoleColumn::Organization(Role::Admin);
    let switched = policies::with(RolePolicies::default(), (admins, ChangeSlug::ID), true);
    assert_eq!(
        policies::may_change(&owner, &RolePolicies::default(), &switched),
        Ok(())
    );
    assert_eq!(
        policies::may_change(&admin, &RolePolicies::default(), &switched),
        Err((admins, ChangeSlug::ID))
    );
    assert_eq!(
        policies::with(switched, (admins, ChangeSlug::ID), false),
        RolePolicies::default()
    );
    assert_eq!(
        policies::changes(&RolePolicies::default(), &switched),
        [((admins, ChangeSlug::ID), true)]
    );
}

#[test]
fn a_denied_permission_is_given_back_only_by_someone_who_has_it() {
    let admin = Authority::of(Role::Admin, &[]);
    let change = |open, before, after| overrides::rules::may_change(&admin, open, before, after);
    let off = Overrides::NONE.set(ManageBilling::ID, Some(false));
    let open = AccessInputs::of(Role::BillingAdmin, &[]).open();
    // Billing admins always manage billing, so nothing is open.
    assert!(matches!(
        change(open, Overrides::NONE, off),
        Err(OverrideError::Fixed(permission)) if permission == ManageBilling::ID
    ));
    let open = AccessInputs::of(Role::Admin, &[]).open();
    assert!(open.has(ManageBilling::ID) && open.has(ViewBilling::ID) && !open.has(InviteMembers::ID));
    assert!(change(open, Overrides::NONE, off).is_ok());
    assert!(matches!(
        change(open, off, Overrides::NONE),
        Err(OverrideError::NotHeld(permission)) if permission == ManageBilling::ID
    ));
}

#[test]
fn what_only_owners_can_do_is_in_no_custom_role() {
    let terms = CustomRoleTerms {
        name: String::new(),
        description: String::new(),
        base: Role::Viewer,
        permissions: PermissionSet::of([DeleteCompanies::ID, InviteMembers::ID]),
    };
    let owner = Authority::of(Role::Owner, &[]);
    let terms = terms.complete();
    assert!(!terms.permissions.has(DeleteCompanies::ID) && terms.permissions.has(InviteMembers::ID));
    assert!(may_manage(&owner, &terms).is_ok());
    assert_eq!(levels(&owner), Role::ALL[1..]);
    assert!(matches!(
        may_manage(&Authority::of(Role::UserAdmin, &[]), &terms),
        Err(CustomRoleError::NotHeld(permission)) if permission == ViewCompany::ID
    ));
}
