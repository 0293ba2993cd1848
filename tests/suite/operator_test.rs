//! Operators: their own pages, and access to an organization only by a support session that it allows.

use std::time::Duration;

use tenantry::authz::permission::{PermissionId, RoleColumn};
use tenantry::routes::ROUTES;

use crate::harness::client::Client;
use crate::harness::fixtures::simultaneously;
use crate::harness::page::Page;
use crate::harness::people::PASSWORD;
use crate::harness::test_app::TestApp;
use crate::roles_test::{Scenario, ask};

/// An app with an operator (Opal), an organization (harbor) and its owner (Olivia).
struct Setup {
    app: TestApp,
    opal: Client,
    olivia: Client,
}

impl Setup {
    fn new() -> Self {
        Self::with_app(TestApp::open())
    }

    fn with_app(app: TestApp) -> Self {
        let (opal, olivia) = app.fixtures(|fixtures| {
            let opal = fixtures.account("Opal Reed", "opal@instance.test", true);
            let olivia = fixtures.account("Olivia Hart", "olivia@harbor.test", true);
            fixtures.organization("Harbor Recovery", "harbor", olivia);
            (fixtures.session_cookie(opal), fixtures.session_cookie(olivia))
        });
        let (opal, olivia) = (app.client_with(&opal), app.client_with(&olivia));
        Self { app, opal, olivia }
    }

    fn allow(&self, allowed: &str) -> Page {
        self.olivia
            .post("/organizations/harbor/settings/support", &[("allowed", allowed)])
            .expect(303)
    }

    fn start_support_session(&self, minutes: &str) -> Page {
        self.opal.post(
            "/operator/organizations/harbor/support",
            &[
                ("reason", "Letters do not arrive"),
                ("minutes", minutes),
                ("password", PASSWORD),
            ],
        )
    }

    fn events(&self, action: &str) -> i64 {
        self.app.database.number(&format!(
            "SELECT count(*) AS value FROM audit_events WHERE action = '{action}'"
        ))
    }
}

const REASON: &str = "Letters do not arrive";

#[test]
fn operator_pages_are_not_found_for_everyone_else() {
    let app = TestApp::open();
    app.fixtures(|fixtures| fixtures.account("Opal Reed", "opal@instance.test", true));
    let scenario = Scenario::create(&app, "owner", "harbor");
    let unverified = Scenario::create(&app, "pending", "pending");
    let mut asked = 0;
    for route in ROUTES.iter().filter(|route| route.path.starts_with("/operator")) {
        let path = scenario.path(route.path, "");
        let form = if route.method == "GET" {
            Vec::new()
        } else {
            scenario.form(route.path)
        };
        for cookie in [&scenario.actor, &unverified.actor] {
            let client = app.client_with(cookie.as_ref().expect("an actor"));
            for client in [client.clone(), client.with("HX-Request", "true")] {
                let page = ask(&client, route.method, &path, &form);
                assert_eq!(page.status, 404, "{}", page.request);
                asked += 1;
            }
        }
        // A signed-out visitor is redirected to login, as on every page.
        ask(&app.client(), route.method, &path, &form).expect(303);
    }
    assert!(asked > 60, "{asked}");
    let owner = app.client_with(scenario.actor.as_ref().expect("an owner"));
    assert!(owner.get("/organizations").link("Run this instance").is_none());
    assert!(
        app.signed_in("opal@instance.test")
            .get("/organizations")
            .link("Run this instance")
            .is_some()
    );
}

#[test]
fn the_instance_pages_show_counts_and_health() {
    let setup = Setup::new();
    setup.app.sweep();
    let page = setup.opal.get("/operator").expect(200);
    for words in [
        "Organizations",
        "Version",
        "Database",
        "Schema",
        "Uptime",
        "Last run just now",
    ] {
        assert!(page.has(words), "{words} is missing:\n{}", page.text());
    }
    assert!(page.has(setup.app.product().engine()));
    setup
        .opal
        .get("/operator/health")
        .expect(200)
        .expect_text("No problems found");
    setup.app.database.execute("UPDATE organizations SET owner_count = 7");
    let page = setup
        .opal
        .get("/operator/health")
        .expect(200)
        .expect_text("Problems found");
    assert!(page.has("organizations with a wrong owner count: 1"));
    assert!(!page.body.contains("secret.key") && !page.body.contains("postgres://"));
}

#[test]
fn organizations_are_found_by_name_and_slug_and_paged() {
    let setup = Setup::new();
    setup.app.fixtures(|fixtures| {
        let user = fixtures.user("opal@instance.test");
        for n in 0..60 {
            fixtures.organization(&format!("Sunbeam {n:02}"), &format!("sun-{n:02}"), user);
        }
    });
    let found = |query: &str| {
        setup
            .opal
            .get(&format!("/operator/organizations?q={query}"))
            .expect(200)
            .texts("tbody th .who__name")
    };
    assert_eq!(found("HARBOR"), ["Harbor Recovery"]);
    assert_eq!(found("sun-07"), ["Sunbeam 07"]);
    assert!(found("100%25").is_empty());
    let first = setup.opal.get("/operator/organizations?q=sunbeam");
    let (next, names) = (
        first.link("Next").expect("a next page"),
        first.texts("tbody th .who__name"),
    );
    assert_eq!((names.len(), names[0].as_str()), (50, "Sunbeam 59"));
    let second = setup.opal.get(&next);
    assert_eq!(second.texts("tbody th .who__name").len(), 10);
    let back = setup.opal.get(&second.link("Previous").expect("the page before"));
    assert_eq!(back.texts("tbody th .who__name"), names);
    let fragment = setup.opal.fragment("/operator/organizations?q=harbor").expect(200);
    assert!(fragment.body.trim_start().starts_with("<div id=\"results\""));
}

#[test]
fn without_a_support_session_an_operator_sees_only_owners_and_counts() {
    let setup = Setup::new();
    setup.app.fixtures(|fixtures| {
        let harbor = fixtures.organization_of("harbor");
        let tara = fixtures.account("Tara Secret", "tara@harbor.test", true);
        fixtures.add_member(harbor, tara, "editor", &[]);
        fixtures.company(harbor, "Hidden Company", "hidden");
    });
    let page = setup.opal.get("/operator/organizations/harbor").expect(200);
    assert!(
        page.has("olivia@harbor.test") && page.has("1 Owner") && page.has("1 Editor"),
        "{}",
        page.text()
    );
    for secret in ["Tara", "tara@", "Hidden Company"] {
        assert!(!page.has(secret), "{secret}");
    }
    setup.opal.get("/operator/organizations/nothing-here").expect(404);
    setup.opal.get("/organizations/harbor").expect(404);
}

#[test]
fn a_support_session_requires_the_consent_of_the_organization() {
    let setup = Setup::new();
    let page = setup
        .opal
        .get("/operator/organizations/harbor")
        .expect(200)
        .expect_text("Support access is off");
    assert!(page.link("View as support").is_none());
    let page = setup.start_support_session("15").expect(422);
    page.expect_text("Harbor Recovery doesn’t allow support access");
    setup.opal.get("/organizations/harbor").expect(404);
    assert_eq!(setup.events("support.started"), 0);
    assert!(setup.app.emails_to("olivia@harbor.test").is_empty());
}

#[test]
fn a_support_session_requires_a_reason_a_duration_and_the_password() {
    let setup = Setup::new();
    setup.allow("on");
    let path = "/operator/organizations/harbor/support";
    setup.opal.get(path).expect(200);
    let form = |reason: &str, minutes: &str, password: &str| {
        let page = setup.opal.post(
            path,
            &[("reason", reason), ("minutes", minutes), ("password", password)],
        );
        let page = page.expect(422);
        assert!(!page.body.contains("no-such-password"), "the password is not sent back");
        page
    };
    let page = form("too short", "15", PASSWORD);
    assert!(page.field_error("reason").is_some() && page.value_of("reason").as_deref() == Some("too short"));
    assert!(form(REASON, "480", PASSWORD).field_error("minutes").is_some());
    assert!(form(REASON, "15", "").field_error("password").is_some());
    assert!(form(REASON, "15", "no-such-password").field_error("password").is_some());
    // An open session can't be used to guess the password.
    for _ in 0..9 {
        form(REASON, "15", "no-such-password");
    }
    let page = form(REASON, "15", PASSWORD);
    assert!(
        page.field_error("password")
            .expect("an error")
            .contains("Too many attempts")
    );
    assert_eq!(setup.events("support.started"), 0);
    setup.app.advance(Duration::from_secs(16 * 60));
    setup
        .start_support_session("15")
        .expect_redirect("/organizations/harbor");
}

#[test]
fn a_support_session_is_shown_emailed_and_logged() {
    let setup = Setup::new();
    setup.allow("on");
    let before = setup.opal.cookies();
    setup
        .start_support_session("30")
        .expect_redirect("/organizations/harbor");
    assert_ne!(before, setup.opal.cookies(), "a support session issues a new token");
    for path in ["", "/companies", "/members", "/settings/general"] {
        let page = setup.opal.get(&format!("/organizations/harbor{path}")).expect(200);
        assert!(page.has("You’re viewing Harbor Recovery as support"), "{path}");
        assert!(
            page.has(REASON) && page.has("Allowed by Olivia Hart") && page.has("The session ends in"),
            "{}",
            page.text()
        );
        assert_eq!(page.form_count("/operator/organizations/harbor/support/ending"), 1);
    }
    let message = setup.app.mail_to("olivia@harbor.test");
    assert!(
        message.text.contains(REASON) && message.text.contains("Opal Reed"),
        "{}",
        message.text
    );
    setup
        .olivia
        .get(&message.link("/organizations/harbor/settings/support"))
        .expect(200)
        .expect_text("End session");

    // The only change that the permission table allows an operator is logged with both names.
    let page = setup.opal.get("/organizations/harbor/settings/general");
    let fields = page.form("/organizations/harbor/settings/general");
    let mut fields: Vec<(&str, &str)> = fields.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
    fields.retain(|(name, _)| *name != "name");
    fields.push(("name", "Harbor Recovery Group"));
    setup
        .opal
        .post("/organizations/harbor/settings/general", &fields)
        .expect(303);
    setup
        .opal
        .post("/operator/organizations/harbor/support/ending", &[])
        .expect_redirect("/operator/organizations/harbor");
    setup.opal.get("/organizations/harbor").expect(404);
    let lines = setup.app.database.words(
        "SELECT action || ': ' || actor_name || ' for ' || coalesce(on_behalf_of, '-') AS value FROM audit_events WHERE actor_name = 'Opal Reed' ORDER BY seq",
    );
    assert_eq!(
        lines,
        [
            "support.started: Opal Reed for Olivia Hart",
            "organization.edited: Opal Reed for Olivia Hart",
            "support.ended: Opal Reed for -"
        ]
    );
    let began = setup
        .app
        .database
        .words("SELECT after AS value FROM audit_events WHERE action = 'support.started'");
    assert!(began[0].contains(REASON), "{began:?}");
    assert!(
        setup
            .olivia
            .get("/organizations/harbor")
            .expect(200)
            .has("started a support session: Letters do not arrive (allowed by Olivia Hart)")
    );
    setup.app.expect_healthy();
}

#[test]
fn a_support_session_expires_and_is_recorded() {
    let setup = Setup::new();
    setup.allow("on");
    setup.start_support_session("15").expect(303);
    setup
        .start_support_session("60")
        .expect(422)
        .expect_text("Your support session is active");
    setup.app.advance(Duration::from_secs(14 * 60));
    setup.opal.get("/organizations/harbor").expect(200);
    setup.app.advance(Duration::from_secs(61));
    setup.opal.get("/organizations/harbor").expect(404);
    setup.app.sweep();
    setup.app.sweep();
    assert_eq!(setup.events("support.ended"), 1);
    let page = setup.olivia.get("/organizations/harbor/settings/support").expect(200);
    assert!(
        page.has(REASON) && page.has("Ended") && !page.has("End session"),
        "{}",
        page.text()
    );
    setup.start_support_session("60").expect(303);
}

#[test]
fn an_owner_can_end_a_support_session_or_withdraw_consent_immediately() {
    let setup = Setup::new();
    setup.allow("on");
    setup.start_support_session("60").expect(303);
    let page = setup.olivia.get("/organizations/harbor/settings/support").expect(200);
    let action = page
        .all("form", "action")
        .into_iter()
        .find(|action| action.ends_with("/ending"))
        .expect("a form that ends the session");
    setup.olivia.post(&action, &[]).expect(303);
    setup.olivia.post(&action, &[]).expect(303);
    setup.opal.get("/organizations/harbor").expect(404);
    setup.start_support_session("60").expect(303);
    setup.opal.get("/organizations/harbor").expect(200);
    setup.allow("off");
    setup.opal.get("/organizations/harbor").expect(404);
    // Turning support access on again does not revive an old session.
    setup.allow("on");
    setup.opal.get("/organizations/harbor").expect(404);
    assert_eq!(
        (setup.events("support.ended"), setup.events("support.consent_changed")),
        (2, 3)
    );
    setup
        .olivia
        .post("/organizations/harbor/settings/support", &[("allowed", "perhaps")])
        .expect(400);
}

#[test]
fn an_operator_who_is_a_member_cannot_view_as_support() {
    let setup = Setup::new();
    setup.allow("on");
    setup.app.fixtures(|fixtures| {
        let (harbor, opal) = (fixtures.organization_of("harbor"), fixtures.user("opal@instance.test"));
        fixtures.add_member(harbor, opal, "viewer", &[]);
    });
    setup
        .start_support_session("15")
        .expect(422)
        .expect_text("You are a member of this organization");
    let page = setup.opal.get("/organizations/harbor").expect(200);
    assert!(!page.has("as support"));
    // After the removal, an operator needs a support session again.
    let opal = setup.app.database.words(
        "SELECT m.id AS value FROM memberships m JOIN users u ON u.id = m.user_id WHERE u.email = 'opal@instance.test'",
    );
    setup
        .olivia
        .post(&format!("/organizations/harbor/members/{}/removal", opal[0]), &[])
        .expect(303);
    setup.opal.get("/organizations/harbor").expect(404);
    setup.start_support_session("15").expect(303);
    setup
        .opal
        .get("/organizations/harbor")
        .expect(200)
        .expect_text("You’re viewing Harbor Recovery as support");
}

/// Pages that require a membership.
const MEMBER_ROUTES: &[&str] = &["/organizations/{slug}/leaving"];

/// Pages of `org.profile.edit`, the only write permission of operators.
const PROFILE_ROUTES: &[&str] = &[
    "/organizations/{slug}/settings/general",
    "/organizations/{slug}/settings/contacts",
    "/organizations/{slug}/settings/defaults",
];

#[test]
fn a_support_session_allows_only_permitted_changes_on_every_route() {
    let app = TestApp::open();
    app.fixtures(|fixtures| fixtures.account("First Operator", "first@instance.test", true));
    let (reading, owning) = (
        Scenario::create(&app, "support", "reading"),
        Scenario::create(&app, "owner", "owning"),
    );
    let owner = app.client_with(owning.actor.as_ref().expect("an owner"));
    let mut changed = Vec::new();
    // A refused request changes nothing, so all of them share one scenario.
    let mut scenarios = (0..).map(|n| Scenario::create(&app, "support", &format!("writing-{n}")));
    let mut scenario = scenarios.next().expect("an endless iterator");
    let inside = ROUTES
        .iter()
        .filter(|route| route.path.starts_with("/organizations/{slug}"));
    for route in inside {
        if route.method == "GET" {
            let client = app.client_with(reading.actor.as_ref().expect("an operator"));
            for client in [client.clone(), client.with("HX-Request", "true")] {
                let page = ask(&client, "GET", &reading.path(route.path, ""), &[]);
                let missing = page.status == 404
                    && !MEMBER_ROUTES.contains(&route.path)
                    && owner.get(&owning.path(route.path, "")).status != 404;
                assert!(
                    matches!(page.status, 200 | 204 | 303 | 403 | 404) && !missing,
                    "{}: {}\n{}",
                    page.request,
                    page.status,
                    page.text()
                );
            }
        } else {
            let client = app.client_with(scenario.actor.as_ref().expect("an operator"));
            let path = scenario.path(route.path, "");
            let page = ask(&client, route.method, &path, &scenario.form(route.path));
            assert!(page.status < 500, "{}: {}", page.request, page.status);
            if page.status < 400 {
                changed.push(route.path);
            }
            if !matches!(page.status, 403 | 404) {
                scenario = scenarios.next().expect("an endless iterator");
            }
        }
    }
    changed.retain(|path| !PROFILE_ROUTES.iter().any(|profile| path.starts_with(profile)));
    assert!(changed.is_empty(), "an operator changed something through {changed:#?}");
}

#[test]
fn the_operator_permission_column_is_enforced_on_every_listed_route() {
    /// Permission, method and route.
    const PAGES: &[(&str, &str, &str)] = &[
        ("org.view", "GET", "/organizations/{slug}/settings"),
        ("org.profile.edit", "POST", "/organizations/{slug}/settings/general"),
        ("overview.view", "GET", "/organizations/{slug}"),
        ("members.view", "GET", "/organizations/{slug}/members"),
        ("members.invite", "GET", "/organizations/{slug}/invitations"),
        ("members.invite", "POST", "/organizations/{slug}/invitations"),
        ("members.role", "POST", "/organizations/{slug}/members/{id}/role"),
        ("members.assign", "POST", "/organizations/{slug}/members/{id}/companies"),
        ("members.remove", "POST", "/organizations/{slug}/members/{id}/removal"),
        ("company.create", "POST", "/organizations/{slug}/companies"),
        (
            "company.archive",
            "POST",
            "/organizations/{slug}/companies/{company}/archiving",
        ),
        ("co.view", "GET", "/organizations/{slug}/companies/{company}"),
        ("co.edit", "POST", "/organizations/{slug}/companies/{company}/settings"),
        ("access.view", "GET", "/organizations/{slug}/access"),
        ("audit.view", "GET", "/organizations/{slug}/settings/audit"),
        ("audit.export", "GET", "/organizations/{slug}/settings/audit.csv"),
        ("roles.custom", "GET", "/organizations/{slug}/access/roles"),
        ("onboarding.copy", "GET", "/organizations/{slug}/settings/onboarding"),
        ("security.manage", "GET", "/organizations/{slug}/settings/support"),
        ("security.manage", "POST", "/organizations/{slug}/settings/support"),
    ];
    let app = TestApp::open();
    app.fixtures(|fixtures| fixtures.account("First Operator", "first@instance.test", true));
    let mut shown = 0;
    for (n, (key, method, path)) in PAGES.iter().enumerate() {
        if !ROUTES
            .iter()
            .any(|route| route.path == *path && route.method == *method)
        {
            continue;
        }
        let permission = PermissionId::parse(key).unwrap_or_else(|| panic!("{key} is no permission"));
        let allowed = permission.mark(RoleColumn::Operator) == 's';
        let scenario = Scenario::create(&app, "support", &format!("cell-{n}"));
        let client = app.client_with(scenario.actor.as_ref().expect("an operator"));
        let form = if *method == "GET" {
            Vec::new()
        } else {
            scenario.form(path)
        };
        let page = ask(&client, method, &scenario.path(path, ""), &form);
        assert_eq!(
            page.status < 400,
            allowed,
            "{key}: {} returns {}",
            page.request,
            page.status
        );
        if !allowed {
            assert_eq!(page.status, 403, "{key}: {}", page.request);
        }
        shown += 1;
    }
    assert!(shown >= 14, "{shown}");
}

#[test]
fn an_operator_sets_the_limit_of_an_account_and_ends_its_sessions() {
    let setup = Setup::new();
    let id = setup
        .app
        .database
        .words("SELECT id AS value FROM users WHERE email = 'olivia@harbor.test'")[0]
        .clone();
    let path = format!("/operator/users/{id}");
    let found = setup.opal.get("/operator/users?q=OLIVIA").expect(200);
    assert_eq!(found.texts("tbody th .who__name"), ["Olivia Hart"]);
    let page = setup.opal.get(&path).expect(200);
    assert!(
        page.has("Member of") && page.has("1 organization") && page.has("1 active session"),
        "{}",
        page.text()
    );
    let page = setup
        .opal
        .post(&format!("{path}/limit"), &[("limit", "many")])
        .expect(422);
    assert!(page.field_error("limit").is_some() && page.value_of("limit").as_deref() == Some("many"));
    setup
        .opal
        .post(&format!("{path}/limit"), &[("limit", "1")])
        .expect_redirect(&path);
    assert_eq!(setup.opal.get(&path).value_of("limit").as_deref(), Some("1"));
    setup
        .olivia
        .get("/organizations/new")
        .expect(200)
        .expect_text("Request another organization");
    setup
        .opal
        .post(&format!("{path}/sessions/ending"), &[])
        .expect_redirect(&path);
    setup.olivia.get("/organizations").expect(303);
    let events = setup.app.database.words(&format!(
        "SELECT action || ' by ' || actor_name AS value FROM account_events WHERE user_id = '{id}' AND actor_name = 'Opal Reed' ORDER BY id"
    ));
    assert_eq!(
        events,
        [
            "account.limit_changed by Opal Reed",
            "account.other_sessions_ended by Opal Reed"
        ]
    );
    // Ending one's own sessions keeps the current one.
    let own = setup
        .app
        .database
        .words("SELECT id AS value FROM users WHERE email = 'opal@instance.test'")[0]
        .clone();
    setup.app.signed_in("opal@instance.test");
    setup
        .opal
        .post(&format!("/operator/users/{own}/sessions/ending"), &[])
        .expect(303);
    setup
        .opal
        .get(&format!("/operator/users/{own}"))
        .expect(200)
        .expect_text("1 active session");
    setup.opal.get("/operator/users/nobody").expect(404);
}

#[test]
fn removing_an_operator_ends_their_support_sessions() {
    let setup = Setup::new();
    setup.allow("on");
    let id = |email: &str| {
        setup
            .app
            .database
            .words(&format!("SELECT id AS value FROM users WHERE email = '{email}'"))[0]
            .clone()
    };
    setup.app.fixtures(|fixtures| {
        fixtures.account("Quinn Late", "quinn@instance.test", false);
        fixtures.account("Sam Second", "sam@instance.test", true);
    });
    let (opal, sam) = (id("opal@instance.test"), id("sam@instance.test"));
    setup
        .opal
        .post(
            &format!("/operator/users/{}/appointment", id("quinn@instance.test")),
            &[],
        )
        .expect(422)
        .expect_text("isn’t verified");
    setup
        .opal
        .post(&format!("/operator/users/{opal}/dismissal"), &[])
        .expect(422)
        .expect_text("This is the only operator");
    let second = setup.app.signed_in("sam@instance.test");
    second.get("/operator").expect(404);
    setup
        .opal
        .post(&format!("/operator/users/{sam}/appointment"), &[])
        .expect(303);
    second.get("/operator").expect(200);
    setup.start_support_session("60").expect(303);
    second
        .post(&format!("/operator/users/{opal}/dismissal"), &[])
        .expect(303);
    setup.opal.get("/operator").expect(404);
    setup.opal.get("/organizations/harbor").expect(404);
    assert_eq!(setup.events("support.ended"), 1);
    let dismissed = format!(
        "SELECT count(*) AS value FROM account_events WHERE user_id = '{opal}' AND action = 'account.operator_dismissed'"
    );
    assert_eq!(setup.app.database.number(&dismissed), 1);
}

#[test]
fn operators_removing_each_other_in_parallel_leave_at_least_one() {
    let app = TestApp::open();
    app.fixtures(|fixtures| fixtures.account("Operator 0", "operator-0@instance.test", true));
    for round in 0..12 {
        app.database
            .execute("UPDATE users SET is_operator = (email = 'operator-0@instance.test')");
        let people: Vec<(String, Client)> = (0..4)
            .map(|n| {
                let email = format!("operator-{n}@instance.test");
                let cookie = app.fixtures(|fixtures| {
                    let user = if round == 0 && n > 0 {
                        fixtures.account(&format!("Operator {n}"), &email, true)
                    } else {
                        fixtures.user(&email)
                    };
                    fixtures.appoint(user);
                    (user.to_string(), fixtures.session_cookie(user))
                });
                (cookie.0, app.client_with(&cookie.1))
            })
            .collect();
        let jobs = (0..people.len())
            .map(|n| {
                let (client, other) = (&people[n].1, &people[(n + 1) % people.len()].0);
                move || client.post(&format!("/operator/users/{other}/dismissal"), &[]).status
            })
            .collect();
        let answers = simultaneously(jobs);
        assert!(
            answers.iter().all(|status| matches!(status, 303 | 404 | 422)),
            "{answers:?}"
        );
        let left = app
            .database
            .number("SELECT count(*) AS value FROM users WHERE is_operator");
        assert!(left >= 1, "round {round}: no operator is left: {answers:?}");
    }
}

#[test]
fn withdrawing_consent_in_parallel_leaves_no_active_session() {
    let setup = Setup::new();
    let running = "SELECT count(*) AS value FROM support_sessions WHERE ended_at IS NULL";
    let mut begun = 0;
    for _ in 0..40 {
        let (harbor, opal) = setup.app.fixtures(|fixtures| {
            let (harbor, opal) = (fixtures.organization_of("harbor"), fixtures.user("opal@instance.test"));
            fixtures.consent(harbor, true);
            (harbor, opal)
        });
        let app = &setup.app;
        let jobs: Vec<Box<dyn FnOnce() -> bool + Send + '_>> = vec![
            Box::new(|| {
                app.fixtures(|fixtures| fixtures.start_support_session(harbor, opal))
                    .is_some()
            }),
            Box::new(|| {
                app.fixtures(|fixtures| fixtures.consent(harbor, false));
                false
            }),
        ];
        begun += simultaneously(jobs).into_iter().filter(|began| *began).count();
        assert_eq!(app.database.number(running), 0);
    }
    assert!(begun > 0, "no session was ever started");
}

#[test]
fn an_email_preview_is_sandboxed_and_hides_its_secret() {
    let app = TestApp::with_smtp(|_| {});
    app.smtp().busy();
    let setup = Setup::with_app(app);
    let token = setup.app.fixtures(|fixtures| {
        let (harbor, olivia) = (fixtures.organization_of("harbor"), fixtures.user("olivia@harbor.test"));
        fixtures.invitation(harbor, olivia, "noah@harbor.test", "viewer", &[]).1
    });
    let list = setup.opal.get("/operator/mail?q=noah@harbor.test").expect(200);
    assert_eq!(list.texts("tbody tr").len(), 1);
    let path = list.all("tbody th a", "href")[0].clone();
    let page = setup.opal.get(&path).expect(200);
    assert!(page.has("{{token}}") && !page.body.contains(&token));
    assert_eq!(page.all("iframe", "sandbox"), [""]);
    assert_eq!(page.all("iframe", "src"), [format!("{path}/preview")]);
    assert!(page.header("content-security-policy").contains("frame-src 'self'"));
    assert!(
        page.header("content-security-policy")
            .contains("frame-ancestors 'none'")
    );
    let preview = setup.opal.get(&format!("{path}/preview")).expect(200);
    assert!(preview.body.contains("{{token}}") && !preview.body.contains(&token));
    let policy = preview.header("content-security-policy");
    for part in [
        "sandbox;",
        "default-src 'none'",
        "style-src 'unsafe-inline'",
        "img-src data:",
        "frame-ancestors 'self'",
    ] {
        assert!(policy.contains(part), "{policy}");
    }
    assert!(!policy.contains("script-src") && !policy.contains("allow-"), "{policy}");
    // All other pages can't be framed and contain no frames.
    let usual = setup.opal.get("/operator/mail").expect(200);
    assert!(!usual.header("content-security-policy").contains("frame-src"));
    assert!(
        usual
            .header("content-security-policy")
            .contains("frame-ancestors 'none'")
    );
    let seed = setup
        .app
        .database
        .words("SELECT seed AS value FROM mail_outbox WHERE seed IS NOT NULL")[0]
        .clone();
    assert!(!page.body.contains(&seed) && !preview.body.contains(&seed));
    setup.opal.get("/operator/mail/nothing").expect(404);
    setup.opal.get("/operator/mail/nothing/preview").expect(404);
}

#[test]
fn a_failed_email_can_be_retried_once() {
    let app = TestApp::with_smtp(|_| {});
    let setup = Setup::with_app(app);
    setup.app.smtp().refuse("noah@harbor.test");
    setup.app.fixtures(|fixtures| {
        let (harbor, olivia) = (fixtures.organization_of("harbor"), fixtures.user("olivia@harbor.test"));
        fixtures.invitation(harbor, olivia, "noah@harbor.test", "viewer", &[]);
    });
    setup.app.deliver_mail();
    let list = setup.opal.get("/operator/mail?state=bounced").expect(200);
    let path = list.all("tbody th a", "href")[0].clone();
    let page = setup.opal.get(&path).expect(200).expect_text("The last attempt failed");
    assert!(page.has("Address refused"), "{}", page.text());
    assert!(setup.opal.get("/operator").has("1 failed or bounced"));
    setup.app.smtp().accept();
    setup.opal.post(&format!("{path}/retry"), &[]).expect_redirect(&path);
    setup.app.mail_to("noah@harbor.test");
    setup.opal.get(&path).expect(200).expect_text("The content was deleted");
    setup
        .opal
        .get(&format!("{path}/preview"))
        .expect(200)
        .expect_text("The content was deleted");
    // A sent email is not sent twice.
    setup.opal.post(&format!("{path}/retry"), &[]).expect(303);
    assert_eq!(setup.app.emails_to("noah@harbor.test").len(), 1);
    let retried = "SELECT count(*) AS value FROM account_events d JOIN users u ON u.id = d.user_id WHERE u.email = 'opal@instance.test' AND action = 'mail.retried'";
    assert_eq!(setup.app.database.number(retried), 1);
}
