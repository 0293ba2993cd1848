use proptest::prelude::*;

use crate::authz::decision::*;
use crate::authz::permission::{
    ArchiveCompanies, CreateCompanies, EditCompany, InviteMembers, ManageBilling, ManageWebhooks, ViewBilling,
    ViewCompany, ViewMembers,
};

fn column() -> impl Strategy<Value = Column> {
    prop::sample::select(columns().collect::<Vec<_>>())
}

fn right() -> impl Strategy<Value = Right> {
    prop::sample::select(Right::all().collect::<Vec<_>>())
}

fn set() -> impl Strategy<Value = RightSet> {
    prop::collection::vec(right(), 0..12).prop_map(RightSet::of)
}

fn cells() -> impl Strategy<Value = Cells> {
    (set(), set()).prop_map(|(allow, deny)| Cells { allow, deny })
}

fn held() -> impl Strategy<Value = Held> {
    (prop::sample::select(Role::ALL), prop::option::of(set())).prop_map(|(role, custom)| Held { role, custom })
}

fn grounds() -> impl Strategy<Value = Grounds> {
    let policies = prop::collection::vec((column(), right(), any::<bool>()), 0..8).prop_map(|switched| {
        switched
            .into_iter()
            .fold(Policies::default(), |policies, (column, right, on)| {
                policies.set(column, right, Some(on))
            })
    });
    (
        prop::collection::vec(held(), 1..4),
        prop::collection::vec(prop::sample::select(CompanyRole::ALL), 0..3),
        cells(),
        policies,
        any::<bool>(),
    )
        .prop_map(|(roles, companies, overrides, policies, read_only)| Grounds {
            in_force: true,
            read_only,
            roles,
            companies,
            overrides,
            policies,
        })
}

proptest! {
    #[test]
    fn who_is_not_in_force_has_no_right(mut grounds in grounds()) {
        grounds.in_force = false;
        prop_assert_eq!(grounds.rights(), Rights::default());
    }

    #[test]
    fn deny_wins_and_never_touches_what_is_always_held(grounds in grounds(), right in right()) {
        let mut denied = grounds.clone();
        denied.overrides = denied.overrides.set(right, Some(false));
        let fixed = grounds.roles.iter().any(|held| held.fixed().has(right));
        let held = !grounds.read_only && denied.rights().has(right) && right != ViewOrganization::RIGHT;
        prop_assert!(!held || fixed);
        prop_assert!(denied.rights().within(grounds.rights()));
    }

    #[test]
    fn an_override_works_only_where_the_table_leaves_a_cell_open(
        role in prop::sample::select(Role::ALL), company in prop::option::of(prop::sample::select(CompanyRole::ALL)), cells in cells(),
    ) {
        let plain = Grounds::of(role, company.as_slice());
        let switched = Grounds { overrides: cells, ..plain.clone() };
        for right in Right::all() {
            let marks = [Some(Column::Organization(role)), company.map(Column::Company)];
            let mut marks = marks.iter().flatten().map(|column| right.mark(*column));
            if marks.all(|mark| matches!(mark, '●' | '-' | 's')) {
                prop_assert_eq!(plain.rights().reach(right), switched.rights().reach(right), "{}", right.key());
            }
        }
    }

    #[test]
    fn a_policy_of_one_role_changes_nobody_else(grounds in grounds(), column in column(), right in right(), on in any::<bool>()) {
        let has = |column: Column| match column {
            Column::Organization(role) => grounds.roles.iter().any(|held| held.role == role && held.custom.is_none()),
            Column::Company(role) => grounds.companies.contains(&role),
            Column::Operator => false,
        };
        let changed = Grounds { policies: grounds.policies.set(column, right, Some(on)), ..grounds.clone() };
        if !has(column) {
            prop_assert_eq!(grounds.rights(), changed.rights());
        }
    }

    #[test]
    fn while_read_only_nothing_can_be_changed(mut grounds in grounds()) {
        grounds.read_only = true;
        let rights = grounds.rights();
        prop_assert!(Right::all().filter(|right| rights.has(*right)).all(Right::only_reads));
    }

    #[test]
    fn nobody_hands_out_more_than_they_hold(grounds in grounds(), wanted in held()) {
        let authority = grounds.authority();
        if authority.may_grant(wanted) && wanted.role != Role::Owner {
            prop_assert!(authority.role.rank() >= wanted.role.rank());
            prop_assert!(wanted.gives(&grounds.policies).within(authority.ceiling()));
        }
    }

    #[test]
    fn what_is_stored_is_read_back(cells in cells(), grounds in grounds()) {
        let cells = Cells { allow: cells.allow.without(cells.deny), ..cells };
        prop_assert_eq!(Cells::read(&cells.text()), cells);
        let stored = Policies::read(&grounds.policies.text());
        prop_assert_eq!(stored, grounds.policies);
    }
}

#[test]
fn managing_one_company_gives_nothing_on_another() {
    for role in [Role::Member, Role::BillingAdmin, Role::UserAdmin] {
        let grounds = Grounds::of(role, &[]);
        assert!(!grounds.in_company(None).has(EditCompany::RIGHT), "{role}");
        assert!(
            grounds.in_company(Some(CompanyRole::Manager)).has(EditCompany::RIGHT),
            "{role}"
        );
    }
    assert!(!Grounds::of(Role::Member, &[]).in_company(None).has(ViewCompany::RIGHT));
    assert_eq!(
        Rights::of(Role::Member, &[CompanyRole::Manager]).reach(InviteMembers::RIGHT),
        Reach::OwnCompanies
    );
}

#[test]
fn an_owner_holds_every_right_that_a_person_can_hold() {
    let owner = Rights::of(Role::Owner, &[]);
    assert!(Right::all().all(|right| owner.has(right)));
    for role in Role::ALL {
        assert!(Rights::of(*role, CompanyRole::ALL).within(owner));
    }
}

#[test]
fn nobody_grants_above_themselves_and_only_an_owner_makes_an_owner() {
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
fn an_admin_who_lost_a_right_makes_no_admin_who_has_it() {
    let mut admin = Grounds::of(Role::Admin, &[]);
    admin.overrides = admin.overrides.set(CreateCompanies::RIGHT, Some(false));
    assert!(!admin.authority().may_grant(Role::Admin));
    assert!(admin.authority().may_grant(Role::UserAdmin));
    // When no admin has it, it is missing in nobody.
    let column = Column::Organization(Role::Admin);
    admin.policies = admin.policies.set(column, CreateCompanies::RIGHT, Some(false));
    assert!(admin.authority().may_grant(Role::Admin));
}

#[test]
fn admins_manage_billing_where_the_organization_says_so() {
    let mut admin = Grounds::of(Role::Admin, &[]);
    assert!(!admin.rights().has(ManageBilling::RIGHT));
    admin.policies = admin
        .policies
        .set(Column::Organization(Role::Admin), ManageBilling::RIGHT, Some(true));
    assert!(admin.rights().has(ManageBilling::RIGHT));
    // Deny wins, whichever says it.
    let mut one = admin.clone();
    one.overrides = one.overrides.set(ManageBilling::RIGHT, Some(false));
    assert!(!one.rights().has(ManageBilling::RIGHT));
    admin.policies = admin
        .policies
        .set(Column::Organization(Role::Admin), ViewBilling::RIGHT, Some(false));
    admin.overrides = admin.overrides.set(ViewBilling::RIGHT, Some(true));
    assert!(!admin.rights().has(ViewBilling::RIGHT));
}

#[test]
fn a_custom_role_gives_what_it_is_made_of() {
    let set = RightSet::of([ViewMembers::RIGHT, ManageWebhooks::RIGHT]);
    let custom = Held {
        role: Role::Viewer,
        custom: Some(set),
    };
    let grounds = Grounds {
        roles: vec![custom],
        ..Grounds::of(Role::Viewer, &[])
    };
    assert_eq!(grounds.rights().everywhere(), set.with(ViewOrganization::RIGHT));
    assert!(!DELEGABLE.has(crate::authz::permission::DeleteCompanies::RIGHT));
    assert!(DELEGABLE.has(ArchiveCompanies::RIGHT));
}

proptest! {
    #[test]
    fn the_explained_verdict_is_the_decision(
        mut grounds in grounds(), right in right(), in_force in any::<bool>(),
        company in prop::option::of(prop::sample::select(CompanyRole::ALL)),
    ) {
        grounds.in_force = in_force;
        let general = crate::authz::explain::explain(&grounds, right, None);
        prop_assert_eq!(general.reach, grounds.rights().reach(right), "{} {:?}", right.key(), general.steps);
        let there = crate::authz::explain::explain(&grounds, right, Some(company));
        prop_assert_eq!(there.yes(), grounds.in_company(company).has(right), "{} {:?}", right.key(), there.steps);
        // Who can do it is told what gives it.
        prop_assert!(!general.yes() || general.decisive().is_some());
    }

    #[test]
    fn switching_a_cell_that_is_open_decides_and_switching_any_other_changes_nothing(
        mut grounds in grounds(), right in right(),
    ) {
        grounds.read_only = false;
        grounds.overrides = grounds.overrides.set(right, None);
        let with = |effect| Grounds { overrides: grounds.overrides.set(right, effect), ..grounds.clone() }.rights();
        if grounds.open().has(right) {
            prop_assert!(with(Some(true)).has(right));
            prop_assert!(!with(Some(false)).has(right) || right == ViewOrganization::RIGHT);
        } else {
            prop_assert_eq!(with(Some(true)).reach(right), with(None).reach(right), "{}", right.key());
        }
    }
}
