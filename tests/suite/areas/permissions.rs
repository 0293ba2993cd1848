//! Path variables, forms and screens of this area.

use crate::browser::screens_test::{Act, Screen};
use crate::harness::test_app::TestApp;
use crate::roles_test::{Form, Scenario};

/// The value of a path variable.
pub fn variable(scenario: &Scenario, path: &str, name: &str) -> Option<String> {
    let id = if path.contains("/access/roles/") {
        &scenario.custom_role
    } else if path.contains("/access/requests/") {
        &scenario.request
    } else {
        return None;
    };
    (name == "id").then(|| id.clone())
}

/// A valid form.
pub fn form(scenario: &Scenario, path: &str) -> Option<Form> {
    let text = |fields: &[(&'static str, &str)]| fields.iter().map(|(n, v)| (*n, (*v).to_owned())).collect();
    Some(match path.strip_prefix("/organizations/{slug}")? {
        "/members/{id}/overrides" => text(&[("seen", ""), ("members.view", "allow")]),
        "/access/roles" => text(&[("seen", "")]),
        "/access/roles/new" => text(&[("name", "Helper"), ("base", "member"), ("permission", "members.view")]),
        "/access/roles/{id}" => text(&[
            ("seen", "member org.view members.view audit.view · Auditor · "),
            ("name", "Inspector"),
            ("base", "member"),
            ("permission", "members.view"),
        ]),
        "/access/roles/{id}/deletion" | "/access/requests/{id}/withdrawal" => text(&[]),
        "/access/requests" => text(&[
            ("permission", "co.edit"),
            ("company", &scenario.north_slug),
            ("note", ""),
        ]),
        "/access/requests/{id}/decision" => text(&[("decision", "deny"), ("answer", "Not now")]),
        _ => return None,
    })
}

pub fn screens(app: &TestApp) -> Vec<Screen> {
    let (olivia, tara, manager, ids) = app.fixtures(|fixtures| {
        let owner = fixtures.account("Olivia Rights", "olivia@rights.test", true);
        let organization = fixtures.organization("Rights Hall", "rights-hall", owner);
        let north = fixtures.company(organization, "North Depot", "north-depot");
        let target = fixtures.account("Tara Lindqvist-Okonkwo", "tara@rights.test", true);
        let member = fixtures.add_member(organization, target, "viewer", &[(north, "editor")]);
        let boss = fixtures.account("Mia Manager", "mia@rights.test", true);
        fixtures.add_member(organization, boss, "member", &[(north, "manager")]);
        let kept = fixtures.account("Otto Auditor", "otto@rights.test", true);
        let kept = fixtures.add_member(organization, kept, "member", &[]);
        let held = fixtures.custom_role(
            organization,
            owner,
            "Auditor",
            "viewer",
            "members.view audit.view reporting.view billing.view",
        );
        fixtures.give(organization, kept, held);
        let free = fixtures.custom_role(
            organization,
            owner,
            "Support lead",
            "member",
            "members.view members.invite",
        );
        let request = fixtures.request(organization, member, "billing.manage", None);
        let there = fixtures.request(organization, member, "co.members.manage", Some(north));
        let plain = fixtures.account("Pia Plain", "pia@rights.test", true);
        let plain = fixtures.add_member(organization, plain, "member", &[]);
        let ids = [member, kept, plain].map(|id| id.to_string());
        let ids = (
            ids,
            held.to_string(),
            free.to_string(),
            request.to_string(),
            there.to_string(),
        );
        (
            fixtures.session_cookie(owner),
            fixtures.session_cookie(target),
            fixtures.session_cookie(boss),
            ids,
        )
    });
    let (olivia, tara, manager) = (
        app.client_with(&olivia),
        app.client_with(&tara),
        app.client_with(&manager),
    );
    let ([member, kept, plain], held, free, request, there) = ids;
    let mut all = Vec::new();
    let mut add = |route: &'static str, state, who, rest: &str, act, says| {
        all.push(Screen::new(
            route,
            state,
            Some(who),
            &format!("/organizations/rights-hall{rest}"),
            act,
            says,
        ));
    };
    let overrides = "/organizations/{slug}/members/{id}/overrides";
    add(
        overrides,
        "open cells",
        &olivia,
        &format!("/members/{member}/overrides"),
        Act::Nothing,
        "Role default: on",
    );
    add(
        overrides,
        "nothing open",
        &olivia,
        &format!("/members/{plain}/overrides"),
        Act::Nothing,
        "No permissions to override",
    );
    add(
        overrides,
        "a role of one’s own",
        &olivia,
        &format!("/members/{kept}/overrides"),
        Act::Nothing,
        "Role default: off",
    );
    let preview = "/organizations/{slug}/members/{id}/role-preview";
    add(
        preview,
        "higher",
        &olivia,
        &format!("/members/{member}/role-preview?role=admin"),
        Act::Nothing,
        "gains",
    );
    add(
        preview,
        "lower",
        &olivia,
        &format!("/members/{member}/role-preview?role=member"),
        Act::Nothing,
        "loses",
    );
    let roles = "/organizations/{slug}/access/roles";
    add(roles, "table", &olivia, "/access/roles", Act::Nothing, "Support lead");
    add(
        "/organizations/{slug}/access/roles/new",
        "empty",
        &olivia,
        "/access/roles/new",
        Act::Nothing,
        "Create role",
    );
    add(
        "/organizations/{slug}/access/roles/new",
        "errors",
        &olivia,
        "/access/roles/new",
        Act::Send("/roles/new"),
        "There is a problem",
    );
    add(
        "/organizations/{slug}/access/roles/{id}",
        "held",
        &olivia,
        &format!("/access/roles/{held}"),
        Act::Nothing,
        "People with this role",
    );
    add(
        "/organizations/{slug}/access/roles/{id}/deletion",
        "dialog",
        &olivia,
        &format!("/access/roles/{free}"),
        Act::Dialog("Delete role"),
        "No one has this role",
    );
    add(
        "/organizations/{slug}/access/roles/{id}/deletion",
        "page",
        &olivia,
        &format!("/access/roles/{free}/deletion"),
        Act::Nothing,
        "No one has this role",
    );
    let explain = "/organizations/{slug}/access/explain";
    add(explain, "empty", &olivia, "/access/explain", Act::Nothing, "Explain");
    add(
        explain,
        "choice",
        &olivia,
        "/access/explain?q=rights",
        Act::Nothing,
        "Select a person",
    );
    add(
        explain,
        "no one matches",
        &olivia,
        "/access/explain?q=zzz",
        Act::Nothing,
        "No one matches",
    );
    add(
        explain,
        "answer",
        &olivia,
        &format!("/access/explain?member={member}&company=north-depot&permission=co.edit"),
        Act::Nothing,
        "Why can Tara",
    );
    add(
        explain,
        "everything",
        &olivia,
        &format!("/access/explain?member={member}"),
        Act::Nothing,
        "What Tara",
    );
    add(
        explain,
        "wrong company",
        &olivia,
        &format!("/access/explain?member={member}&company=nowhere"),
        Act::Nothing,
        "There is a problem",
    );
    add(
        "/organizations/{slug}/access/mine",
        "viewer",
        &tara,
        "/access/mine",
        Act::Nothing,
        "Your requests",
    );
    add(
        "/organizations/{slug}/access/mine",
        "a reason",
        &tara,
        "/access/mine?permission=members.invite",
        Act::Nothing,
        "Why can’t you",
    );
    add(
        "/organizations/{slug}/access/requests",
        "open",
        &olivia,
        "/access/requests",
        Act::Nothing,
        "2 requests",
    );
    add(
        "/organizations/{slug}/access/requests",
        "decided",
        &olivia,
        "/access/requests?status=closed",
        Act::Nothing,
        "No decided requests yet",
    );
    let one = "/organizations/{slug}/access/requests/{id}";
    add(
        one,
        "to decide",
        &olivia,
        &format!("/access/requests/{request}"),
        Act::Nothing,
        "How to grant it",
    );
    add(
        one,
        "of a manager’s company",
        &manager,
        &format!("/access/requests/{there}"),
        Act::Nothing,
        "Your decision",
    );
    add(
        one,
        "one’s own",
        &tara,
        &format!("/access/requests/{request}"),
        Act::Nothing,
        "Withdraw request",
    );
    add(
        "/organizations/{slug}/access/requests/new",
        "empty",
        &tara,
        "/access/requests/new",
        Act::Nothing,
        "What do you need?",
    );
    add(
        "/organizations/{slug}/access/requests/new",
        "errors",
        &tara,
        "/access/requests/new",
        Act::Send("/access/requests"),
        "There is a problem",
    );
    add(roles, "refused", &tara, "/access/roles", Act::Nothing, "Request access");
    all
}
