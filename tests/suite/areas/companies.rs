//! Path variables, forms and screens of this area.

use crate::browser::screens_test::Act::{Dialog, DialogSend, Nothing};
use crate::browser::screens_test::Screen;
use crate::harness::test_app::TestApp;
use crate::roles_test::{Form, Scenario};

/// The value of a path variable.
pub fn variable(scene: &Scenario, path: &str, name: &str) -> Option<String> {
    match name {
        "company" if path.ends_with("/companies/{company}/deletion") => Some(scene.attic.clone()),
        "id" if path.contains("/companies/deleted/") => Some(scene.deleted.clone()),
        _ => None,
    }
}

/// A valid form.
pub fn form(scene: &Scenario, path: &str) -> Option<Form> {
    match path.strip_prefix("/organizations/{slug}/companies/")? {
        "{company}/deletion" => Some(vec![("name", format!("Attic {}", scene.slug))]),
        "{company}/pinning" | "{company}/unpinning" | "deleted/{id}/restoration" => Some(Vec::new()),
        _ => None,
    }
}

pub fn screens(app: &TestApp) -> Vec<Screen> {
    let (owner, quiet) = app.fixtures(|fixtures| {
        let owner = fixtures.account("Olivia Hart", "olivia@cellar.test", true);
        let here = fixtures.organization("Cellar and Attic", "cellar", owner);
        fixtures.company(here, "North", "north");
        let old = fixtures.company(here, "Old Mill", "old-mill");
        fixtures.archive(here, old);
        let used = fixtures.company(here, "In Use", "in-use");
        fixtures.group(here, owner, "Movers", "member", &[(used, "viewer")]);
        fixtures.invitation(here, owner, "new@cellar.test", "member", &[(used, "viewer")]);
        fixtures.archive(here, used);
        let gone = fixtures.company(here, "Gone Fishing and a Rather Long Name of a Company", "gone");
        fixtures.delete_company(here, owner, gone);
        let quiet = fixtures.account("Quinn Low", "quinn@cellar.test", true);
        fixtures.organization("Nothing Deleted", "nothing-deleted", quiet);
        (fixtures.session_cookie(owner), fixtures.session_cookie(quiet))
    });
    let (owner, quiet) = (app.client_with(&owner), app.client_with(&quiet));
    let base = "/organizations/cellar/companies";
    owner.post(&format!("{base}/north/pinning"), &[]).expect(303);
    let rename = [("name", "North"), ("slug", "north-star")];
    owner.post(&format!("{base}/north/settings"), &rename).expect(303);
    owner.get(base).expect(200);
    let mut all = Vec::new();
    let mut add = |route, state, who, path: &str, act, says| all.push(Screen::new(route, state, who, path, act, says));
    let (owner, quiet) = (Some(&owner), Some(&quiet));
    let list = "/organizations/{slug}/companies";
    add(list, "pinned", owner, base, Nothing, "Unpin North");
    let show = "/organizations/{slug}/companies/{company}";
    add(show, "pinned", owner, &format!("{base}/north-star"), Nothing, "Unpin");
    let settings = "/organizations/{slug}/companies/{company}/settings";
    let path = format!("{base}/north-star/settings");
    add(
        settings,
        "earlier addresses",
        owner,
        &path,
        Nothing,
        "Earlier addresses that redirect here",
    );
    let deleted = "/organizations/{slug}/companies/deleted";
    let path = format!("{base}/deleted");
    add(deleted, "with one", owner, &path, Nothing, "Gone Fishing");
    let empty = "/organizations/nothing-deleted/companies/deleted";
    add(deleted, "empty", quiet, empty, Nothing, "No deleted companies");
    let deletion = "/organizations/{slug}/companies/{company}/deletion";
    let page = |slug: &str| format!("{base}/{slug}/deletion");
    add(deletion, "page", owner, &page("old-mill"), Nothing, "Delete Old Mill?");
    add(
        deletion,
        "active",
        owner,
        &page("north-star"),
        Nothing,
        "Archive it first",
    );
    add(
        deletion,
        "in use",
        owner,
        &page("in-use"),
        Nothing,
        "Resolve this first",
    );
    let mill = format!("{base}/old-mill/settings");
    add(
        deletion,
        "dialog",
        owner,
        &mill,
        Dialog("Delete Old Mill"),
        "Its people lose access immediately",
    );
    add(
        deletion,
        "errors",
        owner,
        &mill,
        DialogSend("Delete Old Mill"),
        "There is a problem",
    );
    all
}
