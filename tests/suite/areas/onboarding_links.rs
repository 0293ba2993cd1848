//! Path variables, forms and screens of this area.

use std::time::Duration;

use tenantry::authz::role::{CompanyRole, Role};
use tenantry::models::onboarding_link::LinkPurpose;

use crate::browser::screens_test::{Act, Screen};
use crate::harness::client::Client;
use crate::harness::fixtures::open_link;
use crate::harness::test_app::TestApp;
use crate::roles_test::{Form, Scenario};

/// The value of a path variable.
pub fn variable(scenario: &Scenario, path: &str, name: &str) -> Option<String> {
    match name {
        "token" if path.starts_with("/join/") => Some(scenario.link_token.clone()),
        "id" if path.starts_with("/join/") || path.contains("/onboarding/requests/") => Some(scenario.join.clone()),
        "id" if path.contains("/settings/onboarding/") => Some(scenario.link.clone()),
        _ => None,
    }
}

/// A valid form.
pub fn form(_scene: &Scenario, path: &str) -> Option<Form> {
    let text = |fields: &[(&'static str, &str)]| Some(fields.iter().map(|(n, v)| (*n, (*v).to_owned())).collect());
    match path {
        "/organizations/{slug}/settings/onboarding" | "/organizations/{slug}/settings/onboarding/{id}" => text(&[
            ("name", "Partner fair"),
            ("purpose", "new_company"),
            ("role", "member"),
            ("company_role", "manager"),
            ("approval", "approval"),
        ]),
        "/organizations/{slug}/settings/onboarding/requests/{id}/decision" => text(&[("decision", "approve")]),
        "/join/{token}/opening" => text(&[("way", "signup")]),
        path if path.starts_with("/join/") || path.contains("/settings/onboarding/") => text(&[]),
        _ => None,
    }
}

pub fn screens(app: &TestApp) -> Vec<Screen> {
    let (cookies, ids, doors) = app.fixtures(|fixtures| {
        let maya = fixtures.account("Maya Okonkwo", "maya@onboard.test", true);
        let fair = fixtures.organization("Meridian Collections", "onboard", maya);
        let names = ["Harbor Recovery", "Atlas Receivables", "Bluewater Financial"];
        let companies: Vec<_> = names
            .iter()
            .enumerate()
            .map(|(at, name)| fixtures.company(fair, name, &format!("unit-{at}")))
            .collect();
        let daniel = fixtures.account("Daniel Reyes", "daniel@onboard.test", true);
        fixtures.add_member(fair, daniel, "admin", &[]);
        let tomasz = fixtures.account("Tomasz Wójcik", "tomasz@onboard.test", true);
        fixtures.add_member(fair, tomasz, "user_admin", &[]);
        let own = tenantry::models::onboarding_link::LinkTerms {
            purpose: LinkPurpose::NewCompany,
            company_role: CompanyRole::Manager,
            max_uses: Some(40),
            ..open_link("Partner fair in May")
        };
        let (first, link_token) = fixtures.link(fair, maya, &own);
        let asks = tenantry::models::onboarding_link::LinkTerms {
            companies,
            approval: true,
            domains: vec!["onboard.test".into(), "agency.onboard.test".into()],
            ..open_link("Field team")
        };
        let (second, asking) = fixtures.link(fair, maya, &asks);
        let admins = tenantry::models::onboarding_link::LinkTerms {
            role: Role::Admin,
            ..open_link("Head office")
        };
        fixtures.link(fair, maya, &admins);
        let hana = fixtures.account("Hana Kim", "hana@onboard.test", true);
        fixtures.join_request(fair, second, hana, "");
        let seun = fixtures.account("Oluwaseun Adeyemi", "seun.adeyemi@agency.onboard.test", true);
        fixtures.join_request(fair, first, seun, "Adeyemi & Daughters Receivables");
        let zoe = fixtures.account("Zoé Moreau", "zoe@onboard.test", true);
        let far = fixtures.account("Ana Far", "ana@elsewhere.test", true);
        let fresh = fixtures.account("Fresh Face", "fresh@onboard.test", false);
        let olga = fixtures.account("Olga Quiet", "olga@still.test", true);
        fixtures.organization("Quiet", "still", olga);
        let cookies = [maya, tomasz, hana, zoe, far, fresh, olga].map(|user| fixtures.session_cookie(user));
        (cookies, first.to_string(), [link_token, asking])
    });
    let [maya, tomasz, hana, zoe, far, fresh, olga] = cookies.each_ref().map(|cookie| app.client_with(cookie));
    let base = "/organizations/onboard/settings/onboarding";
    // A paused link, a disabled one and a replaced one.
    let daniel = app.signed_in("daniel@onboard.test");
    for name in ["Old campaign", "Summer"] {
        let fields = [
            ("name", name),
            ("purpose", "join"),
            ("role", "viewer"),
            ("company_role", "viewer"),
            ("approval", "automatic"),
        ];
        daniel.post(base, &fields).expect(303);
    }
    app.database.execute(
        "UPDATE memberships SET role = 'editor', direct_role = 'editor' WHERE user_id IN (SELECT id FROM users WHERE email = 'daniel@onboard.test')",
    );
    let list = maya.get(base).expect(200);
    let old = list.all("article.card", "id").first().expect("a link").clone();
    let old = old.strip_prefix("link-").expect("an id").to_owned();
    let replaced = list.texts(".secret").first().expect("an address").clone();
    let replaced = replaced.split("/join/").nth(1).expect("a token").to_owned();
    maya.post(&format!("{base}/{old}/rotation"), &[]).expect(303);
    maya.post(&format!("{base}/{old}/disabling"), &[]).expect(303);
    app.advance(Duration::from_secs(60));

    let mut all = Vec::new();
    let mut add = |route, state, who: Option<&Client>, path: &str, act, says| {
        all.push(Screen::new(route, state, who, path, act, says));
    };
    let (maya, olga, out) = (Some(&maya), Some(&olga), None);
    let admin = "/organizations/{slug}/settings/onboarding";
    add(admin, "links", maya, base, Act::Nothing, "This link is paused");
    add(
        admin,
        "user admin",
        Some(&tomasz),
        base,
        Act::Nothing,
        "Only members who can give these roles",
    );
    add(
        admin,
        "menu",
        maya,
        base,
        Act::Open("main article [popovertarget]", ".menu:popover-open"),
        "Edit link",
    );
    let quiet = "/organizations/still/settings/onboarding";
    add(admin, "none", olga, quiet, Act::Nothing, "No links yet");
    let new = "/organizations/{slug}/settings/onboarding/new";
    add(
        new,
        "form",
        maya,
        &format!("{base}/new"),
        Act::Nothing,
        "What people can do with it",
    );
    add(
        new,
        "errors",
        maya,
        &format!("{base}/new"),
        Act::Send("/onboarding"),
        "Enter a name",
    );
    let edit = "/organizations/{slug}/settings/onboarding/{id}";
    add(edit, "form", maya, &format!("{base}/{ids}"), Act::Nothing, "Save link");
    let rotation = "/organizations/{slug}/settings/onboarding/{id}/rotation";
    add(
        rotation,
        "page",
        maya,
        &format!("{base}/{ids}/rotation"),
        Act::Nothing,
        "Regenerate link",
    );
    let requests = "/organizations/{slug}/settings/onboarding/requests";
    add(
        requests,
        "two",
        maya,
        &format!("{base}/requests"),
        Act::Nothing,
        "Hana Kim",
    );
    add(
        requests,
        "none",
        olga,
        &format!("{quiet}/requests"),
        Act::Nothing,
        "No pending requests",
    );
    let join = "/join/{token}";
    let [own, asking] = doors.map(|token| format!("/join/{token}"));
    add(join, "signed out", out, &own, Act::Nothing, "Create an account");
    add(
        join,
        "unverified",
        Some(&fresh),
        &own,
        Act::Nothing,
        "Verify your email",
    );
    add(join, "a company", Some(&zoe), &own, Act::Nothing, "Name of your");
    add(
        join,
        "errors",
        Some(&zoe),
        &own,
        Act::Send("/join/"),
        "There is a problem",
    );
    add(join, "asks", Some(&zoe), &asking, Act::Nothing, "Request to join");
    add(
        join,
        "another domain",
        Some(&far),
        &asking,
        Act::Nothing,
        "Use another email address",
    );
    add(
        join,
        "waits",
        Some(&hana),
        &asking,
        Act::Nothing,
        "Waiting for approval",
    );
    add(join, "member", maya, &asking, Act::Nothing, "already");
    add(
        join,
        "replaced",
        out,
        &format!("/join/{replaced}"),
        Act::Nothing,
        "A newer link",
    );
    add(join, "unknown", out, "/join/nothing", Act::Nothing, "Link not found");
    add(
        "/onboarding",
        "a request waits",
        Some(&hana),
        "/onboarding",
        Act::Nothing,
        "Waiting for approval",
    );
    all
}
