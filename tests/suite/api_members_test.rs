//! Companies, members and invitations through the API: the same rules as on the pages.

use serde_json::{Value, json};
use tenantry::db::types::org_id::OrgId;

use crate::api_test::{EVERY_SCOPE, document, organization, problem, program, send};
use crate::harness::client::Client;
use crate::harness::page::Page;
use crate::harness::test_app::TestApp;

/// The words of a field of the rows.
fn all(page: &Page, field: &str) -> Vec<String> {
    let rows = document(page)["data"].as_array().expect("a list").clone();
    rows.iter()
        .map(|row| row[field].as_str().expect("a text").to_owned())
        .collect()
}

fn field(page: &Page) -> String {
    let document: Value = serde_json::from_slice(&page.bytes).expect("JSON");
    document["field"].as_str().unwrap_or_default().to_owned()
}

/// A member with a role, and their id.
fn member(app: &TestApp, organization: OrgId, email: &str, role: &str, companies: &[(&str, &str)]) -> String {
    app.fixtures(|fixtures| {
        let companies: Vec<_> = companies
            .iter()
            .map(|(slug, role)| (fixtures.company_of(organization, slug), *role))
            .collect();
        let name = email.split('@').next().unwrap_or_default();
        let user = fixtures.account(&format!("{name} of the API"), email, true);
        fixtures.add_member(organization, user, role, &companies).to_string()
    })
}

fn key_of(app: &TestApp, organization: OrgId, email: &str, scopes: &str) -> Client {
    let key = app.fixtures(|fixtures| {
        let user = fixtures.user(email);
        fixtures.api_key(organization, user, scopes, None).1
    });
    program(app, &key)
}

#[test]
fn a_company_is_created_changed_archived_and_restored() {
    let app = TestApp::open();
    let (_, program) = organization(&app, "co-api", &[]);
    let created = send(&program, "POST", "/api/v1/companies", r#"{"name":"Harbor Recovery"}"#).expect(201);
    assert_eq!(created.header("location"), "/api/v1/companies/harbor-recovery");
    let created = document(&created);
    assert_eq!(created["status"], "active");
    let id = created["id"].as_str().expect("an id").to_owned();
    let changed = send(
        &program,
        "PATCH",
        &format!("/api/v1/companies/{id}"),
        r#"{"slug":"harbor"}"#,
    )
    .expect(200);
    assert_eq!(document(&changed)["slug"], "harbor");
    assert_eq!(document(&changed)["name"], "Harbor Recovery");
    let moved = send(
        &program,
        "PATCH",
        "/api/v1/companies/harbor-recovery",
        r#"{"name":"Harbor"}"#,
    )
    .expect(308);
    assert_eq!(moved.location.as_deref(), Some("/api/v1/companies/harbor"));
    let archived = send(&program, "POST", "/api/v1/companies/harbor/archiving", "").expect(200);
    assert_eq!(document(&archived)["status"], "archived");
    assert!(document(&archived)["archived_at"].is_string());
    let refused = send(&program, "PATCH", "/api/v1/companies/harbor", r#"{"name":"Haven"}"#).expect(409);
    assert_eq!(problem(&refused), "company-archived");
    let restored = send(&program, "POST", "/api/v1/companies/harbor/restoring", "").expect(200);
    assert_eq!(document(&restored)["archived_at"], Value::Null);
    let logged = app
        .database
        .words("SELECT action AS value FROM audit_events WHERE actor_kind = 'api_key' ORDER BY seq");
    assert_eq!(
        logged,
        [
            "company.created",
            "company.edited",
            "company.archived",
            "company.restored"
        ]
    );
    app.expect_healthy();
}

#[test]
fn a_wrong_company_is_refused_at_its_field() {
    let app = TestApp::shared();
    let (_, program) = organization(app, "co-wrong", &["Harbor"]);
    for (body, status, kind, at) in [
        (r#"{"name":""}"#, 422, "invalid-value", "name"),
        (r#"{}"#, 422, "invalid-value", "name"),
        (r#"{"name":7}"#, 422, "invalid-value", "name"),
        (r#"{"name":"Cove","slug":"No Slug"}"#, 422, "invalid-value", "slug"),
        (r#"{"name":"Cove","slug":"new"}"#, 422, "invalid-value", "slug"),
        (r#"{"name":"Cove","color":"red"}"#, 422, "unknown-field", "color"),
        (r#"{"name":"Harbor"}"#, 409, "name-taken", "name"),
        (r#"{"name":"Cove","slug":"harbor"}"#, 409, "slug-taken", "slug"),
        (r#"{"name":"Cove"} {}"#, 400, "unreadable", ""),
        ("", 400, "unreadable", ""),
    ] {
        let page = send(&program, "POST", "/api/v1/companies", body).expect(status);
        assert_eq!(
            (problem(&page).as_str(), field(&page).as_str()),
            (kind, at),
            "{body}: {}",
            page.body
        );
    }
    let both = r#"{"name":"Harbor","allow_same_name":true}"#;
    let twin = send(&program, "POST", "/api/v1/companies", both).expect(201);
    assert_ne!(document(&twin)["slug"], "harbor");
    let deep = format!("{}{}", "[".repeat(33), "]".repeat(33));
    assert_eq!(
        problem(&send(&program, "POST", "/api/v1/companies", &deep).expect(400)),
        "unreadable"
    );
}

#[test]
fn members_are_listed_searched_and_filtered() {
    let app = TestApp::shared();
    let (organization, program) = organization(app, "people-api", &["Harbor", "Atlas"]);
    let noah = member(
        app,
        organization,
        "noah@people-api.test",
        "member",
        &[("harbor", "viewer")],
    );
    member(app, organization, "ada@people-api.test", "admin", &[]);
    let emails = |query: &str| all(&program.get(&format!("/api/v1/members{query}")).expect(200), "email");
    assert_eq!(emails("").len(), 3);
    assert_eq!(emails("?q=noah"), ["noah@people-api.test"]);
    assert_eq!(emails("?role=admin"), ["ada@people-api.test"]);
    assert_eq!(emails("?company=harbor"), ["noah@people-api.test"]);
    assert!(emails("?company=atlas").is_empty());
    assert!(emails("?status=suspended").is_empty());
    for (query, at) in [
        ("?role=boss", "role"),
        ("?status=gone", "status"),
        ("?company=none", "company"),
        ("?sort=x", "sort"),
    ] {
        let page = program.get(&format!("/api/v1/members{query}")).expect(422);
        assert_eq!(field(&page), at, "{}", page.body);
    }
    let page = program.get("/api/v1/members?limit=2").expect(200);
    assert_eq!(all(&page, "id").len(), 2);
    assert!(
        page.header("link").contains("limit=2&after="),
        "{}",
        page.header("link")
    );
    let one = document(&program.get(&format!("/api/v1/members/{noah}")).expect(200));
    assert_eq!(one["role"], "member");
    assert_eq!(one["status"], "active");
    assert_eq!(one["custom_role"], Value::Null);
    program
        .get("/api/v1/members/00000000000070008000000000000000")
        .expect(404);
    program.get("/api/v1/members/noah").expect(404);
}

#[test]
fn a_member_gets_another_role_is_suspended_restored_and_removed() {
    let app = TestApp::open();
    let (organization, program) = organization(&app, "change-api", &[]);
    let noah = member(&app, organization, "noah@change-api.test", "member", &[]);
    let path = format!("/api/v1/members/{noah}");
    let changed = send(&program, "PATCH", &path, r#"{"role":"editor"}"#).expect(200);
    assert_eq!(document(&changed)["role"], "editor");
    let refused = send(&program, "PATCH", &path, r#"{"role":"boss"}"#).expect(422);
    assert_eq!(field(&refused), "role");
    let suspended = send(
        &program,
        "POST",
        &format!("{path}/suspension"),
        r#"{"reason":"On leave"}"#,
    )
    .expect(200);
    assert_eq!(document(&suspended)["status"], "suspended");
    let again = send(&program, "POST", &format!("{path}/suspension"), "").expect(409);
    assert_eq!(problem(&again), "not-active");
    let restored = send(&program, "POST", &format!("{path}/restoration"), "").expect(200);
    assert_eq!(document(&restored)["status"], "active");
    let again = send(&program, "POST", &format!("{path}/restoration"), "").expect(409);
    assert_eq!(problem(&again), "not-suspended");
    program.send("DELETE", &path, &[], None).expect(204);
    program.get(&path).expect(404);
    program.send("DELETE", &path, &[], None).expect(404);
    let logged = app
        .database
        .words("SELECT action AS value FROM audit_events WHERE actor_kind = 'api_key' ORDER BY seq");
    assert_eq!(
        logged,
        [
            "member.role_changed",
            "member.suspended",
            "member.restored",
            "member.removed"
        ]
    );
    assert_eq!(app.emails_to("noah@change-api.test").len(), 4);
    app.expect_healthy();
}

#[test]
fn a_key_gives_no_more_than_its_owner_may_and_makes_no_owner() {
    let app = TestApp::shared();
    let (organization, owners) = organization(app, "ceiling-api", &["Harbor"]);
    let noah = member(app, organization, "noah@ceiling-api.test", "member", &[]);
    let vera = member(app, organization, "vera@ceiling-api.test", "user_admin", &[]);
    let ada = member(app, organization, "ada@ceiling-api.test", "admin", &[]);
    let olivia = all(&owners.get("/api/v1/members?role=owner").expect(200), "id").remove(0);
    let role = |program: &Client, id: &str, role: &str| {
        send(
            program,
            "PATCH",
            &format!("/api/v1/members/{id}"),
            &json!({ "role": role }).to_string(),
        )
    };
    assert_eq!(
        problem(&role(&owners, &noah, "owner").expect(403)),
        "missing-permission"
    );
    role(&owners, &noah, "admin").expect(200);
    role(&owners, &noah, "member").expect(200);
    let veras = key_of(app, organization, "vera@ceiling-api.test", EVERY_SCOPE);
    for (id, wanted) in [
        (&noah, "admin"),
        (&ada, "member"),
        (&vera, "admin"),
        (&olivia, "member"),
    ] {
        assert_eq!(problem(&role(&veras, id, wanted).expect(403)), "missing-permission");
    }
    role(&veras, &noah, "viewer").expect(200);
    for id in [&ada, &olivia] {
        let path = format!("/api/v1/members/{id}");
        veras.send("DELETE", &path, &[], None).expect(403);
        send(&veras, "POST", &format!("{path}/suspension"), "{}").expect(403);
    }
    // The last owner, and the owner of the key, stay.
    let path = format!("/api/v1/members/{olivia}");
    assert!(matches!(owners.send("DELETE", &path, &[], None).status, 403 | 409));
    let invite = |program: &Client, role: &str| {
        let body = json!({ "email": format!("{role}@newcomer.test"), "role": role });
        send(program, "POST", "/api/v1/invitations", &body.to_string())
    };
    invite(&owners, "owner").expect(403);
    invite(&veras, "admin").expect(403);
    invite(&veras, "viewer").expect(201);
}

#[test]
fn a_second_owner_approves_what_a_key_asks_for() {
    let app = TestApp::shared();
    let (organization, program) = organization(app, "dual-api", &[]);
    let second = member(app, organization, "second@dual-api.test", "owner", &[]);
    app.database.execute(&format!(
        "UPDATE organizations SET dual_control = TRUE WHERE id = '{organization}'"
    ));
    let path = format!("/api/v1/members/{second}/suspension");
    // A key changes no owner at all, whoever owns it.
    assert_eq!(
        problem(&send(&program, "POST", &path, "{}").expect(403)),
        "missing-permission"
    );
}

#[test]
fn assignments_are_listed_given_changed_and_removed() {
    let app = TestApp::shared();
    let (organization, program) = organization(app, "assign-api", &["Harbor", "Atlas"]);
    let noah = member(app, organization, "noah@assign-api.test", "member", &[]);
    let base = format!("/api/v1/members/{noah}/companies");
    assert!(all(&program.get(&base).expect(200), "role").is_empty());
    let until = app.day(30);
    let body = json!({ "role": "editor", "access_until": until }).to_string();
    let given = document(&send(&program, "PUT", &format!("{base}/harbor"), &body).expect(200));
    assert_eq!(
        (given["role"].as_str(), given["company_slug"].as_str()),
        (Some("editor"), Some("harbor"))
    );
    assert!(
        given["access_until"]
            .as_str()
            .is_some_and(|end| end.starts_with(&until)),
        "{given}"
    );
    // Without the field the end stays; null takes it away.
    let kept = document(&send(&program, "PUT", &format!("{base}/harbor"), r#"{"role":"viewer"}"#).expect(200));
    assert!(kept["access_until"].is_string());
    let open = r#"{"role":"viewer","access_until":null}"#;
    let open = document(&send(&program, "PUT", &format!("{base}/harbor"), open).expect(200));
    assert_eq!(open["access_until"], Value::Null);
    for (body, at) in [
        (r#"{"role":"boss"}"#, "role"),
        (r#"{"role":"viewer","access_until":"2027-02-30"}"#, "access_until"),
        (r#"{"role":"viewer","access_until":"2020-01-31"}"#, "access_until"),
        (r#"{"access_until":null}"#, "role"),
    ] {
        let page = send(&program, "PUT", &format!("{base}/harbor"), body).expect(422);
        assert_eq!(field(&page), at, "{body}: {}", page.body);
    }
    assert_eq!(all(&program.get(&base).expect(200), "company_slug"), ["harbor"]);
    send(&program, "PUT", &format!("{base}/nowhere"), r#"{"role":"viewer"}"#).expect(404);
    program.send("DELETE", &format!("{base}/harbor"), &[], None).expect(204);
    let again = program.send("DELETE", &format!("{base}/harbor"), &[], None).expect(409);
    assert_eq!(problem(&again), "not-assigned");
    send(&program, "POST", "/api/v1/companies/atlas/archiving", "").expect(200);
    let archived = send(&program, "PUT", &format!("{base}/atlas"), r#"{"role":"viewer"}"#).expect(409);
    assert_eq!(problem(&archived), "company-archived");
}

#[test]
fn who_manages_one_company_sees_and_assigns_only_there() {
    let app = TestApp::shared();
    let (organization, _) = organization(app, "manager-api", &["Harbor", "Atlas"]);
    member(
        app,
        organization,
        "mia@manager-api.test",
        "member",
        &[("harbor", "manager")],
    );
    let here = member(
        app,
        organization,
        "here@manager-api.test",
        "member",
        &[("harbor", "viewer"), ("atlas", "viewer")],
    );
    let there = member(
        app,
        organization,
        "there@manager-api.test",
        "member",
        &[("atlas", "viewer")],
    );
    let mia = key_of(app, organization, "mia@manager-api.test", EVERY_SCOPE);
    let emails = all(&mia.get("/api/v1/members").expect(200), "email");
    assert_eq!(emails, ["here@manager-api.test", "mia@manager-api.test"]);
    mia.get(&format!("/api/v1/members/{there}")).expect(404);
    let companies = mia.get(&format!("/api/v1/members/{here}/companies")).expect(200);
    assert_eq!(all(&companies, "company_slug"), ["harbor"]);
    let put = |id: &str, company: &str, role: &str| {
        let path = format!("/api/v1/members/{id}/companies/{company}");
        send(&mia, "PUT", &path, &json!({ "role": role }).to_string())
    };
    put(&here, "harbor", "editor").expect(200);
    put(&here, "harbor", "manager").expect(403);
    put(&here, "atlas", "viewer").expect(403);
    put(&there, "harbor", "viewer").expect(404);
    let invite = |body: Value| send(&mia, "POST", "/api/v1/invitations", &body.to_string());
    let alone = invite(json!({ "email": "a@newcomer.test", "role": "member" })).expect(422);
    assert_eq!(field(&alone), "companies");
    let offer = |company: &str, role: &str| json!({ "email": "a@newcomer.test", "role": "member", "companies": [{ "company": company, "role": role }] });
    assert_eq!(
        field(&invite(offer("atlas", "viewer")).expect(422)),
        "companies[0].company"
    );
    invite(offer("harbor", "manager")).expect(403);
    invite(offer("harbor", "viewer")).expect(201);
    // A key that is limited to a company sees the people of that company only, and not even its own owner elsewhere.
    let (limited, owner) = app.fixtures(|fixtures| {
        let olivia = fixtures.user("olivia@manager-api.test");
        let harbor = fixtures.company_of(organization, "harbor");
        let id = fixtures.membership(organization, olivia);
        (
            fixtures.api_key(organization, olivia, EVERY_SCOPE, Some(harbor)).1,
            id.to_string(),
        )
    });
    let limited = program(app, &limited);
    assert_eq!(all(&limited.get("/api/v1/members").expect(200), "email"), emails);
    limited.get(&format!("/api/v1/members/{owner}")).expect(404);
    limited.get(&format!("/api/v1/members/{there}")).expect(404);
}

#[test]
fn people_are_invited_listed_sent_again_and_cancelled() {
    let app = TestApp::open();
    let (organization, program) = organization(&app, "invite-api", &["Harbor"]);
    let body = json!({
        "email": "Noah@Newcomer.test", "first_name": "Noah", "last_name": "Brandt", "role": "member",
        "companies": [{ "company": "harbor", "role": "editor" }], "message": "Welcome", "access_until": app.day(60),
    });
    let created = send(&program, "POST", "/api/v1/invitations", &body.to_string()).expect(201);
    let document_of = document(&created);
    assert_eq!(document_of["email"], "noah@newcomer.test");
    assert_eq!(document_of["status"], "pending");
    assert_eq!(document_of["companies"][0]["role"], "editor");
    let path = created.header("location").to_owned();
    assert_eq!(document(&program.get(&path).expect(200)), document_of);
    let email = app.mail_to("noah@newcomer.test");
    assert!(email.text.contains("Welcome"), "{}", email.text);
    let again = send(&program, "POST", "/api/v1/invitations", &body.to_string()).expect(409);
    assert_eq!(problem(&again), "already-invited");
    let soon = send(&program, "POST", &format!("{path}/resending"), "").expect(429);
    assert_eq!(problem(&soon), "sent-lately");
    let wait: u64 = soon.header("retry-after").parse().expect("seconds");
    app.advance(std::time::Duration::from_secs(wait));
    send(&program, "POST", &format!("{path}/resending"), "").expect(200);
    assert_eq!(app.emails_to("noah@newcomer.test").len(), 2);
    assert_eq!(
        all(
            &program.get("/api/v1/invitations?status=pending&q=noah").expect(200),
            "email"
        ),
        ["noah@newcomer.test"]
    );
    let cancelled = send(&program, "POST", &format!("{path}/cancellation"), "").expect(200);
    assert_eq!(document(&cancelled)["status"], "cancelled");
    let closed = send(&program, "POST", &format!("{path}/cancellation"), "").expect(409);
    assert_eq!(problem(&closed), "invitation-closed");
    assert!(all(&program.get("/api/v1/invitations?status=pending").expect(200), "email").is_empty());
    member(&app, organization, "ada@invite-api.test", "member", &[]);
    let member = json!({ "email": "ada@invite-api.test", "role": "member" }).to_string();
    assert_eq!(
        problem(&send(&program, "POST", "/api/v1/invitations", &member).expect(409)),
        "already-member"
    );
    app.expect_healthy();
}

#[test]
fn a_wrong_invitation_is_refused_at_its_field() {
    let app = TestApp::shared();
    let (_, program) = organization(app, "invite-wrong", &["Harbor"]);
    for (body, at) in [
        (json!({ "email": "nobody", "role": "member" }), "email"),
        (json!({ "role": "member" }), "email"),
        (json!({ "email": "a@b.test", "role": "boss" }), "role"),
        (
            json!({ "email": "a@b.test", "role": "member", "first_name": "www.evil.example" }),
            "first_name",
        ),
        (
            json!({ "email": "a@b.test", "role": "member", "message": "See https://evil.example" }),
            "message",
        ),
        (
            json!({ "email": "a@b.test", "role": "member", "access_until": "2020-01-01" }),
            "access_until",
        ),
        (
            json!({ "email": "a@b.test", "role": "member", "access_until": "soon" }),
            "access_until",
        ),
        (
            json!({ "email": "a@b.test", "role": "member", "companies": [{ "company": "none", "role": "viewer" }] }),
            "companies[0].company",
        ),
        (
            json!({ "email": "a@b.test", "role": "member", "companies": [{ "company": "harbor", "role": "boss" }] }),
            "companies[0].role",
        ),
        (
            json!({ "email": "a@b.test", "role": "member", "companies": [
                { "company": "harbor", "role": "viewer" }, { "company": "harbor", "role": "editor" },
            ] }),
            "companies[1].company",
        ),
    ] {
        let page = send(&program, "POST", "/api/v1/invitations", &body.to_string()).expect(422);
        assert_eq!(field(&page), at, "{body}: {}", page.body);
    }
    let extra = send(
        &program,
        "POST",
        "/api/v1/invitations",
        r#"{"email":"a@b.test","role":"member","x":1}"#,
    );
    assert_eq!(
        (problem(&extra).as_str(), field(&extra).as_str()),
        ("unknown-field", "x")
    );
}

#[test]
fn keys_of_one_organization_find_no_people_of_another() {
    let app = TestApp::shared();
    let (_, mine) = organization(app, "aurora-people", &["Harbor"]);
    let (theirs, _) = organization(app, "borealis-people", &["Fjord"]);
    let noah = member(
        app,
        theirs,
        "noah@borealis-people.test",
        "member",
        &[("fjord", "viewer")],
    );
    let invitation = app.fixtures(|fixtures| {
        let olivia = fixtures.user("olivia@borealis-people.test");
        fixtures
            .invitation(theirs, olivia, "ada@newcomer.test", "member", &[])
            .0
            .to_string()
    });
    for (method, path) in [
        ("GET", format!("/api/v1/members/{noah}")),
        ("PATCH", format!("/api/v1/members/{noah}")),
        ("DELETE", format!("/api/v1/members/{noah}")),
        ("POST", format!("/api/v1/members/{noah}/suspension")),
        ("POST", format!("/api/v1/members/{noah}/restoration")),
        ("GET", format!("/api/v1/members/{noah}/companies")),
        ("PUT", format!("/api/v1/members/{noah}/companies/harbor")),
        ("DELETE", format!("/api/v1/members/{noah}/companies/harbor")),
        ("GET", format!("/api/v1/invitations/{invitation}")),
        ("POST", format!("/api/v1/invitations/{invitation}/resending")),
        ("POST", format!("/api/v1/invitations/{invitation}/cancellation")),
        ("PATCH", "/api/v1/companies/fjord".to_owned()),
        ("POST", "/api/v1/companies/fjord/archiving".to_owned()),
        ("POST", "/api/v1/companies/fjord/restoring".to_owned()),
    ] {
        let page = match method {
            "GET" => mine.get(&path),
            method => send(&mine, method, &path, r#"{"role":"viewer"}"#),
        };
        assert_eq!(page.status, 404, "{method} {path}: {}", page.body);
        assert!(!page.body.contains("borealis"), "{}", page.body);
    }
}
