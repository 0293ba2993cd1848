//! Path variables, forms and screens of this area.

use crate::browser::screens_test::{Act, Screen};
use crate::harness::test_app::TestApp;
use crate::roles_test::{Form, Scenario};

/// The value of a path variable.
pub fn variable(_scene: &Scenario, path: &str, name: &str) -> Option<String> {
    // The scenario's only event is about `north`.
    (path.contains("/settings/audit/") && name == "seq").then(|| "1".into())
}

/// A valid form.
pub fn form(_scene: &Scenario, _path: &str) -> Option<Form> {
    None
}

pub fn screens(app: &TestApp) -> Vec<Screen> {
    let scenario = Scenario::create(app, "owner", "ledger");
    let owner = app.client_with(scenario.actor.as_ref().expect("an owner"));
    let at = |rest: &str| format!("/organizations/ledger{rest}");
    let role = format!("/members/{}/role", scenario.member);
    owner.post(&at(&role), &[("role", "viewer")]).expect(303);
    // Hide the flash message of the change from the screens.
    owner.get(&at("")).expect(200);
    let manager = Scenario::create(app, "manager", "ledger-manager");
    let manager = app.client_with(manager.actor.as_ref().expect("a manager"));
    let broken = Scenario::create(app, "owner", "ledger-broken");
    app.database.execute(&format!(
        "UPDATE audit_events SET target_label = 'South' WHERE organization_id = '{}'",
        broken.organization
    ));
    let bad = app.client_with(broken.actor.as_ref().expect("an owner"));
    let (list, line) = (
        "/organizations/{slug}/settings/audit",
        "/organizations/{slug}/settings/audit/{seq}",
    );
    let check = "/organizations/{slug}/settings/audit/verification";
    let broken = |rest: &str| format!("/organizations/ledger-broken/settings/audit/{rest}");
    let add = Screen::new;
    vec![
        add(
            list,
            "filled",
            Some(&owner),
            &at("/settings/audit"),
            Act::Open("#line-2 summary", "#line-2 .diff"),
            "to Viewer",
        ),
        add(
            list,
            "narrowed",
            Some(&owner),
            &at(&format!("/settings/audit?target=company:{}", scenario.north)),
            Act::Nothing,
            "Show everything",
        ),
        add(
            list,
            "nothing found",
            Some(&owner),
            &at("/settings/audit"),
            Act::Search("zzz"),
            "No events match",
        ),
        add(
            list,
            "errors",
            Some(&owner),
            &at("/settings/audit?from=2026-11-02&to=2026-11-01"),
            Act::Nothing,
            "There is a problem",
        ),
        add(
            list,
            "a part",
            Some(&manager),
            "/organizations/ledger-manager/settings/audit",
            Act::Nothing,
            "you manage",
        ),
        add(
            line,
            "valid",
            Some(&owner),
            &at("/settings/audit/2"),
            Act::Nothing,
            "Verified",
        ),
        add(line, "broken", Some(&bad), &broken("1"), Act::Nothing, "Not valid"),
        add(
            check,
            "idle",
            Some(&owner),
            &at("/settings/audit/verification"),
            Act::Nothing,
            "Verify now",
        ),
        add(
            check,
            "whole",
            Some(&owner),
            &at("/settings/audit/verification?run=1"),
            Act::Nothing,
            "All events from 1 to",
        ),
        add(
            check,
            "broken",
            Some(&bad),
            &broken("verification?run=1"),
            Act::Nothing,
            "is not valid at event 1",
        ),
    ]
}
