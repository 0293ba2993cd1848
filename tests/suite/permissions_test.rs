//! Every cell of the permission table, checked over HTTP as a page, a fragment and a form. Permissions come from the
//! route table, so a new route is covered automatically; permissions without a route are listed below.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};

use tenantry::authz::decision::{AccessInputs, Overrides, Reach, RolePolicies};
use tenantry::authz::permission::{Column, PermissionId};
use tenantry::authz::role::{CompanyRole, Role};
use tenantry::routes::ROUTES;

use crate::harness::client::Client;
use crate::harness::in_parallel;
use crate::harness::page::Page;
use crate::harness::test_app::TestApp;
use crate::roles_test::{Scenario, ask};

/// The columns of members, with the actor of the scenario.
const COLUMNS: [(&str, Column); 10] = [
    ("owner", Column::Organization(Role::Owner)),
    ("admin", Column::Organization(Role::Admin)),
    ("billing", Column::Organization(Role::BillingAdmin)),
    ("user-ad", Column::Organization(Role::UserAdmin)),
    ("editor", Column::Organization(Role::Editor)),
    ("viewer", Column::Organization(Role::Viewer)),
    ("member", Column::Organization(Role::Member)),
    ("manager", Column::Company(CompanyRole::Manager)),
    ("co-edit", Column::Company(CompanyRole::Editor)),
    ("co-view", Column::Company(CompanyRole::Viewer)),
];

/// Permissions without a route. Remove one here as soon as a route needs it; it is then checked automatically.
const NO_ROUTE: &[&str] = &[
    "reporting.view",
    "reporting.export",
    "members.grant_admin",
    "members.grant_owner",
    "billing.totals",
    "billing.view",
    "billing.manage",
    "budgets.manage",
    "wallet.view",
    "wallet.topup",
    "keys.view",
    "keys.manage",
    "webhooks.manage",
    "integrations.manage",
    "security.logout_all",
    "notifications.defaults",
    "privacy.retention",
    "privacy.export",
    "privacy.requests",
    "branding.manage",
    "domains.manage",
    "co.data.edit",
    "co.members.view",
    "co.reports",
    "co.billing.view",
    "co.channels",
];

/// Routes that represent no cell, because the response depends on more than the permission of the route.
const NO_SIGN: &[(&str, &str)] = &[
    (
        "/organizations/{slug}/settings/approvals*",
        "opens to the one who is asked to confirm",
    ),
    (
        "/organizations/{slug}/members/bulk",
        "each change asks for a right of its own",
    ),
    (
        "/organizations/{slug}/settings",
        "leads to the first tab that is open to one",
    ),
    (
        "/organizations/{slug}/access/assignments*",
        "what is given asks for a right of its own",
    ),
    (
        "/organizations/{slug}/access/matrix",
        "each changed place asks for a right of its own",
    ),
];

/// Routes that require more of members whose permission covers only their own companies. They represent a permission
/// only if no other route does, and are not checked for those members.
const ASKS_MORE: &[(&str, &str)] = &[
    (
        "/organizations/{slug}/access/groups*",
        "a group reaches everywhere, so it is changed by who does",
    ),
    (
        "/organizations/{slug}/members/removed",
        "who is gone is in no company any more",
    ),
    (
        "/organizations/{slug}/members/{id}/*",
        "who manages a company changes nobody’s place in the organization",
    ),
    ("/organizations/{slug}/invitations/{id}*", "whose invitation it is"),
    (
        "/organizations/{slug}/access/reviews*",
        "a review is run by who holds the right everywhere",
    ),
    (
        "/organizations/{slug}/access/requests/{id}/*",
        "nobody gives what they do not hold",
    ),
    (
        "/organizations/{slug}/settings/onboarding/requests/{id}/*",
        "nobody lets in more than they may bring",
    ),
    ("/organizations/{slug}/leaving", "one’s own matter"),
];

/// A route and the permission that it requires.
struct Asked {
    method: &'static str,
    path: &'static str,
    right: PermissionId,
}

/// All routes that require a permission of an organization.
fn asked() -> Vec<Asked> {
    let found: Vec<Asked> = ROUTES
        .iter()
        .filter_map(|route| {
            Some(Asked {
                method: route.method,
                path: route.path,
                right: route.access.permission()?,
            })
        })
        .collect();
    assert!(found.len() > 40, "{} routes ask for something", found.len());
    found
}

fn is_in(list: &[(&str, &str)], path: &str) -> bool {
    list.iter().any(|(known, _)| match known.strip_suffix('*') {
        Some(beginning) => path.starts_with(beginning),
        None => path == *known,
    })
}

/// For each permission, the first page and the first form that best represent it.
fn representatives(asked: &[Asked]) -> BTreeMap<PermissionId, Vec<&Asked>> {
    let mut chosen: BTreeMap<PermissionId, Vec<&Asked>> = BTreeMap::new();
    let sure = asked.iter().filter(|route| !is_in(ASKS_MORE, route.path));
    let rest = asked.iter().filter(|route| is_in(ASKS_MORE, route.path));
    for route in sure.chain(rest).filter(|route| !is_in(NO_SIGN, route.path)) {
        let of = chosen.entry(route.right).or_default();
        if of.iter().all(|other| other.method != route.method) {
            of.push(route);
        }
    }
    chosen
}

#[test]
fn permissions_without_a_route_are_listed_exactly() {
    let asked = asked();
    let missing: Vec<&str> = PermissionId::all()
        .filter(|right| asked.iter().all(|route| route.right != *right))
        .map(PermissionId::key)
        .collect();
    let mut named = NO_ROUTE.to_vec();
    named.sort_by_key(|key| PermissionId::all().position(|right| right.key() == *key));
    assert_eq!(missing, named, "what no route asks for (left), what is named (right)");
}

/// The override or policy that is set before a request.
#[derive(Clone, Copy, Debug)]
enum Switched {
    Nothing,
    Override(bool),
    Policy(bool),
}

/// Every setting to check for a cell, with whether it allows access.
fn ways(mark: char) -> Vec<(Switched, bool)> {
    use Switched::{Nothing, Override, Policy};
    match mark {
        '●' => vec![(Nothing, true)],
        'o' => vec![(Nothing, true)],
        '◑' => vec![(Nothing, true), (Override(false), false), (Policy(false), false)],
        '◐' => vec![(Nothing, false), (Override(true), true), (Policy(true), true)],
        '-' => vec![(Nothing, false)],
        other => panic!("what is {other}?"),
    }
}

/// The effective mark: someone with a company role is also a Member of the organization.
fn mark(right: PermissionId, column: Column) -> char {
    let own = right.mark(column);
    let as_member = right.mark(Column::Organization(Role::Member));
    match column {
        Column::Company(_) if as_member != '-' => as_member,
        _ => own,
    }
}

fn switch(app: &TestApp, scenario: &Scenario, column: Column, right: PermissionId, switched: Switched) {
    let word = |on: bool| if on { "allow" } else { "deny" };
    match switched {
        Switched::Nothing => {}
        Switched::Override(on) => app.database.execute(&format!(
            "UPDATE memberships SET overrides = '{{\"{}\":\"{}\"}}' WHERE organization_id = '{}' AND user_id = (SELECT id FROM users WHERE email = 'actor@{}.test')",
            right.key(),
            word(on),
            scenario.organization,
            scenario.slug
        )),
        Switched::Policy(on) => app.database.execute(&format!(
            "UPDATE organizations SET policies = '{{\"{}\":{{\"{}\":\"{}\"}}}}' WHERE id = '{}'",
            column.key(),
            right.key(),
            word(on),
            scenario.organization
        )),
    }
}

/// Whether the response matches; any response of the handler counts as allowed.
fn fits(page: &Page, allowed: bool) -> bool {
    if allowed {
        matches!(page.status, 200 | 204 | 303 | 422)
    } else {
        page.status == 403
    }
}

#[test]
fn every_permission_cell_is_enforced_on_pages_fragments_and_forms() {
    let app = TestApp::open();
    let asked = asked();
    let rights = representatives(&asked);
    assert_eq!(rights.len(), 50 - NO_ROUTE.len(), "every right with a route has a sign");
    let number = AtomicUsize::new(0);
    let faults: Vec<Vec<String>> = in_parallel(&COLUMNS, |(actor, column)| {
        let mut faults = Vec::new();
        // A refused request changes nothing, so all of them share one scenario.
        let next = || {
            let n = number.fetch_add(1, Ordering::Relaxed);
            Scenario::set(&app, actor, &format!("cell-{n}"))
        };
        let mut scenario = next();
        for (right, routes) in &rights {
            let mark = mark(*right, *column);
            for (switched, allowed) in ways(mark) {
                switch(&app, &scenario, *column, *right, switched);
                let asked = routes
                    .iter()
                    .filter(|route| mark != 'o' || !is_in(ASKS_MORE, route.path));
                for route in asked.clone() {
                    let what = format!("{} {mark} {actor} {switched:?}", right.key());
                    faults.extend(cell(&app, &scenario, route, *column, mark, allowed).map(|f| format!("{what}: {f}")));
                }
                if allowed && asked.clone().any(|route| route.method != "GET") {
                    scenario = next();
                } else if !matches!(switched, Switched::Nothing) {
                    unswitch(&app, &scenario);
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
    route: &Asked,
    column: Column,
    mark: char,
    allowed: bool,
) -> impl Iterator<Item = String> {
    let client = app.holder(scenario.actor.as_ref().expect("an actor"));
    let form = if route.method == "GET" {
        Vec::new()
    } else {
        scenario.form(route.path)
    };
    let in_company = route.path.contains("{company}");
    // A Member without an assignment has no own company.
    let homeless = column == Column::Organization(Role::Member) && mark == 'o' && in_company;
    let allowed = allowed && !homeless;
    let mut pages = Vec::new();
    let here = scenario.path(route.path, "");
    if in_company && matches!(column, Column::Company(_)) && mark != '-' {
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
        .filter(|(page, allowed)| !fits(page, *allowed))
        .map(|(page, allowed)| format!("{} answers {}, allowed: {allowed}", page.request, page.status))
}

#[test]
fn every_permission_cell_matches_the_access_decision() {
    for right in PermissionId::all() {
        for (_, column) in COLUMNS {
            for (switched, allowed) in ways(mark(right, column)) {
                let (role, companies) = match column {
                    Column::Organization(role) => (role, Vec::new()),
                    Column::Company(role) => (Role::Member, vec![role]),
                    Column::Operator => continue,
                };
                let mut grounds = AccessInputs::of(role, &companies);
                match switched {
                    Switched::Nothing => {}
                    Switched::Override(on) => grounds.overrides = Overrides::NONE.set(right, Some(on)),
                    Switched::Policy(on) => grounds.policies = RolePolicies::default().set(column, right, Some(on)),
                }
                let rights = grounds.permissions();
                let what = format!("{} {column:?} {switched:?}", right.key());
                assert_eq!(rights.has(right), allowed, "{what}");
                if allowed && mark(right, column) == 'o' && right.key() != "org.view" {
                    assert_eq!(rights.reach(right), Reach::OwnCompanies, "{what}");
                }
                let here = grounds.in_company(companies.first().copied());
                if !companies.is_empty() {
                    assert_eq!(here.has(right), allowed, "{what}: in the own company");
                    let away = grounds.in_company(None).has(right);
                    assert!(!away || mark(right, column) == '●', "{what}: away");
                }
            }
        }
    }
}

/// The permissions listed on “What can I do here?”, as a page and as a fragment.
fn told(client: &Client, scenario: &Scenario) -> [Vec<String>; 2] {
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
        let scenario = Scenario::set(&app, actor, &format!("told-{n}"));
        let client = app.holder(scenario.actor.as_ref().expect("an actor"));
        let before = told(&client, &scenario);
        for key in NO_ROUTE {
            let right = PermissionId::parse(key).expect("a right");
            for (switched, allowed) in ways(mark(right, *column)) {
                let what = format!("{key} {} {actor} {switched:?}", mark(right, *column));
                if matches!(switched, Switched::Nothing) {
                    for keys in &before {
                        assert_eq!(keys.iter().any(|held| held == key), allowed, "{what}");
                    }
                    continue;
                }
                switch(&app, &scenario, *column, right, switched);
                for keys in told(&client, &scenario) {
                    assert_eq!(keys.iter().any(|held| held == key), allowed, "{what}");
                }
                unswitch(&app, &scenario);
            }
        }
    }
}

fn unswitch(app: &TestApp, scenario: &Scenario) {
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
