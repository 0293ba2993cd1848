//! Path variables, forms and screens of this area.

use crate::browser::screens_test::Act::Nothing;
use crate::browser::screens_test::Screen;
use crate::harness::test_app::TestApp;
use crate::roles_test::{Form, Scenario};

/// The value of a path variable.
pub fn variable(scenario: &Scenario, path: &str, name: &str) -> Option<String> {
    (name == "id" && path.contains("/imports/")).then(|| scenario.usage_import.clone())
}

/// A valid form.
pub fn form(_: &Scenario, path: &str) -> Option<Form> {
    let text = |fields: &[(&'static str, &str)]| Some(fields.iter().map(|(n, v)| (*n, (*v).to_owned())).collect());
    match path.strip_prefix("/organizations/{slug}/imports")? {
        "" => text(&[
            ("kind", "events"),
            ("text", "company,meter,quantity,time\nnorth,calls,1,2026-01-01"),
        ]),
        "/{id}/columns" => text(&[
            ("column", "company"),
            ("column", "meter"),
            ("column", "quantity"),
            ("column", "id"),
        ]),
        "/{id}/confirmation" => text(&[("columns", "company,meter,quantity,id")]),
        _ => text(&[]),
    }
}

pub fn screens(app: &TestApp) -> Vec<Screen> {
    let cookie = app.fixtures(|fixtures| {
        let maya = fixtures.account("Maya Okonkwo", "maya@imports.test", true);
        let organization = fixtures.organization("Meridian Collections", "imports", maya);
        fixtures.company(organization, "Harbor Recovery", "harbor");
        fixtures.session_cookie(maya)
    });
    let maya = app.client_with(&cookie);
    let base = "/organizations/imports/imports";
    let day = app.day(-1);
    let file = |kind: &str, rows: &str| {
        let page = maya.post(base, &[("kind", kind), ("text", rows)]).expect(303);
        page.location.clone().unwrap_or_default()
    };
    let mut all = Vec::new();
    let mut add =
        |route, state, path: &str, says| all.push(Screen::new(route, state, Some(&maya), path, Nothing, says));
    let route = "/organizations/{slug}/imports";
    add(route, "no imports", base, "No imports yet");
    let rows = format!(
        "Company,Meter,Quantity,Time,A column that no one needs\nharbor,calls,2,{day},x\nHarbor Recovery,sms_segments,0.5,{day},y\nNobody Known Under This Name,calls,1,{day},z\n"
    );
    let draft = file("events", &rows);
    let doubtful = file("facts", "When,Who,How many\n2026-01-01,harbor,3\n");
    let done = file("events", &rows);
    maya.post(
        &format!("{done}/confirmation"),
        &[("columns", "company,meter,quantity,time,")],
    )
    .expect(303);
    app.import_usage();
    let route = "/organizations/{slug}/imports/{id}";
    add(route, "draft", &draft, "What would be imported");
    add(route, "columns in doubt", &doubtful, "Choose");
    add(route, "imported in part", &done, "Download rejected rows");
    let route = "/organizations/{slug}/imports";
    add(route, "list", base, "Imported in part");
    all
}
