//! Path variables, forms and screens of this area.

use crate::browser::screens_test::{Act, Screen};
use crate::harness::house::House;
use crate::roles_test::{Form, Scene};

/// The value of a path variable.
pub fn variable(_scene: &Scene, _path: &str, _name: &str) -> Option<String> {
    None
}

/// A valid form.
pub fn form(_scene: &Scene, path: &str) -> Option<Form> {
    (path == "/organizations/{slug}/companies/{company}/moving")
        .then(|| vec![("to", "elsewhere".to_owned()), ("name", "North".to_owned())])
}

/// The pages in their states.
pub fn screens(house: &House) -> Vec<Screen> {
    let (ticket, alone) = house.stage(|stage| {
        let owner = stage.account("Olivia Hart", "olivia@moving.test", true);
        let here = stage.organization("Moving House", "moving-house", owner);
        stage.organization("New Home", "new-home", owner);
        let north = stage.company(here, "North", "north");
        let south = stage.company(here, "South", "south");
        let tara = stage.account("Tara Long", "tara@moving.test", true);
        stage.enrol(here, tara, "member", &[(north, "editor"), (south, "viewer")]);
        stage.group(here, owner, "Movers", "member", &[(south, "viewer")]);
        stage.invitation(here, owner, "new@moving.test", "member", &[(south, "viewer")]);
        let alone = stage.account("Noah Brandt", "noah@moving.test", true);
        let single = stage.organization("Single House", "single-house", alone);
        stage.company(single, "West", "west");
        (stage.ticket(owner), stage.ticket(alone))
    });
    let (olivia, noah) = (house.holder(&ticket), house.holder(&alone));
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
