//! Path variables, forms and screens of this area: the search, the settings checklist.

use crate::browser::screens_test::Act::{Nothing, Open};
use crate::browser::screens_test::Screen;
use crate::harness::test_app::TestApp;
use crate::roles_test::{Form, Scenario};

/// The value of a path variable.
pub fn variable(_scene: &Scenario, _path: &str, _name: &str) -> Option<String> {
    None
}

/// A valid form.
pub fn form(_scene: &Scenario, path: &str) -> Option<Form> {
    (path == "/organizations/{slug}/settings/checklist").then(Vec::new)
}

pub fn screens(app: &TestApp) -> Vec<Screen> {
    let olivia = app.fixtures(|fixtures| {
        let owner = fixtures.account("Olivia Hart", "olivia@finder.test", true);
        let here = fixtures.organization("Lighthouse and Harbor Collections", "finder", owner);
        let north = fixtures.company(here, "Harbor North and a Rather Long Name of a Company", "harbor-north");
        let noah = fixtures.account("Harriet Brandt", "harriet.brandt.of.the.long.address@finder.test", true);
        fixtures.add_member(here, noah, "member", &[(north, "viewer")]);
        fixtures.invitation(here, owner, "harold@finder.test", "member", &[]);
        fixtures.organization("Harvest", "harvest", owner);
        fixtures.session_cookie(owner)
    });
    let olivia = app.client_with(&olivia);
    let mut all = Vec::new();
    let mut add =
        |route, state, path: &str, act, says| all.push(Screen::new(route, state, Some(&olivia), path, act, says));
    let route = "/organizations/{slug}/search";
    let base = "/organizations/finder";
    let members = format!("{base}/members");
    add(route, "empty", &format!("{base}/search"), Nothing, "Invite people");
    add(
        route,
        "results",
        &format!("{base}/search?q=har"),
        Nothing,
        "harold@finder.test",
    );
    add(
        route,
        "nothing",
        &format!("{base}/search?q=zzzz"),
        Nothing,
        "Nothing matches",
    );
    add(
        route,
        "settings",
        &format!("{base}/search?in=settings&q=zone"),
        Nothing,
        "General settings",
    );
    add(
        route,
        "menu",
        &members,
        Open("#finder", "dialog[open] .finder"),
        "Invite people",
    );
    add(
        route,
        "switcher",
        &members,
        Open("#switcher-button", "#switcher #switcher-h"),
        "All organizations",
    );
    add("/search", "results", "/search?q=har", Nothing, "Harvest");
    add(
        "/search",
        "menu",
        "/organizations",
        Open("#finder", "dialog[open] .finder"),
        "Create organization",
    );
    let route = "/organizations/{slug}/settings/checklist";
    add(
        route,
        "page",
        &format!("{base}/settings/checklist"),
        Nothing,
        "checks passed",
    );
    all
}
