//! Requests to the API that come again: one change, one answer.

use std::time::Duration;

use serde_json::{Value, json};

use crate::api_test::{EVERY_SCOPE, document, organization, problem, program, send};
use crate::harness::client::Client;
use crate::harness::fixtures::simultaneously;
use crate::harness::page::Page;
use crate::harness::people::{PASSWORD, create_organization};
use crate::harness::rounds;
use crate::harness::server_process::ServerProcess;
use crate::harness::test_app::TestApp;

const COMPANIES: &str = "/api/v1/companies";

fn keyed(program: &Client, key: &str) -> Client {
    program.with("Idempotency-Key", key)
}

fn create(program: &Client, key: &str, name: &str) -> Page {
    send(
        &keyed(program, key),
        "POST",
        COMPANIES,
        &json!({ "name": name }).to_string(),
    )
}

fn companies(app: &TestApp, organization: &impl std::fmt::Display) -> i64 {
    app.database.number(&format!(
        "SELECT count(*) AS value FROM companies WHERE organization_id = '{organization}' AND name NOT LIKE '% company'"
    ))
}

#[test]
fn a_request_that_comes_again_changes_nothing_and_gets_the_first_answer() {
    let app = TestApp::shared();
    let (organization, program) = organization(app, "again", &[]);
    let first = create(&program, "one", "Harbor").expect(201);
    assert_eq!(first.header("location"), "/api/v1/companies/harbor");
    assert_eq!(first.header("idempotency-replayed"), "");
    let again = create(&program, "one", "Harbor").expect(201);
    assert_eq!(again.header("idempotency-replayed"), "true");
    assert_eq!(again.header("location"), first.header("location"));
    assert_eq!(again.header("content-type"), "application/json");
    assert_eq!(again.body, first.body);
    assert_eq!(companies(app, &organization), 1);
    let events = app.database.number(&format!(
        "SELECT count(*) AS value FROM audit_events WHERE organization_id = '{organization}' AND action = 'company.created'"
    ));
    assert_eq!(events, 1);
    // A key of its own is another request.
    create(&program, "two", "Atlas").expect(201);
    // Without a key, each request is a new one.
    let body = r#"{"name":"Atlas"}"#;
    assert_eq!(
        problem(&send(&program, "POST", COMPANIES, body).expect(409)),
        "name-taken"
    );
    app.expect_healthy();
}

#[test]
fn another_request_with_the_same_key_is_refused() {
    let app = TestApp::shared();
    let (organization, program) = organization(app, "reused", &["Atlas"]);
    create(&program, "one", "Harbor").expect(201);
    let other = create(&program, "one", "Other").expect(422);
    assert_eq!(problem(&other), "idempotency-key-reused");
    assert_eq!(document_of(&other)["field"], "Idempotency-Key");
    let keyed = keyed(&program, "one");
    for (method, path) in [
        ("POST", "/api/v1/companies/atlas/archiving"),
        ("PATCH", "/api/v1/companies/atlas"),
    ] {
        assert_eq!(
            problem(&send(&keyed, method, path, r#"{"name":"Harbor"}"#).expect(422)),
            "idempotency-key-reused"
        );
    }
    // The first answer stays.
    create(&program, "one", "Harbor").expect(201);
    assert_eq!(companies(app, &organization), 2);
}

fn document_of(page: &Page) -> Value {
    serde_json::from_slice(&page.bytes).expect("JSON")
}

#[test]
fn each_api_key_has_idempotency_keys_of_its_own() {
    let app = TestApp::shared();
    let (organization, first) = organization(app, "own-keys", &[]);
    let second = app.fixtures(|fixtures| {
        let olivia = fixtures.user("olivia@own-keys.test");
        fixtures.api_key(organization, olivia, EVERY_SCOPE, None).1
    });
    let second = program(app, &second);
    create(&first, "one", "Harbor").expect(201);
    create(&second, "one", "Atlas").expect(201);
    assert_eq!(companies(app, &organization), 2);
}

#[test]
fn an_error_of_the_client_is_kept_and_a_refusal_is_not() {
    let app = TestApp::shared();
    let (organization, program) = organization(app, "kept", &["Harbor"]);
    // A conflict, a wrong value, no JSON, and what does not exist.
    let conflict = create(&program, "conflict", "Harbor").expect(409);
    let invalid = create(&program, "invalid", "").expect(422);
    let unreadable = send(&keyed(&program, "unreadable"), "POST", COMPANIES, "[").expect(400);
    let missing = send(
        &keyed(&program, "missing"),
        "POST",
        "/api/v1/companies/atlas/archiving",
        "",
    )
    .expect(404);
    app.signed_in("olivia@kept.test")
        .post(
            "/organizations/kept/companies/harbor/settings",
            &[("name", "Haven"), ("slug", "harbor")],
        )
        .expect(303);
    create(&program, "atlas", "Atlas").expect(201);
    for (first, again) in [
        (conflict, create(&program, "conflict", "Harbor")),
        (invalid, create(&program, "invalid", "")),
        (unreadable, send(&keyed(&program, "unreadable"), "POST", COMPANIES, "[")),
        (
            missing,
            send(
                &keyed(&program, "missing"),
                "POST",
                "/api/v1/companies/atlas/archiving",
                "",
            ),
        ),
    ] {
        assert_eq!(again.status, first.status, "{}", again.body);
        assert_eq!(again.body, first.body);
        assert_eq!(again.header("content-type"), "application/problem+json");
        assert_eq!(again.header("idempotency-replayed"), "true");
    }
    // What a permission decides is decided again.
    let viewer = app.fixtures(|fixtures| {
        let vera = fixtures.account("Vera Lund", "vera@kept.test", true);
        let member = fixtures.add_member(organization, vera, "viewer", &[]);
        (fixtures.api_key(organization, vera, EVERY_SCOPE, None).1, member)
    });
    let vera = crate::api_test::program(app, &viewer.0);
    assert_eq!(
        problem(&create(&vera, "later", "Cove").expect(403)),
        "missing-permission"
    );
    send(
        &program,
        "PATCH",
        &format!("/api/v1/members/{}", viewer.1),
        r#"{"role":"admin"}"#,
    )
    .expect(200);
    create(&vera, "later", "Cove").expect(201);
}

#[test]
fn a_repeated_change_of_a_slug_gets_its_answer_at_the_earlier_address() {
    let app = TestApp::shared();
    let (organization, program) = organization(app, "renamed", &["Harbor"]);
    let rename = || {
        send(
            &keyed(&program, "rename"),
            "PATCH",
            "/api/v1/companies/harbor",
            r#"{"slug":"haven"}"#,
        )
    };
    let first = document(&rename().expect(200));
    assert_eq!(first["slug"], "haven");
    assert_eq!(document(&rename().expect(200)), first);
    // Who may not see the company any more is not told what became of it.
    let noah = app.fixtures(|fixtures| {
        let noah = fixtures.account("Noah Brandt", "noah@renamed.test", true);
        let haven = fixtures.company_of(organization, "haven");
        let member = fixtures.add_member(organization, noah, "member", &[(haven, "manager")]);
        (fixtures.api_key(organization, noah, EVERY_SCOPE, None).1, member)
    });
    let noahs = crate::api_test::program(app, &noah.0);
    let change = || {
        send(
            &keyed(&noahs, "name"),
            "PATCH",
            "/api/v1/companies/haven",
            r#"{"name":"Cove"}"#,
        )
    };
    change().expect(200);
    change().expect(200);
    send(
        &program,
        "DELETE",
        &format!("/api/v1/members/{}/companies/haven", noah.1),
        "",
    )
    .expect(204);
    change().expect(403);
}

#[test]
fn a_key_is_1_to_255_visible_characters() {
    let app = TestApp::shared();
    let (_, program) = organization(app, "visible", &[]);
    create(&program, &"k".repeat(255), "Harbor").expect(201);
    create(&program, "!~\"quoted\"", "Atlas").expect(201);
    for wrong in [&"k".repeat(256), "two words", "tab\tkey"] {
        let page = create(&program, wrong, "Cove").expect(422);
        assert_eq!(problem(&page), "invalid-value");
        assert_eq!(document_of(&page)["field"], "Idempotency-Key");
    }
    // A request that changes nothing takes no notice of it.
    keyed(&program, "two words").get(COMPANIES).expect(200);
}

#[test]
fn an_answer_is_kept_for_24_hours() {
    let app = TestApp::open();
    let (_, program) = organization(&app, "day", &[]);
    create(&program, "one", "Harbor").expect(201);
    let kept = || app.database.number("SELECT count(*) AS value FROM api_answers");
    app.advance(Duration::from_secs(24 * 3600 - 60));
    app.sweep();
    create(&program, "one", "Harbor").expect(201);
    assert_eq!(kept(), 1);
    app.advance(Duration::from_secs(120));
    // Before the job, too, the answer does not count any more.
    assert_eq!(problem(&create(&program, "one", "Harbor").expect(409)), "name-taken");
    app.advance(Duration::from_secs(25 * 3600));
    app.sweep();
    assert_eq!(kept(), 0);
}

#[test]
fn requests_at_the_same_time_make_one_change() {
    let app = TestApp::shared();
    let (organization, program) = organization(app, "at-once", &[]);
    for round in 0..rounds(20, 5) {
        let (key, name) = (format!("key-{round}"), format!("Company {round}"));
        let requests: Vec<_> = (0..8)
            .map(|_| {
                let (program, key, name) = (&program, &key, &name);
                move || create(program, key, name)
            })
            .collect();
        let answers = simultaneously(requests);
        let first = create(&program, &key, &name).expect(201);
        for answer in answers {
            match answer.status {
                201 => assert_eq!(answer.body, first.body),
                409 => {
                    assert_eq!(problem(&answer), "request-running");
                    assert_eq!(answer.header("retry-after"), "1");
                }
                other => panic!("{other}: {}", answer.body),
            }
        }
        assert_eq!(companies(app, &organization), i64::try_from(round + 1).unwrap());
    }
}

#[test]
fn a_request_that_is_still_running_is_not_begun_again() {
    let app = TestApp::open();
    let (_, program) = organization(&app, "running", &[]);
    // The first request waits for the database.
    let (first, second) = app.database.while_locked("companies", || {
        let first = std::thread::spawn({
            let program = program.clone();
            move || create(&program, "one", "Harbor")
        });
        std::thread::sleep(Duration::from_millis(300));
        let second = create(&program, "one", "Harbor");
        (first, second)
    });
    assert_eq!(problem(&second.expect(409)), "request-running");
    let first = first.join().expect("the first request").expect(201);
    assert_eq!(create(&program, "one", "Harbor").expect(201).body, first.body);
}

#[test]
fn usage_that_is_refused_as_a_whole_is_refused_again() {
    let app = TestApp::shared();
    let (_, program) = organization(app, "usage-again", &["Harbor"]);
    let event = |subject: &str| {
        json!({
            "specversion": "1.0", "id": "1", "source": "dialer", "type": "calls", "subject": subject, "data": { "quantity": 1 },
        })
        .to_string()
    };
    let post = |key: &str, subject: &str| {
        let kind = [("Content-Type", "application/cloudevents+json")];
        keyed(&program, key).send("POST", "/api/v1/events?mode=all", &kind, Some(event(subject)))
    };
    let refused = post("refused", "nowhere").expect(422);
    assert_eq!(refused.header("content-type"), "application/json");
    let again = post("refused", "nowhere").expect(422);
    assert_eq!(
        (again.body.clone(), again.header("idempotency-replayed").to_owned()),
        (refused.body, "true".to_owned())
    );
    let kept = post("kept", "harbor").expect(200);
    // The same event would be a duplicate; the same request has the same answer.
    assert_eq!(post("kept", "harbor").expect(200).body, kept.body);
    assert_eq!(document(&post("other", "harbor").expect(200))["duplicates"], 1);
}

/// An organization of a server, and a key of its owner.
fn owner_with_key(server: &ServerProcess) -> Client {
    let client = server.client();
    let fields = [
        ("name", "Olivia Hart"),
        ("email", "olivia@kill.test"),
        ("password", PASSWORD),
        ("terms", "on"),
    ];
    client.post("/signup", &fields).expect(303);
    let link = server.mail_to("olivia@kill.test").link("/verify/");
    client.post(&link, &[]).expect(303);
    create_organization(&client, "Kill", "kill", "olivia@kill.test");
    let keys = "/organizations/kill/settings/developers";
    let fields = [
        ("name", "Sync"),
        ("scopes", "companies:write"),
        ("scopes", "companies:read"),
    ];
    let page = client
        .post(&format!("{keys}/keys"), &fields)
        .expect(303)
        .follow(&client);
    let key = page.all("[data-key]", "data-key").first().expect("a key").clone();
    client.with("Authorization", &format!("Bearer {key}"))
}

#[test]
fn a_killed_server_leaves_no_answer_without_its_change_and_no_change_without_its_answer() {
    let mut server = ServerProcess::spawn();
    let program = owner_with_key(&server);
    let count =
        |what: &str, server: &ServerProcess| server.database.number(&format!("SELECT count(*) AS value FROM {what}"));
    for round in 0..rounds(30, 6) {
        let total = 8;
        let writers: Vec<_> = (0..total)
            .map(|at| {
                let program = program.clone();
                std::thread::spawn(move || {
                    let name = format!("Company {round} {at}");
                    create(&program, &format!("{round}-{at}"), &name);
                })
            })
            .collect();
        std::thread::sleep(Duration::from_millis(3 * (round as u64 % 7)));
        server.kill();
        for writer in writers {
            // The connection of some breaks.
            let _ = writer.join();
        }
        assert_eq!(
            count("companies WHERE name LIKE 'Company %'", &server),
            count("api_answers", &server),
            "round {round}"
        );
        server.start();
        for at in 0..total {
            let name = format!("Company {round} {at}");
            create(&program, &format!("{round}-{at}"), &name).expect(201);
        }
        let all = i64::try_from((round + 1) * total).unwrap();
        assert_eq!(
            count("companies WHERE name LIKE 'Company %'", &server),
            all,
            "round {round}"
        );
        assert_eq!(count("api_answers", &server), all, "round {round}");
    }
}
