//! Every cell of the permission table, checked over HTTP as a page, a fragment and a form. Permissions come from the
//! route table, so a new route is covered automatically; permissions without a route are listed below.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};

use tenantry::authz::decision::{AccessInputs, Overrides, Reach, RolePolicies};
use tenantry::authz::permission::{PermissionId, PermissionSet, RoleColumn};
use tenantry::authz::role::{CompanyRole, Role};
use tenantry::routes::ROUTES;

use crate::harness::client::Client;
use crate::harness::in_parallel;
use crate::harness::page::Page;
use crate::harness::test_app::TestApp;
use crate::roles_test::{Scenario, ask};

/// The columns of members, with the actor of the scenario.
const COLUMNS: [(&str, RoleColumn); 10] = [
    ("owner", RoleColumn::Organization(Role::Owner)),
    ("admin", RoleColumn::Organization(Role::Admin)),
    ("billing", RoleColumn::Organization(Role::BillingAdmin)),
    ("user-ad", RoleColumn::Organization(Role::UserAdmin)),
    ("editor", RoleColumn::Organization(Role::Editor)),
    ("viewer", RoleColumn::Organization(Role::Viewer)),
    ("member", RoleColumn::Organization(Role::Member)),
    ("manager", RoleColumn::Company(CompanyRole::Manager)),
    ("co-edit", RoleColumn::Company(CompanyRole::Editor)),
    ("co-view", RoleColumn::Company(CompanyRole::Viewer)),
];

/// Permissions of existing features that no route needs, or only routes of the API, which `api_test` checks. Remove one here as
/// soon as another route needs it; it is then checked automatically.
const NO_ROUTE: &[&str] = &[
    "members.grant_admin",
    "members.grant_owner",
    // Amounts in reports depend on them; `reporting_test` checks it.
    "billing.totals",
    "co.billing.view",
    "co.members.view",
];

/// Routes that represent no cell, because the response depends on more than the permission of the route.
const NOT_REPRESENTATIVE: &[(&str, &str)] = &[
    (
        "/organizations/{slug}/settings/approvals*",
        "depends on who must approve",
    ),
    (
        "/organizations/{slug}/members/bulk",
        "each change requires its own permission",
    ),
    ("/organizations/{slug}/settings", "redirects to the first permitted tab"),
    (
        "/organizations/{slug}/access/assignments*",
        "each role requires its own permission",
    ),
    (
        "/organizations/{slug}/access/matrix",
        "each changed cell requires its own permission",
    ),
];

/// Routes that require more of members whose permission covers only their own companies. They represent a permission
/// only if no other route does, and are not checked for those members.
const REQUIRES_MORE: &[(&str, &str)] = &[
    (
        "/organizations/{slug}/access/groups*",
        "a group applies everywhere, so changing it requires the permission everywhere",
    ),
    (
        "/organizations/{slug}/members/removed",
        "a removed member has no company",
    ),
    (
        "/organizations/{slug}/members/{id}/*",
        "a company manager can't change organization roles",
    ),
    ("/organizations/{slug}/invitations/{id}*", "depends on the invitation"),
    (
        "/organizations/{slug}/access/reviews*",
        "a review requires the permission everywhere",
    ),
    (
        "/organizations/{slug}/access/requests/{id}/*",
        "no one grants permissions that they lack",
    ),
    (
        "/organizations/{slug}/settings/onboarding/requests/{id}/*",
        "no one approves more than they may grant",
    ),
    ("/organizations/{slug}/leaving", "applies to oneself"),
];

/// A route and the permission that it requires.
struct GuardedRoute {
    method: &'static str,
    path: &'static str,
    permission: PermissionId,
}

/// All routes that require a permission of an organization.
fn guarded_routes() -> Vec<GuardedRoute> {
    let found: Vec<GuardedRoute> = ROUTES
        .iter()
        .filter_map(|route| {
            Some(GuardedRoute {
                method: route.method,
                path: route.path,
                permission: route.access.permission()?,
            })
        })
        .collect();
    assert!(found.len() > 40, "{} routes require a permission", found.len());
    found
}

fn is_in(list: &[(&str, &str)], path: &str) -> bool {
    list.iter().any(|(known, _)| match known.strip_suffix('*') {
        Some(beginning) => path.starts_with(beginning),
        None => path == *known,
    })
}

/// For each permission, the first page and the first form that best represent it.
fn representatives(guarded_routes: &[GuardedRoute]) -> BTreeMap<PermissionId, Vec<&GuardedRoute>> {
    let mut chosen: BTreeMap<PermissionId, Vec<&GuardedRoute>> = BTreeMap::new();
    let sure = guarded_routes.iter().filter(|route| !is_in(REQUIRES_MORE, route.path));
    let rest = guarded_routes.iter().filter(|route| is_in(REQUIRES_MORE, route.path));
    for route in sure.chain(rest).filter(|route| !is_in(NOT_REPRESENTATIVE, route.path)) {
        let of = chosen.entry(route.permission).or_default();
        if of.iter().all(|other| other.method != route.method) {
            of.push(route);
        }
    }
    chosen
}

#[test]
fn permissions_without_a_route_are_listed_exactly() {
    let guarded_routes = guarded_routes();
    for route in &guarded_routes {
        let key = route.permission.key();
        assert!(
            PermissionSet::AVAILABLE.has(route.permission),
            "{key} has a route: mark it live"
        );
    }
    let missing: Vec<&str> = PermissionSet::AVAILABLE
        .iter()
        .filter(|permission| guarded_routes.iter().all(|route| route.permission != *permission))
        .map(PermissionId::key)
        .collect();
    let mut named = NO_ROUTE.to_vec();
    named.sort_by_key(|key| PermissionId::all().position(|permission| permission.key() == *key));
    assert_eq!(missing, named, "permissions without a route (left), the list (right)");
}

/// The override or policy that is set before a request.
#[derive(Clone, Copy, Debug)]
enum Setting {
    Nothing,
    Override(bool),
    Policy(bool),
}

/// Every setting to check for a cell, with whether it allows access.
fn settings_to_check(mark: char) -> Vec<(Setting, bool)> {
    use Setting::{Nothing, Override, Policy};
    match mark {
        '●' => vec![(Nothing, true)],
        'o' => vec![(Nothing, true)],
        '◑' => vec![(Nothing, true), (Override(false), false), (Policy(false), false)],
        '◐' => vec![(Nothing, false), (Override(true), true), (Policy(true), true)],
        '-' => vec![(Nothing, false)],
        other => panic!("unknown mark {other}"),
    }
}

/// The effective mark: someone with a company role is also a Member of the organization.
fn mark(permission: PermissionId, column: RoleColumn) -> char {
    let own = permission.mark(column);
    let as_member = permission.mark(RoleColumn::Organization(Role::Member));
    match column {
        RoleColumn::Company(_) if as_member != '-' => as_member,
        _ => own,
    }
}

fn apply_setting(app: &TestApp, scenario: &Scenario, column: RoleColumn, permission: PermissionId, setting: Setting) {
    let word = |on: bool| if on { "allow" } else { "deny" };
    match setting {
        Setting::Nothing => {}
        Setting::Override(on) => app.database.execute(&format!(
            "UPDATE memberships SET overrides = '{{\"{}\":\"{}\"}}' WHERE organization_id = '{}' AND user_id = (SELECT id FROM users WHERE email = 'actor@{}.test')",
            permission.key(),
            word(on),
            scenario.organization,
            scenario.slug
        )),
        Setting::Policy(on) => app.database.execute(&format!(
            "UPDATE organizations SET policies = '{{\"{}\":{{\"{}\":\"{}\"}}}}' WHERE id = '{}'",
            column.key(),
            permission.key(),
            word(on),
            scenario.organization
        )),
    }
}

/// Whether the response matches; any response of the handler counts as allowed.
fn matches_expectation(page: &Page, allowed: bool) -> bool {
    if allowed {
        matches!(page.status, 200 | 204 | 303 | 422)
    } else {
        page.status == 403
    }
}

#[test]
fn every_permission_cell_is_enforced_on_pages_fragments_and_forms() {
    let app = TestApp::open();
    let guarded_routes = guarded_routes();
    let permissions = representatives(&guarded_routes);
    assert_eq!(
        permissions.len(),
        PermissionSet::AVAILABLE.iter().count() - NO_ROUTE.len(),
        "every permission with a route is represented"
    );
    let number = AtomicUsize::new(0);
    let faults: Vec<Vec<String>> = in_parallel(&COLUMNS, |(actor, column)| {
        let mut faults = Vec::new();
        // A refused request changes nothing, so all of them share one scenario.
        let next = || {
            let n = number.fetch_add(1, Ordering::Relaxed);
            Scenario::create(&app, actor, &format!("cell-{n}"))
        };
        let mut scenario = next();
        for (permission, routes) in &permissions {
            let mark = mark(*permission, *column);
            for (setting, allowed) in settings_to_check(mark) {
                apply_setting(&app, &scenario, *column, *permission, setting);
                let guarded_routes = routes
                    .iter()
                    .filter(|route| mark != 'o' || !is_in(REQUIRES_MORE, route.path));
                for route in guarded_routes.clone() {
                    let what = format!("{} {mark} {actor} {setting:?}", permission.key());
                    faults.extend(cell(&app, &scenario, route, *column, mark, allowed).map(|f| format!("{what}: {f}")));
                }
                if allowed && guarded_routes.clone().any(|route| route.method != "GET") {
                    scenario = next();
                } else if !matches!(setting, Setting::Nothing) {
                    reset_settings(&app, &scenario);
                }
            }
        }
        faults
    });
    let faults = faults.concat();
    assert!(faults.is_empty(), "{} cells:\n{}", faults.len(), faults.join("\n"));
}

/// Checks one cell in every way and returns what is wrong.
fn cell(
    app: &TestApp,
    scenario: &Scenario,
    route: &GuardedRoute,
    column: RoleColumn,
    mark: char,
    allowed: bool,
) -> impl Iterator<Item = String> {
    let client = app.client_with(scenario.actor.as_ref().expect("an actor"));
    let form = if route.method == "GET" {
        Vec::new()
    } else {
        scenario.form(route.path)
    };
    let in_company = route.path.contains("{company}");
    // A Member without an assignment has no own company.
    let unassigned = column == RoleColumn::Organization(Role::Member) && mark == 'o' && in_company;
    let allowed = allowed && !unassigned;
    let mut pages = Vec::new();
    let here = scenario.path(route.path, "");
    if in_company && matches!(column, RoleColumn::Company(_)) && mark != '-' {
        let south = here.replace(&scenario.north_slug, &format!("south-{}", scenario.slug));
        pages.push((ask(&client, route.method, &south, &form), false));
    }
    if route.method == "GET" {
        pages.push((client.fragment(&here), allowed));
        pages.push((client.get(&here), allowed));
    } else {
        // A refused form changes nothing, so it can be sent twice.
        if !allowed {
            let part = client.with("HX-Request", "true");
            pages.push((ask(&part, route.method, &here, &form), false));
        }
        pages.push((ask(&client, route.method, &here, &form), allowed));
    }
    pages
        .into_iter()
        .filter(|(page, allowed)| !matches_expectation(page, *allowed))
        .map(|(page, allowed)| format!("{} returns {}, allowed: {allowed}", page.request, page.status))
}

#[test]
fn every_permission_cell_matches_the_access_decision() {
    for permission in PermissionId::all() {
        for (_, column) in COLUMNS {
            for (setting, allowed) in settings_to_check(mark(permission, column)) {
                let (role, companies) = match column {
                    RoleColumn::Organization(role) => (role, Vec::new()),
                    RoleColumn::Company(role) => (Role::Member, vec![role]),
                    RoleColumn::Operator => continue,
                };
                let mut access_inputs = AccessInputs::of(role, &companies);
                match setting {
                    Setting::Nothing => {}
                    Setting::Override(on) => access_inputs.overrides = Overrides::NONE.set(permission, Some(on)),
                    Setting::Policy(on) => {
                        access_inputs.policies = RolePolicies::default().set(column, permission, Some(on))
                    }
                }
                let permissions = access_inputs.permissions();
                let what = format!("{} {column:?} {setting:?}", permission.key());
                assert_eq!(permissions.has(permission), allowed, "{what}");
                if allowed && mark(permission, column) == 'o' && permission.key() != "org.view" {
                    assert_eq!(permissions.reach(permission), Reach::OwnCompanies, "{what}");
                }
                let here = access_inputs.in_company(companies.first().copied());
                if !companies.is_empty() {
                    assert_eq!(here.has(permission), allowed, "{what}: in the own company");
                    let away = access_inputs.in_company(None).has(permission);
                    assert!(!away || mark(permission, column) == '●', "{what}: in another company");
                }
            }
        }
    }
}

/// The permissions listed on “What can I do here?”, as a page and as a fragment.
fn listed_permissions(client: &Client, scenario: &Scenario) -> [Vec<String>; 2] {
    let path = format!("/organizations/{}/access/mine", scenario.slug);
    [client.get(&path), client.fragment(&path)].map(|page| {
        let links = page.expect(200).all("section[aria-labelledby=can-h] a", "href");
        let keys = links.iter().filter_map(|href| href.split_once("permission="));
        keys.map(|(_, key)| key.to_owned()).collect()
    })
}

#[test]
fn permissions_without_a_route_appear_on_the_my_access_page() {
    let app = TestApp::open();
    for (n, (actor, column)) in COLUMNS.iter().enumerate() {
        let scenario = Scenario::create(&app, actor, &format!("told-{n}"));
        let client = app.client_with(scenario.actor.as_ref().expect("an actor"));
        let before = listed_permissions(&client, &scenario);
        for key in NO_ROUTE {
            let permission = PermissionId::parse(key).expect("a permission");
            for (setting, allowed) in settings_to_check(mark(permission, *column)) {
                let what = format!("{key} {} {actor} {setting:?}", mark(permission, *column));
                if matches!(setting, Setting::Nothing) {
                    for keys in &before {
                        assert_eq!(keys.iter().any(|held| held == key), allowed, "{what}");
                    }
                    continue;
                }
                apply_setting(&app, &scenario, *column, permission, setting);
                for keys in listed_permissions(&client, &scenario) {
                    assert_eq!(keys.iter().any(|held| held == key), allowed, "{what}");
                }
                reset_settings(&app, &scenario);
            }
        }
    }
}

fn reset_settings(app: &TestApp, scenario: &Scenario) {
    for (table, column, key) in [
        ("memberships", "overrides", "organization_id"),
        ("organizations", "policies", "id"),
    ] {
        app.database.execute(&format!(
            "UPDATE {table} SET {column} = '' WHERE {key} = '{}'",
            scenario.organization
        ));
    }
}
