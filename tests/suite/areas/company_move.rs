//! Path variables, forms and screens of this area.

use crate::browser::screens_test::{Act, Screen};
use crate::harness::test_app::TestApp;
use crate::roles_test::{Form, Scenario};

/// The value of a path variable.
pub fn variable(_scene: &Scenario, _path: &str, _name: &str) -> Option<String> {
    None
}

/// A valid form.
pub fn form(_scene: &Scenario, path: &str) -> Option<Form> {
    (path == "/organizations/{slug}/companies/{company}/moving")
        .then(|| vec![("to", "elsewhere".to_owned()), ("name", "North".to_owned())])
}

pub fn screens(app: &TestApp) -> Vec<Screen> {
    let (cookie, alone) = app.fixtures(|fixtures| {
        let owner = fixtures.account("Olivia Hart", "olivia@moving.test", true);
        let here = fixtures.organization("Moving House", "moving-house", owner);
        fixtures.organization("New Home", "new-home", owner);
        let north = fixtures.company(here, "North", "north");
        let south = fixtures.company(here, "South", "south");
        let tara = fixtures.account("Tara Long", "tara@moving.test", true);
        fixtures.add_member(here, tara, "member", &[(north, "editor"), (south, "viewer")]);
        fixtures.group(here, owner, "Movers", "member", &[(south, "viewer")]);
        fixtures.invitation(here, owner, "new@moving.test", "member", &[(south, "viewer")]);
        let alone = fixtures.account("Noah Brandt", "noah@moving.test", true);
        let single = fixtures.organization("Single House", "single-house", alone);
        fixtures.company(single, "West", "west");
        (fixtures.session_cookie(owner), fixtures.session_cookie(alone))
    });
    let (olivia, noah) = (app.client_with(&cookie), app.client_with(&alone));
    let route = "/organizations/{slug}/companies/{company}/moving";
    let base = "/organizations/moving-house/companies";
    vec![
        Screen::new(
            route,
            "meaning",
            Some(&olivia),
            &format!("{base}/north/moving?to=new-home"),
            Act::Nothing,
            "Lose their assignment",
        ),
        Screen::new(
            route,
            "errors",
            Some(&olivia),
            &format!("{base}/north/moving?to=nowhere"),
            Act::Nothing,
            "There is a problem",
        ),
        Screen::new(
            route,
            "in the way",
            Some(&olivia),
            &format!("{base}/south/moving?to=new-home"),
            Act::Nothing,
            "Resolve this first",
        ),
        Screen::new(
            route,
            "nowhere",
            Some(&noah),
            "/organizations/single-house/companies/west/moving",
            Act::Nothing,
            "No organization to move it to",
        ),
    ]
}
