mod explain;
mod table;

use proptest::prelude::*;

use crate::authz::decision::*;
use crate::authz::permission::{
    ArchiveCompanies, CreateCompanies, DELEGABLE, EditCompany, InviteMembers, ManageBilling, ManageWebhooks,
    Permission, PermissionId, ViewBilling, ViewCompany, ViewMembers, ViewOrganization,
};

fn column() -> impl Strategy<Value = RoleColumn> {
    prop::sample::select(RoleColumn::of_members().collect::<Vec<_>>())
}

fn permission() -> impl Strategy<Value = PermissionId> {
    prop::sample::select(PermissionId::all().collect::<Vec<_>>())
}

fn set() -> impl Strategy<Value = PermissionSet> {
    prop::collection::vec(permission(), 0..12).prop_map(PermissionSet::of)
}

fn cells() -> impl Strategy<Value = Overrides> {
    (set(), set()).prop_map(|(allow, deny)| Overrides { allow, deny })
}

fn role_grant() -> impl Strategy<Value = RoleGrant> {
    (prop::sample::select(Role::ALL), prop::option::of(set())).prop_map(|(role, custom)| RoleGrant { role, custom })
}

fn inputs() -> impl Strategy<Value = AccessInputs> {
    let policies = prop::collection::vec((column(), permission(), any::<bool>()), 0..8).prop_map(|switched| {
        switched
            .into_iter()
            .fold(RolePolicies::default(), |policies, (column, permission, on)| {
                policies.set(column, permission, Some(on))
            })
    });
    (
        prop::collection::vec(role_grant(), 1..4),
        prop::collection::vec(prop::sample::select(CompanyRole::ALL), 0..3),
        cells(),
        policies,
        any::<bool>(),
    )
        .prop_map(|(roles, companies, overrides, policies, read_only)| AccessInputs {
            in_force: true,
            read_only,
            roles,
            companies,
            overrides,
            policies,
            limit: None,
        })
}

proptest! {
    #[test]
    fn an_inactive_member_has_no_permission(mut inputs in inputs()) {
        inputs.in_force = false;
        prop_assert_eq!(inputs.permissions(), Permissions::default());
    }

    #[test]
    fn deny_takes_priority_and_never_removes_what_is_always_given(inputs in inputs(), permission in permission()) {
        let mut denied = inputs.clone();
        denied.overrides = denied.overrides.set(permission, Some(false));
        let fixed = inputs.roles.iter().any(|grant| grant.fixed().has(permission));
        let has = !inputs.read_only && denied.permissions().has(permission) && permission != ViewOrganization::ID;
        prop_assert!(!has || fixed);
        prop_assert!(denied.permissions().within(inputs.permissions()));
    }

    #[test]
    fn an_override_works_only_where_the_table_leaves_it_open(
        role in prop::sample::select(Role::ALL), company in prop::option::of(prop::sample::select(CompanyRole::ALL)), cells in cells(),
    ) {
        let plain = AccessInputs::of(role, company.as_slice());
        let switched = AccessInputs { overrides: cells, ..plain.clone() };
        for permission in PermissionId::all() {
            let marks = [Some(RoleColumn::Organization(role)), company.map(RoleColumn::Company)];
            let mut marks = marks.iter().flatten().map(|column| permission.mark(*column));
            if marks.all(|mark| matches!(mark, '●' | '-' | 's')) {
                prop_assert_eq!(plain.permissions().reach(permission), switched.permissions().reach(permission), "{}", permission.key());
            }
        }
    }

    #[test]
    fn a_policy_of_one_role_changes_no_other_role(inputs in inputs(), column in column(), permission in permission(), on in any::<bool>()) {
        let has = |column: RoleColumn| match column {
            RoleColumn::Organization(role) => inputs.roles.iter().any(|grant| grant.role == role && grant.custom.is_none()),
            RoleColumn::Company(role) => inputs.companies.contains(&role),
            RoleColumn::Operator => false,
        };
        let changed = AccessInputs { policies: inputs.policies.set(column, permission, Some(on)), ..inputs.clone() };
        if !has(column) {
            prop_assert_eq!(inputs.permissions(), changed.permissions());
        }
    }

    #[test]
    fn while_read_only_nothing_can_be_changed(mut inputs in inputs()) {
        inputs.read_only = true;
        let permissions = inputs.permissions();
        prop_assert!(PermissionId::all().filter(|permission| permissions.has(*permission)).all(PermissionId::only_reads));
    }

    #[test]
    fn a_key_has_no_more_than_its_owner_and_in_other_companies_nothing(
        inputs in inputs(), scopes in set(), one_company in any::<bool>(), company in prop::option::of(prop::sample::select(CompanyRole::ALL)),
    ) {
        let key = AccessInputs { limit: Some(KeyLimit { permissions: scopes, one_company }), ..inputs.clone() };
        let (owner, left) = (inputs.permissions(), key.permissions());
        prop_assert!(left.within(owner));
        prop_assert!(left.everywhere().or(left.own()).within(scopes.with(ViewOrganization::ID)));
        prop_assert!(!one_company || left.everywhere().within(PermissionSet::of([ViewOrganization::ID])));
        prop_assert!(key.in_company(company).within(inputs.in_company(company)));
    }

    #[test]
    fn no_one_grants_more_than_they_have(inputs in inputs(), wanted in role_grant()) {
        let authority = inputs.authority();
        if authority.may_grant(wanted) && wanted.role != Role::Owner {
            prop_assert!(authority.role.rank() >= wanted.role.rank());
            prop_assert!(wanted.gives(&inputs.policies).within(authority.ceiling()));
        }
    }

    #[test]
    fn what_is_stored_is_read_back(cells in cells(), inputs in inputs()) {
        let cells = Overrides { allow: cells.allow.without(cells.deny), ..cells };
        prop_assert_eq!(Overrides::read(&cells.text()), cells);
        let stored = RolePolicies::read(&inputs.policies.text());
        prop_assert_eq!(stored, inputs.policies);
    }
}

#[test]
fn managing_one_company_gives_nothing_on_another() {
    for role in [Role::Member, Role::BillingAdmin, Role::UserAdmin] {
        let inputs = AccessInputs::of(role, &[]);
        assert!(!inputs.in_company(None).has(EditCompany::ID), "{role}");
        assert!(
            inputs.in_company(Some(CompanyRole::Manager)).has(EditCompany::ID),
            "{role}"
        );
    }
    assert!(
        !AccessInputs::of(Role::Member, &[])
            .in_company(None)
            .has(ViewCompany::ID)
    );
    assert_eq!(
        Permissions::of(Role::Member, &[CompanyRole::Manager]).reach(InviteMembers::ID),
        Reach::OwnCompanies
    );
}

#[test]
fn an_owner_has_every_permission() {
    let owner = Permissions::of(Role::Owner, &[]);
    assert!(PermissionId::all().all(|permission| owner.has(permission)));
    for role in Role::ALL {
        assert!(Permissions::of(*role, CompanyRole::ALL).within(owner));
    }
}

#[test]
fn no_one_grants_above_their_rank_and_only_an_owner_makes_an_owner() {
    for role in Role::ALL {
        let authority = Authority::of(*role, &[]);
        for other in Role::ALL {
            if authority.may_grant(*other) {
                assert!(role.rank() >= other.rank(), "{role} grants {other}");
                assert!(*other != Role::Owner || *role == Role::Owner);
            }
        }
    }
    let granted = |role: Role| {
        let authority = Authority::of(role, &[]);
        Role::ALL
            .iter()
            .filter(|other| authority.may_grant(**other))
            .map(|role| role.as_str())
            .collect::<Vec<_>>()
    };
    assert_eq!(granted(Role::Owner).len(), 7);
    assert_eq!(
        granted(Role::Admin),
        ["admin", "user_admin", "editor", "viewer", "member"]
    );
    assert_eq!(granted(Role::UserAdmin), ["editor", "viewer", "member"]);
}

#[test]
fn an_admin_without_a_permission_makes_no_admin_who_has_it() {
    let mut admin = AccessInputs::of(Role::Admin, &[]);
    admin.overrides = admin.overrides.set(CreateCompanies::ID, Some(false));
    assert!(!admin.authority().may_grant(Role::Admin));
    assert!(admin.authority().may_grant(Role::UserAdmin));
    // When no admin has it, none is missing it.
    let column = RoleColumn::Organization(Role::Admin);
    admin.policies = admin.policies.set(column, CreateCompanies::ID, Some(false));
    assert!(admin.authority().may_grant(Role::Admin));
}

#[test]
fn admins_manage_billing_where_the_organization_says_so() {
    let mut admin = AccessInputs::of(Role::Admin, &[]);
    assert!(!admin.permissions().has(ManageBilling::ID));
    admin.policies = admin
        .policies
        .set(RoleColumn::Organization(Role::Admin), ManageBilling::ID, Some(true));
    assert!(admin.permissions().has(ManageBilling::ID));
    // Deny takes priority, whether an override or a policy says it.
    let mut one = admin.clone();
    one.overrides = one.overrides.set(ManageBilling::ID, Some(false));
    assert!(!one.permissions().has(ManageBilling::ID));
    admin.policies = admin
        .policies
        .set(RoleColumn::Organization(Role::Admin), ViewBilling::ID, Some(false));
    admin.overrides = admin.overrides.set(ViewBilling::ID, Some(true));
    assert!(!admin.permissions().has(ViewBilling::ID));
}

#[test]
fn a_custom_role_gives_what_it_is_made_of() {
    let set = PermissionSet::of([ViewMembers::ID, ManageWebhooks::ID]);
    let custom = RoleGrant {
        role: Role::Viewer,
        custom: Some(set),
    };
    let inputs = AccessInputs {
        roles: vec![custom],
        ..AccessInputs::of(Role::Viewer, &[])
    };
    assert_eq!(inputs.permissions().everywhere(), set.with(ViewOrganization::ID));
    assert!(!DELEGABLE.has(crate::authz::permission::DeleteCompanies::ID));
    assert!(DELEGABLE.has(ArchiveCompanies::ID));
}
