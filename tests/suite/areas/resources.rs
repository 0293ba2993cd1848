//! Path variables, forms and screens of this area.

use crate::browser::screens_test::Act::{Nothing, Send};
use crate::browser::screens_test::Screen;
use crate::harness::test_app::TestApp;
use crate::roles_test::{Form, Scenario};

/// The value of a path variable.
pub fn variable(scenario: &Scenario, path: &str, name: &str) -> Option<String> {
    (name == "id" && path.contains("/resources/")).then(|| scenario.resource.clone())
}

/// A valid form.
pub fn form(scenario: &Scenario, path: &str) -> Option<Form> {
    let text = |fields: &[(&'static str, &str)]| Some(fields.iter().map(|(n, v)| (*n, (*v).to_owned())).collect());
    match path {
        // In north, so that its manager is allowed to.
        "/organizations/{slug}/resources" => text(&[
            ("kind", "agent"),
            ("name", "Front desk"),
            ("company", &scenario.north_slug),
        ]),
        "/organizations/{slug}/resources/{id}" => text(&[("name", "Night desk")]),
        "/organizations/{slug}/resources/{id}/archiving" | "/organizations/{slug}/resources/{id}/restoring" => {
            text(&[])
        }
        "/organizations/{slug}/companies/{company}/settings/reference" => text(&[("external_ref", "ACME-12")]),
        "/organizations/{slug}/companies/{company}/settings/preferences" => {
            text(&[("timezone_from", "company"), ("timezone", "Europe/Berlin")])
        }
        "/organizations/{slug}/settings/defaults" => {
            text(&[("monday", "9-17"), ("agents", "always"), ("knowledge", "shared")])
        }
        _ => None,
    }
}

pub fn screens(app: &TestApp) -> Vec<Screen> {
    let (owner, quiet) = app.fixtures(|fixtures| {
        let maya = fixtures.account("Maya Okonkwo", "maya@stock.test", true);
        let organization = fixtures.organization("Meridian Collections and Receivables Group", "stock", maya);
        fixtures.company(organization, "Harbor Recovery", "harbor");
        let old = fixtures.company(organization, "Old Mill", "old-mill");
        fixtures.resource(organization, maya, "agent", "Mill agent", Some(old));
        fixtures.archive(organization, old);
        let nora = fixtures.account("Nora Lind", "nora@stock.test", true);
        fixtures.organization("Nothing Yet", "stock-none", nora);
        (fixtures.session_cookie(maya), fixtures.session_cookie(nora))
    });
    let (maya, nora) = (app.client_with(&owner), app.client_with(&quiet));
    let base = "/organizations/stock";
    let add = |fields: &[(&str, &str)]| {
        maya.post(&format!("{base}/resources"), fields).expect(303);
        app.database.words("SELECT MAX(id) AS value FROM resources").remove(0)
    };
    add(&[("kind", "agent"), ("name", "Front desk"), ("company", "harbor")]);
    add(&[
        ("kind", "phone_number"),
        ("number", "+49 30 901820"),
        ("company", "harbor"),
    ]);
    let source = add(&[
        ("kind", "knowledge_source"),
        (
            "name",
            "Help center with a rather long name that has to wrap on a phone",
        ),
        ("source", "url"),
        (
            "url",
            "https://help.meridian.example/articles/how-to-pay-an-invoice-in-parts-and-other-questions",
        ),
        ("external_ref", "kb:00000000-0000-7000-8000-000000000000/articles"),
    ]);
    let gone = add(&[("kind", "campaign"), ("name", "Spring reminders")]);
    maya.post(&format!("{base}/resources/{gone}/archiving"), &[])
        .expect(303);
    let mill = app
        .database
        .words("SELECT id AS value FROM resources WHERE name = 'Mill agent'")
        .remove(0);
    let own = [
        ("timezone_from", "company"),
        ("timezone", "America/New_York"),
        ("hours_from", "company"),
        ("monday", "9-17"),
    ];
    maya.post(&format!("{base}/companies/harbor/settings/preferences"), &own)
        .expect(303);
    maya.get(base).expect(200);
    let mut all = Vec::new();
    let mut add =
        |route, state, who, path: &str, act, says| all.push(Screen::new(route, state, Some(who), path, act, says));
    let route = "/organizations/{slug}/resources";
    let at = |rest: &str| format!("{base}{rest}");
    add(route, "full", &maya, &at("/resources"), Nothing, "Front desk");
    add(
        route,
        "archived",
        &maya,
        &at("/resources?status=archived"),
        Nothing,
        "Spring reminders",
    );
    add(
        route,
        "no match",
        &maya,
        &at("/resources?q=zzz"),
        Nothing,
        "No resource matches",
    );
    add(
        route,
        "empty",
        &nora,
        "/organizations/stock-none/resources",
        Nothing,
        "No resources yet",
    );
    let route = "/organizations/{slug}/companies/{company}/resources";
    add(
        route,
        "full",
        &maya,
        &at("/companies/harbor/resources"),
        Nothing,
        "Front desk",
    );
    add(
        route,
        "archived company",
        &maya,
        &at("/companies/old-mill/resources"),
        Nothing,
        "Mill agent",
    );
    let route = "/organizations/{slug}/resources/new";
    add(
        route,
        "kinds",
        &maya,
        &at("/resources/new"),
        Nothing,
        "Choose what it is",
    );
    add(
        route,
        "source",
        &maya,
        &at("/resources/new?kind=knowledge_source"),
        Nothing,
        "Create knowledge source",
    );
    add(
        route,
        "errors",
        &maya,
        &at("/resources/new?kind=phone_number"),
        Send("/resources"),
        "There is a problem",
    );
    let route = "/organizations/{slug}/resources/{id}";
    add(
        route,
        "source",
        &maya,
        &at(&format!("/resources/{source}")),
        Nothing,
        "Save changes",
    );
    add(
        route,
        "archived",
        &maya,
        &at(&format!("/resources/{gone}")),
        Nothing,
        "Restore",
    );
    add(
        route,
        "locked",
        &maya,
        &at(&format!("/resources/{mill}")),
        Nothing,
        "read-only",
    );
    add(
        "/organizations/{slug}/settings/defaults",
        "empty",
        &maya,
        &at("/settings/defaults"),
        Nothing,
        "Save defaults",
    );
    let route = "/organizations/{slug}/companies/{company}/settings";
    add(
        route,
        "own settings",
        &maya,
        &at("/companies/harbor/settings"),
        Nothing,
        "Set here",
    );
    add(
        route,
        "archived settings",
        &maya,
        &at("/companies/old-mill/settings"),
        Nothing,
        "Hours, messaging and agents",
    );
    all
}
