//! Resources and settings of companies by the API: what a key reads, creates and changes, and what it is told when a document is
//! wrong.

use serde_json::{Value, json};

use crate::api_test::{document, organization, problem, program};
use crate::harness::client::Client;
use crate::harness::page::Page;
use crate::harness::test_app::TestApp;

const PATH: &str = "/api/v1/resources";

fn send(client: &Client, method: &str, path: &str, body: &Value) -> Page {
    client.send(
        method,
        path,
        &[("Content-Type", "application/json")],
        Some(body.to_string()),
    )
}

#[track_caller]
fn create(client: &Client, body: &Value) -> Value {
    document(&send(client, "POST", PATH, body).expect(201))
}

fn names(client: &Client, query: &str) -> Vec<String> {
    let list = document(&client.get(&format!("{PATH}?{query}")).expect(200));
    let rows = list["data"].as_array().expect("a list");
    rows.iter()
        .map(|row| row["name"].as_str().expect("a name").to_owned())
        .collect()
}

#[test]
fn a_program_creates_changes_archives_and_restores_resources() {
    let app = TestApp::open();
    let (_, key) = organization(&app, "stock-api", &["Harbor", "Atlas"]);
    let number = send(
        &key,
        "POST",
        PATH,
        &json!({ "kind": "phone_number", "number": "+49 30 901820", "company": "harbor", "external_ref": "pbx:7" }),
    )
    .expect(201);
    let made = document(&number);
    let id = made["id"].as_str().expect("an id").to_owned();
    assert!(number.header("location").ends_with(&format!("{PATH}/{id}")));
    assert_eq!(made["name"], "+4930901820");
    assert_eq!(
        (&made["company"], &made["status"], &made["read_only"]),
        (&json!("harbor"), &json!("active"), &json!(false))
    );
    assert_eq!(document(&key.get(&format!("{PATH}/{id}")).expect(200)), made);
    let source = create(
        &key,
        &json!({ "kind": "knowledge_source", "name": "Help", "source": "url", "url": "https://help.example/", "sync_status": "pending" }),
    );
    assert_eq!((&source["company"], &source["synced_at"]), (&Value::Null, &Value::Null));
    let source = format!("{PATH}/{}", source["id"].as_str().expect("an id"));
    let synced = document(&send(&key, "PATCH", &source, &json!({ "sync_status": "synced" })).expect(200));
    assert!(
        synced["synced_at"].as_str().is_some_and(|at| at.ends_with('Z')),
        "{synced}"
    );
    let failed = document(&send(&key, "PATCH", &source, &json!({ "sync_status": "failed" })).expect(200));
    assert_eq!(
        (&failed["sync_status"], &failed["synced_at"]),
        (&json!("failed"), &synced["synced_at"])
    );
    let read = json!({ "source": "text", "text": "Opening hours: nine to five", "url": null, "sync_status": null });
    let text = document(&send(&key, "PATCH", &source, &read).expect(200));
    assert_eq!(
        (&text["url"], &text["sync_status"], &text["name"]),
        (&Value::Null, &Value::Null, &json!("Help"))
    );

    assert_eq!(names(&key, ""), ["+4930901820", "Help"]);
    assert_eq!(names(&key, "kind=phone_number"), ["+4930901820"]);
    assert_eq!(names(&key, "company=atlas"), Vec::<String>::new());
    assert_eq!(names(&key, "company=harbor&limit=1"), ["+4930901820"]);
    let archived = document(
        &key.send("POST", &format!("{PATH}/{id}/archiving"), &[], None)
            .expect(200),
    );
    assert_eq!(archived["status"], "archived");
    assert_eq!(names(&key, "archived=true"), ["+4930901820"]);
    let page = send(&key, "PATCH", &format!("{PATH}/{id}"), &json!({ "name": "Line" })).expect(409);
    assert_eq!(problem(&page), "resource-archived");
    let restored = document(
        &key.send("POST", &format!("{PATH}/{id}/restoring"), &[], None)
            .expect(200),
    );
    assert_eq!(
        (&restored["status"], &restored["archived_at"]),
        (&json!("active"), &Value::Null)
    );
    let page = key.get(&format!("{PATH}?limit=1")).expect(200);
    assert!(page.header("link").contains("rel=\"next\""));
    app.expect_healthy();
}

#[test]
fn a_wrong_document_of_a_resource_is_refused_by_its_field() {
    let app = TestApp::open();
    let (_, key) = organization(&app, "stock-wrong", &["Harbor", "Old"]);
    app.fixtures(|fixtures| {
        let organization = fixtures.organization_of("stock-wrong");
        let old = fixtures.company_of(organization, "old");
        fixtures.archive(organization, old);
    });
    organization(&app, "stock-others", &["Their"]);
    create(
        &key,
        &json!({ "kind": "agent", "name": "First", "external_ref": "crm:1" }),
    );
    for (body, kind, field) in [
        (json!({ "name": "X" }), "invalid-value", "kind"),
        (json!({ "kind": "spaceship", "name": "X" }), "invalid-value", "kind"),
        (json!({ "kind": "agent" }), "invalid-value", "name"),
        (
            json!({ "kind": "agent", "name": "X", "colour": "red" }),
            "unknown-field",
            "colour",
        ),
        (
            json!({ "kind": "agent", "name": "X", "number": "+4930901820" }),
            "invalid-value",
            "number",
        ),
        (
            json!({ "kind": "agent", "name": "X", "sync_status": "synced" }),
            "invalid-value",
            "sync_status",
        ),
        (
            json!({ "kind": "agent", "name": "X", "external_ref": "crm:1" }),
            "invalid-value",
            "external_ref",
        ),
        (
            json!({ "kind": "agent", "name": "X", "company": "their" }),
            "invalid-value",
            "company",
        ),
        (json!({ "kind": "agent", "name": 7 }), "invalid-value", "name"),
        (
            json!({ "kind": "phone_number", "number": "030" }),
            "invalid-value",
            "number",
        ),
        (
            json!({ "kind": "knowledge_source", "name": "X", "source": "radio" }),
            "invalid-value",
            "source",
        ),
        (
            json!({ "kind": "knowledge_source", "name": "X", "source": "file", "file_name": "a.pdf", "sync_status": "synced", "synced_at": "2999-01-01T00:00:00Z" }),
            "invalid-value",
            "synced_at",
        ),
    ] {
        let page = send(&key, "POST", PATH, &body).expect(422);
        assert_eq!(problem(&page), kind, "{body}: {}", page.body);
        let answer: Value = serde_json::from_slice(&page.bytes).expect("JSON");
        assert_eq!(
            answer["field"].as_str().unwrap_or_default(),
            field,
            "{body}: {}",
            page.body
        );
    }
    let page = send(
        &key,
        "POST",
        PATH,
        &json!({ "kind": "agent", "name": "X", "company": "old" }),
    )
    .expect(409);
    assert_eq!(problem(&page), "company-archived");
    for query in ["kind=spaceship", "archived=maybe", "company=their", "colour=red"] {
        key.get(&format!("{PATH}?{query}")).expect(422);
    }
    for id in ["nothing", "00000000000070008000000000000000"] {
        key.get(&format!("{PATH}/{id}")).expect(404);
        send(&key, "PATCH", &format!("{PATH}/{id}"), &json!({})).expect(404);
    }
    assert_eq!(names(&key, ""), ["First"]);
    app.expect_healthy();
}

#[test]
fn a_key_reaches_the_resources_of_its_organization_and_company() {
    let app = TestApp::open();
    let (mine, key) = organization(&app, "stock-mine", &["Harbor", "Atlas"]);
    let (_, theirs) = organization(&app, "stock-theirs", &["Harbor"]);
    let own = create(
        &key,
        &json!({ "kind": "agent", "name": "In harbor", "company": "harbor" }),
    );
    create(
        &key,
        &json!({ "kind": "agent", "name": "In atlas", "company": "atlas" }),
    );
    let shared = create(&key, &json!({ "kind": "agent", "name": "Everywhere" }));
    let of = |document: &Value| format!("{PATH}/{}", document["id"].as_str().expect("an id"));
    for method in ["GET", "PATCH"] {
        theirs
            .send(
                method,
                &of(&own),
                &[("Content-Type", "application/json")],
                (method == "PATCH").then(|| "{}".to_owned()),
            )
            .expect(404);
    }
    let limited = app.fixtures(|fixtures| {
        let user = fixtures.user("olivia@stock-mine.test");
        let harbor = fixtures.company_of(mine, "harbor");
        fixtures
            .api_key(mine, user, "resources:read resources:write", Some(harbor))
            .1
    });
    let limited = program(&app, &limited);
    assert_eq!(names(&limited, ""), ["Everywhere", "In harbor"]);
    send(&limited, "PATCH", &of(&own), &json!({ "name": "Renamed" })).expect(200);
    send(&limited, "PATCH", &of(&shared), &json!({ "name": "Renamed" })).expect(403);
    let page = send(&limited, "POST", PATH, &json!({ "kind": "agent", "name": "X" })).expect(422);
    assert!(page.body.contains("\"company\""), "{}", page.body);
    send(
        &limited,
        "POST",
        PATH,
        &json!({ "kind": "agent", "name": "X", "company": "atlas" }),
    )
    .expect(422);
    create(
        &limited,
        &json!({ "kind": "agent", "name": "Made", "company": "harbor" }),
    );
    app.expect_healthy();
}

#[test]
fn a_program_reads_what_applies_to_a_company() {
    let app = TestApp::open();
    let (_, key) = organization(&app, "stock-applies", &["Harbor", "Atlas"]);
    for body in [
        json!({ "kind": "knowledge_source", "name": "Handbook", "source": "url", "url": "https://help.example/" }),
        json!({ "kind": "agent", "name": "Front desk" }),
        json!({ "kind": "agent", "name": "Night desk", "company": "harbor" }),
        json!({ "kind": "agent", "name": "Elsewhere", "company": "atlas" }),
    ] {
        create(&key, &body);
    }
    let applying = || names(&key, "company=harbor&shared=true");
    assert_eq!(names(&key, "company=harbor"), ["Night desk"]);
    assert_eq!(applying(), ["Front desk", "Handbook", "Night desk"]);
    let settings = "/api/v1/companies/harbor/settings";
    let set = document(&send(&key, "PATCH", settings, &json!({ "knowledge": "own" })).expect(200));
    assert_eq!(set["knowledge"], "own");
    assert_eq!(applying(), ["Front desk", "Night desk"]);
    let back = document(&send(&key, "PATCH", settings, &json!({ "knowledge": null })).expect(200));
    assert_eq!(back["knowledge"], "shared");
    assert_eq!(applying(), ["Front desk", "Handbook", "Night desk"]);
    for query in ["shared=yes", "shared=", "archived=", "kind="] {
        assert_eq!(
            problem(&key.get(&format!("{PATH}?{query}")).expect(422)),
            "invalid-value",
            "{query}"
        );
    }
}

#[test]
fn a_program_reads_and_sets_the_settings_of_a_company() {
    let app = TestApp::open();
    let (_, key) = organization(&app, "stock-settings", &["Harbor", "Atlas"]);
    let path = "/api/v1/companies/harbor/settings";
    let present = document(&key.get(path).expect(200));
    assert_eq!(
        present["inherited"],
        json!(["timezone", "hours", "sender_ids", "agents", "knowledge"])
    );
    assert_eq!((&present["timezone"], &present["hours"]), (&json!("UTC"), &Value::Null));
    let hours = json!({ "monday": [{ "from": "09:00", "to": "12:30" }] });
    let body =
        json!({ "external_ref": "crm:7", "timezone": "Europe/Berlin", "hours": hours, "sender_ids": ["Harbor"] });
    let set = document(&send(&key, "PATCH", path, &body).expect(200));
    assert_eq!(set["inherited"], json!(["agents", "knowledge"]));
    assert_eq!(set["hours"]["monday"], hours["monday"]);
    assert_eq!(set["hours"]["sunday"], json!([]));
    assert_eq!(document(&key.get(path).expect(200)), set);
    let back = json!({ "timezone": null, "external_ref": null });
    let back = document(&send(&key, "PATCH", path, &back).expect(200));
    assert_eq!(
        (&back["timezone"], &back["external_ref"]),
        (&json!("UTC"), &Value::Null)
    );
    assert_eq!(back["sender_ids"], json!(["Harbor"]));
    for (body, field) in [
        (json!({ "external_ref": "atlas" }), "external_ref"),
        (json!({ "external_ref": "a b" }), "external_ref"),
        (json!({ "timezone": "Mars" }), "timezone"),
        (json!({ "sender_ids": ["a-b"] }), "sender_ids"),
        (json!({ "agents": "sometimes" }), "agents"),
        (json!({ "knowledge": "all" }), "knowledge"),
        (
            json!({ "hours": { "monday": [{ "from": "17:00", "to": "09:00" }] } }),
            "hours",
        ),
        (json!({ "color": "red" }), "color"),
    ] {
        let page = send(&key, "PATCH", path, &body).expect(422);
        problem(&page);
        let answer: Value = serde_json::from_slice(&page.bytes).expect("JSON");
        assert_eq!(
            answer["field"].as_str().unwrap_or_default(),
            field,
            "{body}: {}",
            page.body
        );
    }
    app.database
        .execute("UPDATE companies SET status = 'archived', archived_at = 1 WHERE slug = 'atlas'");
    let page = send(
        &key,
        "PATCH",
        "/api/v1/companies/atlas/settings",
        &json!({ "agents": "never" }),
    )
    .expect(409);
    assert_eq!(problem(&page), "company-archived");
}
