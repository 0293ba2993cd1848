//! Operators: their own pages, and access to an organization only by a support session that it allows.

use std::time::Duration;

use tenantry::authz::permission::{Column, PermissionId};
use tenantry::routes::ROUTES;

use crate::harness::client::Client;
use crate::harness::fixtures::at_once;
use crate::harness::page::Page;
use crate::harness::people::PASSWORD;
use crate::harness::test_app::TestApp;
use crate::roles_test::{Scenario, ask};

/// An app with an operator (Opal), an organization (harbor) and its owner (Olivia).
struct Cast {
    app: TestApp,
    opal: Client,
    olivia: Client,
}

impl Cast {
    fn set() -> Self {
        Self::in_house(TestApp::open())
    }

    fn in_house(app: TestApp) -> Self {
        let (opal, olivia) = app.fixtures(|fixtures| {
            let opal = fixtures.account("Opal Reed", "opal@instance.test", true);
            let olivia = fixtures.account("Olivia Hart", "olivia@harbor.test", true);
            fixtures.organization("Harbor Recovery", "harbor", olivia);
            (fixtures.ticket(opal), fixtures.ticket(olivia))
        });
        let (opal, olivia) = (app.holder(&opal), app.holder(&olivia));
        Self { app, opal, olivia }
    }

    fn allow(&self, allowed: &str) -> Page {
        self.olivia
            .post("/organizations/harbor/settings/support", &[("allowed", allowed)])
            .expect(303)
    }

    fn look_in(&self, minutes: &str) -> Page {
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
    let scenario = Scenario::set(&app, "owner", "harbor");
    let unproven = Scenario::set(&app, "unproven", "unproven");
    let mut asked = 0;
    for route in ROUTES.iter().filter(|route| route.path.starts_with("/operator")) {
        let path = scenario.path(route.path, "");
        let form = if route.method == "GET" {
            Vec::new()
        } else {
            scenario.form(route.path)
        };
        for ticket in [&scenario.actor, &unproven.actor] {
            let client = app.holder(ticket.as_ref().expect("an actor"));
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
    let owner = app.holder(scenario.actor.as_ref().expect("an owner"));
    assert!(owner.get("/organizations").link("Run this instance").is_none());
    assert!(
        app.enter("opal@instance.test")
            .get("/organizations")
            .link("Run this instance")
            .is_some()
    );
}

#[test]
fn the_instance_pages_show_counts_and_health() {
    let cast = Cast::set();
    cast.app.sweep();
    let page = cast.opal.get("/operator").expect(200);
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
    assert!(page.has(cast.app.product().engine()));
    cast.opal
        .get("/operator/health")
        .expect(200)
        .expect_text("No problems found");
    cast.app.database.execute("UPDATE organizations SET owner_count = 7");
    let page = cast
        .opal
        .get("/operator/health")
        .expect(200)
        .expect_text("Problems found");
    assert!(page.has("1 organizations with a wrong owner count"));
    assert!(!page.body.contains("secret.key") && !page.body.contains("postgres://"));
}

#[test]
fn organizations_are_found_by_name_and_slug_and_paged() {
    let cast = Cast::set();
    cast.app.fixtures(|fixtures| {
        let user = fixtures.user("opal@instance.test");
        for n in 0..60 {
            fixtures.organization(&format!("Sunbeam {n:02}"), &format!("sun-{n:02}"), user);
        }
    });
    let found = |query: &str| {
        cast.opal
            .get(&format!("/operator/organizations?q={query}"))
            .expect(200)
            .texts("tbody th .who__name")
    };
    assert_eq!(found("HARBOR"), ["Harbor Recovery"]);
    assert_eq!(found("sun-07"), ["Sunbeam 07"]);
    assert!(found("100%25").is_empty());
    let first = cast.opal.get("/operator/organizations?q=sunbeam");
    let (next, names) = (
        first.link("Next").expect("a next page"),
        first.texts("tbody th .who__name"),
    );
    assert_eq!((names.len(), names[0].as_str()), (50, "Sunbeam 59"));
    let second = cast.opal.get(&next);
    assert_eq!(second.texts("tbody th .who__name").len(), 10);
    let back = cast.opal.get(&second.link("Previous").expect("the page before"));
    assert_eq!(back.texts("tbody th .who__name"), names);
    let fragment = cast.opal.fragment("/operator/organizations?q=harbor").expect(200);
    assert!(fragment.body.trim_start().starts_with("<div id=\"results\""));
}

#[test]
fn without_a_support_session_an_operator_sees_only_owners_and_counts() {
    let cast = Cast::set();
    cast.app.fixtures(|fixtures| {
        let harbor = fixtures.organization_of("harbor");
        let tara = fixtures.account("Tara Secret", "tara@harbor.test", true);
        fixtures.enrol(harbor, tara, "editor", &[]);
        fixtures.company(harbor, "Hidden Company", "hidden");
    });
    let page = cast.opal.get("/operator/organizations/harbor").expect(200);
    assert!(
        page.has("olivia@harbor.test") && page.has("1 Owner") && page.has("1 Editor"),
        "{}",
        page.text()
    );
    for secret in ["Tara", "tara@", "Hidden Company"] {
        assert!(!page.has(secret), "{secret}");
    }
    cast.opal.get("/operator/organizations/nothing-here").expect(404);
    cast.opal.get("/organizations/harbor").expect(404);
}

#[test]
fn a_support_session_requires_the_consent_of_the_organization() {
    let cast = Cast::set();
    let page = cast
        .opal
        .get("/operator/organizations/harbor")
        .expect(200)
        .expect_text("Support access is off");
    assert!(page.link("View as support").is_none());
    let page = cast.look_in("15").expect(422);
    assert!(
        page.field_error("reason")
            .expect("a sentence")
            .contains("doesn’t allow")
    );
    cast.opal.get("/organizations/harbor").expect(404);
    assert_eq!(cast.events("support.started"), 0);
    assert!(cast.app.letters_to("olivia@harbor.test").is_empty());
}

#[test]
fn a_support_session_requires_a_reason_a_duration_and_the_password() {
    let cast = Cast::set();
    cast.allow("on");
    let path = "/operator/organizations/harbor/support";
    cast.opal.get(path).expect(200);
    let form = |reason: &str, minutes: &str, password: &str| {
        let page = cast.opal.post(
            path,
            &[("reason", reason), ("minutes", minutes), ("password", password)],
        );
        let page = page.expect(422);
        assert!(!page.body.contains("no-such-password"), "the password is not repeated");
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
            .expect("a sentence")
            .contains("Too many attempts")
    );
    assert_eq!(cast.events("support.started"), 0);
    cast.app.advance(Duration::from_secs(16 * 60));
    cast.look_in("15").expect_redirect("/organizations/harbor");
}

#[test]
fn a_support_session_is_shown_emailed_and_logged() {
    let cast = Cast::set();
    cast.allow("on");
    let before = cast.opal.cookies();
    cast.look_in("30").expect_redirect("/organizations/harbor");
    assert_ne!(before, cast.opal.cookies(), "rights rose: the browser gets a new token");
    for path in ["", "/companies", "/members", "/settings/general"] {
        let page = cast.opal.get(&format!("/organizations/harbor{path}")).expect(200);
        assert!(page.has("You’re viewing Harbor Recovery as support"), "{path}");
        assert!(
            page.has(REASON) && page.has("Allowed by Olivia Hart") && page.has("The session ends in"),
            "{}",
            page.text()
        );
        assert_eq!(page.form_count("/operator/organizations/harbor/support/ending"), 1);
    }
    let message = cast.app.mail_to("olivia@harbor.test");
    assert!(
        message.text.contains(REASON) && message.text.contains("Opal Reed"),
        "{}",
        message.text
    );
    cast.olivia
        .get(&message.link("/organizations/harbor/settings/support"))
        .expect(200)
        .expect_text("End session");

    // The only change that the permission table allows an operator is logged with both names.
    let page = cast.opal.get("/organizations/harbor/settings/general");
    let fields = page.form("/organizations/harbor/settings/general");
    let mut fields: Vec<(&str, &str)> = fields.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
    fields.retain(|(name, _)| *name != "name");
    fields.push(("name", "Harbor Recovery Group"));
    cast.opal
        .post("/organizations/harbor/settings/general", &fields)
        .expect(303);
    cast.opal
        .post("/operator/organizations/harbor/support/ending", &[])
        .expect_redirect("/operator/organizations/harbor");
    cast.opal.get("/organizations/harbor").expect(404);
    let lines = cast.app.database.words(
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
    let began = cast
        .app
        .database
        .words("SELECT after AS value FROM audit_events WHERE action = 'support.started'");
    assert!(began[0].contains(REASON), "{began:?}");
    assert!(
        cast.olivia
            .get("/organizations/harbor")
            .expect(200)
            .has("started a support session: Letters do not arrive (allowed by Olivia Hart)")
    );
    cast.app.expect_sound();
}

#[test]
fn a_support_session_expires_and_is_recorded() {
    let cast = Cast::set();
    cast.allow("on");
    cast.look_in("15").expect(303);
    cast.look_in("60").expect(422).expect_text("already");
    cast.app.advance(Duration::from_secs(14 * 60));
    cast.opal.get("/organizations/harbor").expect(200);
    cast.app.advance(Duration::from_secs(61));
    cast.opal.get("/organizations/harbor").expect(404);
    cast.app.sweep();
    cast.app.sweep();
    assert_eq!(cast.events("support.ended"), 1);
    let page = cast.olivia.get("/organizations/harbor/settings/support").expect(200);
    assert!(
        page.has(REASON) && page.has("Ended") && !page.has("End session"),
        "{}",
        page.text()
    );
    cast.look_in("60").expect(303);
}

#[test]
fn an_owner_can_end_a_support_session_or_withdraw_consent_immediately() {
    let cast = Cast::set();
    cast.allow("on");
    cast.look_in("60").expect(303);
    let page = cast.olivia.get("/organizations/harbor/settings/support").expect(200);
    let action = page
        .all("form", "action")
        .into_iter()
        .find(|action| action.ends_with("/ending"))
        .expect("an end");
    cast.olivia.post(&action, &[]).expect(303);
    cast.olivia.post(&action, &[]).expect(303);
    cast.opal.get("/organizations/harbor").expect(404);
    cast.look_in("60").expect(303);
    cast.opal.get("/organizations/harbor").expect(200);
    cast.allow("off");
    cast.opal.get("/organizations/harbor").expect(404);
    // Turning support access on again does not revive an old session.
    cast.allow("on");
    cast.opal.get("/organizations/harbor").expect(404);
    assert_eq!(
        (cast.events("support.ended"), cast.events("support.consent_changed")),
        (2, 3)
    );
    cast.olivia
        .post("/organizations/harbor/settings/support", &[("allowed", "perhaps")])
        .expect(400);
}

#[test]
fn an_operator_who_is_a_member_cannot_view_as_support() {
    let cast = Cast::set();
    cast.allow("on");
    cast.app.fixtures(|fixtures| {
        let (harbor, opal) = (fixtures.organization_of("harbor"), fixtures.user("opal@instance.test"));
        fixtures.enrol(harbor, opal, "viewer", &[]);
    });
    cast.look_in("15")
        .expect(422)
        .expect_text("You are a member of this organization");
    let page = cast.opal.get("/organizations/harbor").expect(200);
    assert!(!page.has("as support"));
    // After the removal, an operator needs a support session again.
    let opal = cast.app.database.words(
        "SELECT m.id AS value FROM memberships m JOIN users u ON u.id = m.user_id WHERE u.email = 'opal@instance.test'",
    );
    cast.olivia
        .post(&format!("/organizations/harbor/members/{}/removal", opal[0]), &[])
        .expect(303);
    cast.opal.get("/organizations/harbor").expect(404);
    cast.look_in("15").expect(303);
    cast.opal
        .get("/organizations/harbor")
        .expect(200)
        .expect_text("as support");
}

/// Pages that require a membership.
const OF_MEMBERS: &[&str] = &["/organizations/{slug}/leaving"];

/// Pages of `org.profile.edit`, the only write permission of operators.
const PROFILE: &[&str] = &[
    "/organizations/{slug}/settings/general",
    "/organizations/{slug}/settings/contacts",
];

#[test]
fn a_support_session_allows_only_permitted_changes_on_every_route() {
    let app = TestApp::open();
    app.fixtures(|fixtures| fixtures.account("First Operator", "first@instance.test", true));
    let (reading, owning) = (
        Scenario::set(&app, "looks", "reading"),
        Scenario::set(&app, "owner", "owning"),
    );
    let owner = app.holder(owning.actor.as_ref().expect("an owner"));
    let mut changed = Vec::new();
    // A refused request changes nothing, so all of them share one scenario.
    let mut scenarios = (0..).map(|n| Scenario::set(&app, "looks", &format!("writing-{n}")));
    let mut scenario = scenarios.next().expect("for ever");
    let inside = ROUTES
        .iter()
        .filter(|route| route.path.starts_with("/organizations/{slug}"));
    for route in inside {
        if route.method == "GET" {
            let client = app.holder(reading.actor.as_ref().expect("an operator"));
            for client in [client.clone(), client.with("HX-Request", "true")] {
                let page = ask(&client, "GET", &reading.path(route.path, ""), &[]);
                let missing = page.status == 404
                    && !OF_MEMBERS.contains(&route.path)
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
            let client = app.holder(scenario.actor.as_ref().expect("an operator"));
            let path = scenario.path(route.path, "");
            let page = ask(&client, route.method, &path, &scenario.form(route.path));
            assert!(page.status < 500, "{}: {}", page.request, page.status);
            if page.status < 400 {
                changed.push(route.path);
            }
            if !matches!(page.status, 403 | 404) {
                scenario = scenarios.next().expect("for ever");
            }
        }
    }
    changed.retain(|path| !PROFILE.iter().any(|profile| path.starts_with(profile)));
    assert!(changed.is_empty(), "an operator changed something by {changed:#?}");
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
        ("roles.custom", "GET", "/organizations/{slug}/settings/roles"),
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
        let right = PermissionId::parse(key).unwrap_or_else(|| panic!("{key} is no permission"));
        let allowed = right.mark(Column::Operator) == 's';
        let scenario = Scenario::set(&app, "looks", &format!("cell-{n}"));
        let client = app.holder(scenario.actor.as_ref().expect("an operator"));
        let form = if *method == "GET" {
            Vec::new()
        } else {
            scenario.form(path)
        };
        let page = ask(&client, method, &scenario.path(path, ""), &form);
        assert_eq!(
            page.status < 400,
            allowed,
            "{key}: {} gives {}",
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
    let cast = Cast::set();
    let id = cast
        .app
        .database
        .words("SELECT id AS value FROM users WHERE email = 'olivia@harbor.test'")[0]
        .clone();
    let path = format!("/operator/users/{id}");
    let found = cast.opal.get("/operator/users?q=OLIVIA").expect(200);
    assert_eq!(found.texts("tbody th .who__name"), ["Olivia Hart"]);
    let page = cast.opal.get(&path).expect(200);
    assert!(
        page.has("Member of") && page.has("1 organization") && page.has("1 active session"),
        "{}",
        page.text()
    );
    let page = cast
        .opal
        .post(&format!("{path}/limit"), &[("limit", "many")])
        .expect(422);
    assert!(page.field_error("limit").is_some() && page.value_of("limit").as_deref() == Some("many"));
    cast.opal
        .post(&format!("{path}/limit"), &[("limit", "1")])
        .expect_redirect(&path);
    assert_eq!(cast.opal.get(&path).value_of("limit").as_deref(), Some("1"));
    cast.olivia
        .get("/organizations/new")
        .expect(200)
        .expect_text("Request another organization");
    cast.opal
        .post(&format!("{path}/sessions/ending"), &[])
        .expect_redirect(&path);
    cast.olivia.get("/organizations").expect(303);
    let events = cast.app.database.words(&format!(
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
    let own = cast
        .app
        .database
        .words("SELECT id AS value FROM users WHERE email = 'opal@instance.test'")[0]
        .clone();
    cast.app.enter("opal@instance.test");
    cast.opal
        .post(&format!("/operator/users/{own}/sessions/ending"), &[])
        .expect(303);
    cast.opal
        .get(&format!("/operator/users/{own}"))
        .expect(200)
        .expect_text("1 active session");
    cast.opal.get("/operator/users/nobody").expect(404);
}

#[test]
fn removing_an_operator_ends_their_support_sessions() {
    let cast = Cast::set();
    cast.allow("on");
    let id = |email: &str| {
        cast.app
            .database
            .words(&format!("SELECT id AS value FROM users WHERE email = '{email}'"))[0]
            .clone()
    };
    cast.app.fixtures(|fixtures| {
        fixtures.account("Quinn Late", "quinn@instance.test", false);
        fixtures.account("Sam Second", "sam@instance.test", true);
    });
    let (opal, sam) = (id("opal@instance.test"), id("sam@instance.test"));
    cast.opal
        .post(
            &format!("/operator/users/{}/appointment", id("quinn@instance.test")),
            &[],
        )
        .expect(422)
        .expect_text("isn’t verified");
    cast.opal
        .post(&format!("/operator/users/{opal}/dismissal"), &[])
        .expect(422)
        .expect_text("This is the only operator");
    let second = cast.app.enter("sam@instance.test");
    second.get("/operator").expect(404);
    cast.opal
        .post(&format!("/operator/users/{sam}/appointment"), &[])
        .expect(303);
    second.get("/operator").expect(200);
    cast.look_in("60").expect(303);
    second
        .post(&format!("/operator/users/{opal}/dismissal"), &[])
        .expect(303);
    cast.opal.get("/operator").expect(404);
    cast.opal.get("/organizations/harbor").expect(404);
    assert_eq!(cast.events("support.ended"), 1);
    let dismissed = format!(
        "SELECT count(*) AS value FROM account_events WHERE user_id = '{opal}' AND action = 'account.operator_dismissed'"
    );
    assert_eq!(cast.app.database.number(&dismissed), 1);
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
                let ticket = app.fixtures(|fixtures| {
                    let user = if round == 0 && n > 0 {
                        fixtures.account(&format!("Operator {n}"), &email, true)
                    } else {
                        fixtures.user(&email)
                    };
                    fixtures.appoint(user);
                    (user.to_string(), fixtures.ticket(user))
                });
                (ticket.0, app.holder(&ticket.1))
            })
            .collect();
        let jobs = (0..people.len())
            .map(|n| {
                let (client, other) = (&people[n].1, &people[(n + 1) % people.len()].0);
                move || client.post(&format!("/operator/users/{other}/dismissal"), &[]).status
            })
            .collect();
        let answers = at_once(jobs);
        assert!(
            answers.iter().all(|status| matches!(status, 303 | 404 | 422)),
            "{answers:?}"
        );
        let left = app
            .database
            .number("SELECT count(*) AS value FROM users WHERE is_operator");
        assert!(left >= 1, "round {round}: nobody runs the instance: {answers:?}");
    }
}

#[test]
fn withdrawing_consent_in_parallel_leaves_no_active_session() {
    let cast = Cast::set();
    let running = "SELECT count(*) AS value FROM support_sessions WHERE ended_at IS NULL";
    let mut begun = 0;
    for _ in 0..40 {
        let (harbor, opal) = cast.app.fixtures(|fixtures| {
            let (harbor, opal) = (fixtures.organization_of("harbor"), fixtures.user("opal@instance.test"));
            fixtures.consent(harbor, true);
            (harbor, opal)
        });
        let app = &cast.app;
        let jobs: Vec<Box<dyn FnOnce() -> bool + Send + '_>> = vec![
            Box::new(|| app.fixtures(|fixtures| fixtures.look_in(harbor, opal)).is_some()),
            Box::new(|| {
                app.fixtures(|fixtures| fixtures.consent(harbor, false));
                false
            }),
        ];
        begun += at_once(jobs).into_iter().filter(|began| *began).count();
        assert_eq!(app.database.number(running), 0);
    }
    assert!(begun > 0, "no session ever came first");
}

#[test]
fn an_email_preview_is_sandboxed_and_hides_its_secret() {
    let app = TestApp::with_smtp(|_| {});
    app.smtp().busy();
    let cast = Cast::in_house(app);
    let token = cast.app.fixtures(|fixtures| {
        let (harbor, olivia) = (fixtures.organization_of("harbor"), fixtures.user("olivia@harbor.test"));
        fixtures.invitation(harbor, olivia, "noah@harbor.test", "viewer", &[]).1
    });
    let list = cast.opal.get("/operator/mail?q=noah@harbor.test").expect(200);
    assert_eq!(list.texts("tbody tr").len(), 1);
    let path = list.all("tbody th a", "href")[0].clone();
    let page = cast.opal.get(&path).expect(200);
    assert!(page.has("{{token}}") && !page.body.contains(&token));
    assert_eq!(page.all("iframe", "sandbox"), [""]);
    assert_eq!(page.all("iframe", "src"), [format!("{path}/preview")]);
    assert!(page.header("content-security-policy").contains("frame-src 'self'"));
    assert!(
        page.header("content-security-policy")
            .contains("frame-ancestors 'none'")
    );
    let preview = cast.opal.get(&format!("{path}/preview")).expect(200);
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
    let usual = cast.opal.get("/operator/mail").expect(200);
    assert!(!usual.header("content-security-policy").contains("frame-src"));
    assert!(
        usual
            .header("content-security-policy")
            .contains("frame-ancestors 'none'")
    );
    let seed = cast
        .app
        .database
        .words("SELECT seed AS value FROM mail_outbox WHERE seed IS NOT NULL")[0]
        .clone();
    assert!(!page.body.contains(&seed) && !preview.body.contains(&seed));
    cast.opal.get("/operator/mail/nothing").expect(404);
    cast.opal.get("/operator/mail/nothing/preview").expect(404);
}

#[test]
fn a_failed_email_can_be_retried_once() {
    let app = TestApp::with_smtp(|_| {});
    let cast = Cast::in_house(app);
    cast.app.smtp().refuse("noah@harbor.test");
    cast.app.fixtures(|fixtures| {
        let (harbor, olivia) = (fixtures.organization_of("harbor"), fixtures.user("olivia@harbor.test"));
        fixtures.invitation(harbor, olivia, "noah@harbor.test", "viewer", &[]);
    });
    cast.app.work_mail();
    let list = cast.opal.get("/operator/mail?state=bounced").expect(200);
    let path = list.all("tbody th a", "href")[0].clone();
    let page = cast.opal.get(&path).expect(200).expect_text("The last attempt failed");
    assert!(page.has("Address refused"), "{}", page.text());
    assert!(cast.opal.get("/operator").has("1 failed or bounced"));
    cast.app.smtp().accept();
    cast.opal.post(&format!("{path}/retry"), &[]).expect_redirect(&path);
    cast.app.mail_to("noah@harbor.test");
    cast.opal.get(&path).expect(200).expect_text("The content was deleted");
    cast.opal
        .get(&format!("{path}/preview"))
        .expect(200)
        .expect_text("The content was deleted");
    // A sent email is not sent twice.
    cast.opal.post(&format!("{path}/retry"), &[]).expect(303);
    assert_eq!(cast.app.letters_to("noah@harbor.test").len(), 1);
    let retried = "SELECT count(*) AS value FROM account_events d JOIN users u ON u.id = d.user_id WHERE u.email = 'opal@instance.test' AND action = 'mail.retried'";
    assert_eq!(cast.app.database.number(retried), 1);
}
