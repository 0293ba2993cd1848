//! Path variables, forms and screens of this area: passkeys. The apps of these tests have an IP address and so no passkeys;
//! `passkeys_test` covers what needs some.

use crate::browser::screens_test::Act::{Nothing, Send};
use crate::browser::screens_test::Screen;
use crate::harness::people::PASSWORD;
use crate::harness::test_app::TestApp;
use crate::roles_test::{Form, Scenario};

/// The value of a path variable.
pub fn variable(_scene: &Scenario, path: &str, name: &str) -> Option<String> {
    let is_passkey = name == "id" && path.starts_with("/account/passkeys/");
    is_passkey.then(|| "00000000000070008000000000000000".to_owned())
}

/// A valid form.
pub fn form(_scene: &Scenario, path: &str) -> Option<Form> {
    let fields: &[(&'static str, &str)] = match path {
        "/account/passkeys" => &[("name", "Laptop"), ("credential", "{}")],
        "/login/second-factor" => &[("code", "000000"), ("method", "totp")],
        "/login/passkey" => &[("credential", "{}")],
        "/account/passkeys/options" | "/account/passkeys/confirmation-options" | "/login/passkey/options" => &[],
        "/account/passkeys/{id}/removal" => &[("password", PASSWORD)],
        _ => return None,
    };
    Some(
        fields
            .iter()
            .map(|(name, value)| (*name, (*value).to_owned()))
            .collect(),
    )
}

pub fn screens(app: &TestApp) -> Vec<Screen> {
    let cookies = app.fixtures(|fixtures| {
        ["olivia@keys.test", "noah@keys.test"].map(|email| {
            let user = fixtures.account("Olivia Hart", email, true);
            fixtures.session_cookie(user)
        })
    });
    let [olivia, noah] = cookies.map(|cookie| app.client_with(&cookie));
    let id = "00000000000070008000000000000001";
    app.database.execute(&format!(
        "INSERT INTO passkeys (id, user_id, credential_id, name, credential, counter, backup_eligible, backed_up, created_at) \
         SELECT '{id}', id, 'none', 'A rather long name of a laptop in the office in Bremen', '{{}}', 0, FALSE, FALSE, created_at \
         FROM users WHERE email = 'olivia@keys.test'"
    ));
    let removal = format!("/account/passkeys/{id}/removal");
    let route = "/account/passkeys/{id}/removal";
    vec![
        Screen::new(
            "/account/passkeys",
            "not available",
            Some(&noah),
            "/account/passkeys",
            Nothing,
            "Passkeys aren’t available here",
        ),
        Screen::new(
            route,
            "empty",
            Some(&olivia),
            &removal,
            Nothing,
            "Remove “A rather long name",
        ),
        Screen::new(
            route,
            "errors",
            Some(&olivia),
            &removal,
            Send("/removal"),
            "There is a problem",
        ),
    ]
}
