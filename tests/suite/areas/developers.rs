//! Path variables, forms and screens of this area.

use crate::browser::screens_test::Act::{DialogSend, Menu, Nothing};
use crate::browser::screens_test::Screen;
use crate::harness::test_app::TestApp;
use crate::roles_test::{Form, Scenario};

/// The value of a path variable.
pub fn variable(scenario: &Scenario, path: &str, name: &str) -> Option<String> {
    (name == "id" && path.contains("/developers/keys/")).then(|| scenario.key.clone())
}

/// A valid form.
pub fn form(scenario: &Scenario, path: &str) -> Option<Form> {
    let text = |fields: &[(&'static str, &str)]| Some(fields.iter().map(|(n, v)| (*n, (*v).to_owned())).collect());
    match path.strip_prefix("/organizations/{slug}/settings/developers/keys")? {
        // Limited to north, so that its manager is allowed to.
        "" => text(&[
            ("name", "Warehouse sync"),
            ("scopes", "companies:read"),
            ("company_id", &scenario.north),
        ]),
        "/{id}/rotation" => text(&[("overlap_hours", "24")]),
        _ => text(&[]),
    }
}

pub fn screens(app: &TestApp) -> Vec<Screen> {
    let (owner, empty, id) = app.fixtures(|fixtures| {
        let maya = fixtures.account("Maya Okonkwo", "maya@keys.test", true);
        let organization = fixtures.organization("Meridian Collections", "keys", maya);
        let harbor = fixtures.company(organization, "Harbor Recovery", "harbor");
        let leon = fixtures.account("Leon Fischer", "leon@keys.test", true);
        let leon_member = fixtures.add_member(organization, leon, "admin", &[]);
        let (id, _) = fixtures.api_key(
            organization,
            maya,
            "events:write facts:write companies:read reports:read",
            Some(harbor),
        );
        fixtures.api_key(organization, leon, "members:read members:write", None);
        fixtures.suspend(organization, leon_member);
        let nora = fixtures.account("Nora Lind", "nora@none.test", true);
        fixtures.organization("Nothing Yet", "none", nora);
        (
            fixtures.session_cookie(maya),
            fixtures.session_cookie(nora),
            id.to_string(),
        )
    });
    let (maya, nora) = (app.client_with(&owner), app.client_with(&empty));
    let base = "/organizations/keys/settings/developers";
    let keys = format!("{base}/keys");
    maya.post(
        &keys,
        &[
            ("name", "Billing export"),
            ("scopes", "reports:read"),
            ("allowed_ips", "203.0.113.0/24"),
        ],
    )
    .expect(303);
    // The cookie that the last answer set shows the key on the next page.
    let shown = maya.copy();
    let (maya, nora) = (app.client_with(&owner), Some(nora));
    let mut all = Vec::new();
    let mut add = |route, state, who, path: &str, act, says| all.push(Screen::new(route, state, who, path, act, says));
    let route = "/organizations/{slug}/settings/developers";
    add(route, "a new key", Some(&shown), base, Nothing, "Copy the key now");
    add(route, "list", Some(&maya), base, Nothing, "Stopped");
    add(
        route,
        "no keys",
        nora.as_ref(),
        "/organizations/none/settings/developers",
        Nothing,
        "No keys yet",
    );
    let route = "/organizations/{slug}/settings/developers/reference";
    add(
        route,
        "page",
        Some(&maya),
        &format!("{base}/reference"),
        Nothing,
        "API reference",
    );
    let route = "/organizations/{slug}/settings/developers/keys/new";
    add(
        route,
        "page",
        Some(&maya),
        &format!("{keys}/new"),
        Nothing,
        "Create API key",
    );
    add(
        route,
        "dialog with errors",
        Some(&maya),
        base,
        DialogSend("Create key"),
        "Choose at least one scope",
    );
    for (end, entry, says) in [
        ("rotation", "Rotate key", "The present key works for"),
        ("revocation", "Revoke key", "You can’t undo this"),
        ("adoption", "Adopt key", "it works with your permissions"),
    ] {
        let route = match end {
            "rotation" => "/organizations/{slug}/settings/developers/keys/{id}/rotation",
            "revocation" => "/organizations/{slug}/settings/developers/keys/{id}/revocation",
            _ => "/organizations/{slug}/settings/developers/keys/{id}/adoption",
        };
        add(route, "page", Some(&maya), &format!("{keys}/{id}/{end}"), Nothing, says);
        // An entry is found by its text: the first key has no adoption, because Maya owns it.
        let menu = match end {
            "adoption" => "Actions for Warehouse sync",
            _ => "Actions for Billing export",
        };
        add(route, "dialog", Some(&maya), base, Menu(menu, entry), says);
    }
    all
}
