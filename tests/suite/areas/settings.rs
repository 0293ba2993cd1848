//! Path variables, forms and screens of this area.

use crate::browser::screens_test::Act::{Dialog, DialogSend, Nothing, Send};
use crate::browser::screens_test::Screen;
use crate::harness::people::PASSWORD;
use crate::harness::test_app::TestApp;
use crate::roles_test::{Form, Scenario};

/// The value of a path variable.
pub fn variable(_scene: &Scenario, path: &str, name: &str) -> Option<String> {
    match name {
        "kind" if path.contains("/settings/contacts/") => Some("support".into()),
        // Access to an approval depends on the approval, not on a role; `settings_test` covers real ones.
        "id" if path.contains("/settings/approvals/") => Some("00000000000070008000000000000000".into()),
        _ => None,
    }
}

/// A valid form.
pub fn form(scenario: &Scenario, path: &str) -> Option<Form> {
    let text = |fields: &[(&'static str, &str)]| Some(fields.iter().map(|(n, v)| (*n, (*v).to_owned())).collect());
    match path.strip_prefix("/organizations/{slug}/settings/").unwrap_or(path) {
        "slug" => text(&[
            ("slug", &format!("moved-{}", scenario.slug)),
            ("current_slug", &scenario.slug),
        ]),
        "owner" => text(&[("owner_email", &format!("owner@{}.test", scenario.slug))]),
        "contacts/{kind}" => text(&[("email", &format!("help@{}.test", scenario.slug))]),
        "transfer" => text(&[("member_id", &scenario.member), ("stays", ""), ("password", PASSWORD)]),
        "dual-control" => text(&[("on", "yes")]),
        "deletion" => text(&[("organization_name", &scenario.slug), ("password", PASSWORD)]),
        "contacts/{kind}/resending"
        | "contacts/{kind}/removal"
        | "approvals/{id}/confirmation"
        | "approvals/{id}/refusal"
        | "approvals/{id}/withdrawal"
        | "restoration"
        | "/contacts/{token}" => text(&[]),
        _ => None,
    }
}

pub fn screens(app: &TestApp) -> Vec<Screen> {
    let create = |name: &str, slug: &str| {
        app.fixtures(|fixtures| {
            let owner = fixtures.account("Olivia Hart", &format!("olivia@{slug}.test"), true);
            let organization = fixtures.organization(name, slug, owner);
            let noah = fixtures.account("Noah Brandt", &format!("noah@{slug}.test"), true);
            let noah = (fixtures.add_member(organization, noah, "admin", &[]).to_string(), noah);
            (fixtures.session_cookie(owner), noah.0, fixtures.session_cookie(noah.1))
        })
    };
    let (owner, noah_id, noah) = create("Generous Goods", "general");
    let (olivia, noah) = (app.client_with(&owner), app.client_with(&noah));
    let base = "/organizations/general/settings";
    let kind = format!("{base}/contacts/support");
    olivia.post(&kind, &[("email", "help@general.test")]).expect(303);
    let link = app.mail_to("help@general.test").link("/contacts/");
    app.client().post(&link, &[]).expect(200);
    olivia
        .post(&format!("{base}/contacts/billing"), &[("email", "bills@general.test")])
        .expect(303);
    let open = app.mail_to("bills@general.test").link("/contacts/");
    let transfer = [("member_id", noah_id.as_str()), ("password", PASSWORD)];
    let asked = olivia.post(&format!("{base}/transfer"), &transfer).expect(303);
    let approval = asked.location.expect("the request");
    let (ended, _, _) = create("Ending Ltd", "ending");
    let ending = app.client_with(&ended);
    let delete = [("organization_name", "Ending Ltd"), ("password", PASSWORD)];
    ending
        .post("/organizations/ending/settings/deletion", &delete)
        .expect(303);

    let waiting = app.fixtures(|fixtures| {
        let wanda = fixtures.account("Wanda Wait", "wanda@waiting.test", true);
        fixtures.session_cookie(wanda)
    });
    let wanda = app.client_with(&waiting);
    let fields = [
        ("name", "Waiting Room"),
        ("slug", "waiting"),
        ("region", "eu"),
        ("organization_type", "individual"),
        ("owner_email", "next@waiting.test"),
    ];
    wanda.post("/organizations", &fields).expect(303);

    // New clients, so that no flash message is shown.
    let (olivia, ending) = (app.client_with(&owner), app.client_with(&ended));
    let wanda = app.client_with(&waiting);
    let mut all = Vec::new();
    let mut add = |route, state, who, path: &str, act, says| all.push(Screen::new(route, state, who, path, act, says));
    let (olivia, noah, ending, waiting) = (Some(&olivia), Some(&noah), Some(&ending), Some(&wanda));
    let general = format!("{base}/general");
    let route = "/organizations/{slug}/settings/general";
    add(
        route,
        "contacts and a request",
        olivia,
        &general,
        Nothing,
        "Verification pending",
    );
    let route = "/organizations/{slug}/settings/slug";
    add(
        route,
        "page",
        olivia,
        &format!("{base}/slug"),
        Nothing,
        "Current address",
    );
    add(
        route,
        "errors",
        olivia,
        &general,
        DialogSend("Change web address"),
        "There is a problem",
    );
    add(
        "/organizations/{slug}/settings/general",
        "a contact with an error",
        olivia,
        &general,
        Send("/contacts/primary"),
        "There is a problem",
    );
    add(
        "/organizations/{slug}/settings/general",
        "owner invited",
        waiting,
        "/organizations/waiting/settings/general",
        Nothing,
        "Change owner",
    );
    add(
        "/contacts/{token}",
        "open",
        None,
        &open,
        Nothing,
        "becomes the billing contact",
    );
    add(
        "/contacts/{token}",
        "over",
        None,
        &link,
        Nothing,
        "This link is no longer valid",
    );
    let route = "/organizations/{slug}/settings/transfer";
    add(
        route,
        "page",
        olivia,
        &format!("{base}/transfer"),
        Nothing,
        "Who becomes the owner?",
    );
    add(
        route,
        "errors",
        olivia,
        &format!("{base}/transfer"),
        Send("/settings/transfer"),
        "There is a problem",
    );
    let route = "/organizations/{slug}/settings/approvals/{id}";
    add(
        route,
        "asked",
        noah,
        &approval,
        Nothing,
        "Olivia Hart wants to transfer",
    );
    add(route, "asking", olivia, &approval, Nothing, "Waiting for approval");
    let route = "/organizations/{slug}/settings/deletion";
    add(
        route,
        "dialog",
        olivia,
        &general,
        Dialog("Delete organization"),
        "It becomes read-only for 30 days",
    );
    add(
        route,
        "errors",
        olivia,
        &format!("{base}/deletion"),
        Send("/settings/deletion"),
        "There is a problem",
    );
    add(
        route,
        "restoring",
        ending,
        "/organizations/ending/settings/deletion",
        Nothing,
        "Restore Ending Ltd?",
    );
    add(
        "/organizations/{slug}",
        "pending deletion",
        ending,
        "/organizations/ending",
        Nothing,
        "Ending Ltd will be deleted",
    );
    let choosing = "/organizations/choosing";
    add(
        choosing,
        "questions",
        olivia,
        choosing,
        Nothing,
        "Answer three questions",
    );
    let answered = format!("{choosing}?owners=no&billing=yes&walls=no");
    add(
        choosing,
        "answer",
        olivia,
        &answered,
        Nothing,
        "You need another organization",
    );
    all
}
