//! Path variables, forms and screens of this area.

use crate::browser::screens_test::{Act, Screen};
use crate::harness::client::Client;
use crate::harness::people::PASSWORD;
use crate::harness::test_app::TestApp;
use crate::roles_test::{Form, Scenario};

/// The value of a path variable.
pub fn variable(scenario: &Scenario, path: &str, name: &str) -> Option<String> {
    match name {
        "id" if path.starts_with("/operator/users/") => Some(scenario.account.clone()),
        "id" if path.starts_with("/operator/reports/") => Some(scenario.report.clone()),
        "id" if path.starts_with("/operator/mail/") => Some(scenario.message.clone()),
        "id" if path.ends_with("/settings/support/{id}/ending") => Some(scenario.support.clone()),
        _ => None,
    }
}

/// A valid form.
pub fn form(_scene: &Scenario, path: &str) -> Option<Form> {
    let text = |fields: &[(&'static str, &str)]| fields.iter().map(|(n, v)| (*n, (*v).to_owned())).collect();
    match path {
        "/operator/organizations/{slug}/support" => Some(text(&[
            ("reason", "Letters do not arrive"),
            ("minutes", "15"),
            ("password", PASSWORD),
        ])),
        "/operator/users/{id}/limit" => Some(text(&[("limit", "3")])),
        "/operator/users/{id}/invitation-limit" => Some(text(&[("invitations", "30")])),
        "/organizations/{slug}/settings/support" => Some(text(&[("allowed", "off")])),
        "/organizations/{slug}/settings/support/{id}/ending" => Some(Vec::new()),
        path if path.starts_with("/operator/") => Some(Vec::new()),
        _ => None,
    }
}

pub fn screens(app: &TestApp) -> Vec<Screen> {
    let owner = app.signed_in_owner("Harbor House", "harbor-house");
    let shy = app.signed_in_owner("Shy House", "shy-house");
    app.signed_in_owner("Open House", "open-house");
    let operator = app.fixtures(|fixtures| {
        let user = fixtures.account("Opal Reed", "opal@instance.test", true);
        fixtures.appoint(user);
        let harbor = fixtures.organization_of("harbor-house");
        fixtures.consent(harbor, true);
        let open = fixtures.organization_of("open-house");
        fixtures.consent(open, true);
        fixtures.start_support_session(harbor, user).expect("consent");
        let invitation = fixtures.invitation(harbor, user, "stranger@hill.test", "viewer", &[]).0;
        fixtures.report(harbor, invitation);
        fixtures.session_cookie(user)
    });
    let operator = app.client_with(&operator);
    let (message, account) = (
        app.database
            .words("SELECT id AS value FROM mail_outbox ORDER BY id LIMIT 1")[0]
            .clone(),
        app.database
            .words("SELECT id AS value FROM users WHERE email = 'opal@instance.test'")[0]
            .clone(),
    );
    app.database.execute(&format!(
        "UPDATE mail_outbox SET state = 'failed', attempts = 5, last_error = 'the server says 451 try later', html = '<h1>Hello</h1><a href=\"/x/{{{{token}}}}\">Open</a>', text = 'Hello {{{{token}}}}' WHERE id = '{message}'"
    ));
    let mut all = Vec::new();
    let mut add = |route, state, path: &str, act, says| {
        all.push(Screen::new(route, state, Some(&operator), path, act, says));
    };
    let harbor = "/operator/organizations/harbor-house";
    let shy_one = "/operator/organizations/shy-house";
    add("/operator", "numbers", "/operator", Act::Nothing, "Failed emails");
    add(
        "/operator/health",
        "checked",
        "/operator/health",
        Act::Nothing,
        "organizations without an owner",
    );
    add(
        "/operator/organizations",
        "several",
        "/operator/organizations",
        Act::Nothing,
        "Harbor House",
    );
    add(
        "/operator/organizations",
        "nothing found",
        "/operator/organizations",
        Act::Search("zzzz"),
        "No organization matches",
    );
    add(
        "/operator/organizations/{slug}",
        "support session active",
        harbor,
        Act::Nothing,
        "Your support session is active",
    );
    add(
        "/operator/organizations/{slug}",
        "support access off",
        shy_one,
        Act::Nothing,
        "Support access is off",
    );
    let support = "/operator/organizations/{slug}/support";
    let open_one = "/operator/organizations/open-house/support";
    add(support, "empty", open_one, Act::Nothing, "Duration");
    add(support, "errors", open_one, Act::Send("/support"), "There is a problem");
    add(
        support,
        "support access off",
        &format!("{shy_one}/support"),
        Act::Nothing,
        "Ask for consent",
    );
    add(
        support,
        "dialog without consent",
        shy_one,
        Act::Dialog("Ask for consent"),
        "doesn’t allow support access",
    );
    add(
        support,
        "support session active",
        &format!("{harbor}/support"),
        Act::Nothing,
        "Your support session is active",
    );
    add(
        "/operator/users",
        "several",
        "/operator/users",
        Act::Nothing,
        "Opal Reed",
    );
    add(
        "/operator/users",
        "nothing found",
        "/operator/users",
        Act::Search("zzzz"),
        "No account matches",
    );
    add(
        "/operator/users/{id}",
        "oneself",
        &format!("/operator/users/{account}"),
        Act::Nothing,
        "Remove operator",
    );
    add(
        "/operator/reports",
        "several",
        "/operator/reports",
        Act::Nothing,
        "I don’t know this organization",
    );
    add(
        "/operator/reports",
        "all",
        "/operator/reports?show=all",
        Act::Nothing,
        "Close",
    );
    add("/operator/mail", "several", "/operator/mail", Act::Nothing, "Send now");
    add(
        "/operator/mail/{id}",
        "failed",
        &format!("/operator/mail/{message}"),
        Act::Nothing,
        "The last attempt failed",
    );
    add(
        "/organizations/{slug}",
        "support session",
        "/organizations/harbor-house",
        Act::Nothing,
        "You’re viewing Harbor House as support",
    );
    let mut own = |state, who: &Client, slug: &str, says| {
        let path = format!("/organizations/{slug}/settings/support");
        all.push(Screen::new(
            "/organizations/{slug}/settings/support",
            state,
            Some(who),
            &path,
            Act::Nothing,
            says,
        ));
    };
    own("on", &owner, "harbor-house", "Turn off support access");
    own("off", &shy, "shy-house", "Turn on support access");
    all
}

impl TestApp {
    /// An organization created without the pages, and its owner's client.
    fn signed_in_owner(&self, name: &str, slug: &str) -> Client {
        let cookie = self.fixtures(|fixtures| {
            let owner = fixtures.account("Olivia Hart", &format!("olivia@{slug}.test"), true);
            let organization = fixtures.organization(name, slug, owner);
            fixtures.invitation(organization, owner, &format!("newcomer@{slug}.test"), "viewer", &[]);
            fixtures.session_cookie(owner)
        });
        self.client_with(&cookie)
    }
}
