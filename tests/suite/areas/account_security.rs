//! Path variables, forms and screens of this area.

use crate::browser::screens_test::Act::{Nothing, Open};
use crate::browser::screens_test::Screen;
use crate::harness::people::PASSWORD;
use crate::harness::test_app::TestApp;
use crate::roles_test::{Form, Scenario};
use crate::two_factor_test::enroll;

/// The value of a path variable.
pub fn variable(_scene: &Scenario, _path: &str, _name: &str) -> Option<String> {
    None
}

/// A valid form.
pub fn form(scenario: &Scenario, path: &str) -> Option<Form> {
    let text = |fields: &[(&'static str, &str)]| Some(fields.iter().map(|(n, v)| (*n, (*v).to_owned())).collect());
    match path {
        "/login/second-factor" => text(&[("code", "000000"), ("method", "totp")]),
        // Without a password, so that no attempt is counted for the network of the test.
        "/account/two-factor" | "/account/two-factor/removal" => text(&[("code", "000000"), ("password", "")]),
        "/account/two-factor/backup-codes" => text(&[("password", "")]),
        "/account/confirmation" => text(&[("password", ""), ("next", "/account")]),
        "/account/session" => text(&[("organization", &scenario.slug)]),
        "/account/sign-ins/{token}"
        | "/organizations/{slug}/settings/security/sessions/ending"
        | "/organizations/{slug}/members/{id}/sessions/ending" => text(&[]),
        "/organizations/{slug}/settings/security" => text(&[
            ("two_factor", "off"),
            ("two_factor_grace_days", "14"),
            ("idle_minutes", "600"),
            ("absolute_hours", ""),
            ("step_up_minutes", "15"),
            ("action", "apply"),
        ]),
        _ => None,
    }
}

pub fn screens(app: &TestApp) -> Vec<Screen> {
    let [plain, secured, fresh] = app.fixtures(|fixtures| {
        let people = [
            ("Paula Plain", "paula"),
            ("Sam Secure", "sam"),
            ("Fiona Fresh", "fiona"),
        ];
        let ids = people.map(|(name, at)| fixtures.account(name, &format!("{at}@secure.test"), true));
        let organization = fixtures.organization("Secure Sails", "secure-sails", ids[0]);
        fixtures.add_member(organization, ids[1], "owner", &[]);
        ids.map(|id| fixtures.session_cookie(id))
    });
    let (paula, sam, fiona) = (
        app.client_with(&plain),
        app.client_with(&secured),
        app.client_with(&fresh),
    );
    enroll(app, &sam);
    // The new codes wait for the next page of this one.
    let secret = fiona.get("/account/two-factor").all("[data-secret]", "data-secret");
    let code = crate::two_factor_test::code(app, &secret[0], 0);
    fiona
        .post("/account/two-factor", &[("code", &code), ("password", PASSWORD)])
        .expect(303);
    let step = app.client();
    step.post("/login", &[("email", "sam@secure.test"), ("password", PASSWORD)])
        .expect_redirect("/login/second-factor");
    // The second browser is a new one.
    app.sign_in("paula@secure.test");
    app.sign_in("paula@secure.test");
    let report = app.mail_to("paula@secure.test").link("/account/sign-ins/");

    let mut all = Vec::new();
    let mut add = |route, state, who, path: &str, act, says| all.push(Screen::new(route, state, who, path, act, says));
    let (paula, sam, fiona, step) = (Some(&paula), Some(&sam), Some(&fiona), Some(&step));
    add(
        "/account/security",
        "off",
        paula,
        "/account/security",
        Nothing,
        "Codes from an app",
    );
    add(
        "/account/security",
        "on",
        sam,
        "/account/security",
        Nothing,
        "10 of 10 left",
    );
    add(
        "/account/two-factor",
        "set up",
        paula,
        "/account/two-factor",
        Nothing,
        "Scan this QR code",
    );
    add(
        "/account/two-factor",
        "codes",
        fiona,
        "/account/two-factor",
        Nothing,
        "Save your backup codes",
    );
    add(
        "/account/two-factor",
        "on",
        sam,
        "/account/two-factor",
        Nothing,
        "Remove app",
    );
    add(
        "/account/two-factor/removal",
        "page",
        sam,
        "/account/two-factor/removal",
        Nothing,
        "easier to take over",
    );
    let confirmation = "/account/confirmation";
    add(
        confirmation,
        "with an app",
        sam,
        confirmation,
        Nothing,
        "Confirm with a code",
    );
    add(
        confirmation,
        "idle",
        paula,
        "/account/confirmation?why=idle",
        Nothing,
        "inactive",
    );
    let route = "/login/second-factor";
    add(route, "code", step, route, Nothing, "Enter the code");
    let backup = "/login/second-factor?method=backup_code";
    add(
        route,
        "backup code",
        step,
        backup,
        Nothing,
        "Enter one of the backup codes",
    );
    add(
        "/account/sign-ins/{token}",
        "open",
        None,
        &report,
        Nothing,
        "This wasn’t me",
    );
    let route = "/organizations/{slug}/settings/security";
    let path = "/organizations/secure-sails/settings/security";
    add(route, "page", paula, path, Nothing, "Sign everyone out");
    add(
        route,
        "preview",
        paula,
        path,
        Open("button[value=preview]", "#preview-h"),
        "What this policy changes",
    );
    all
}
