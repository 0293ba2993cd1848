//! The JSON API as programs see it: keys and scopes, companies, pages of lists, problem documents.

use serde_json::{Value, json};

use tenantry::authz::decision::{AccessInputs, Permissions};
use tenantry::authz::role::{CompanyRole, Role};
use tenantry::authz::scope::Scope;
use tenantry::common::api_key;
use tenantry::db::types::org_id::OrgId;
use tenantry::routes::ROUTES;
use tenantry::routes::guard::RouteAccess;

use crate::harness::client::Client;
use crate::harness::page::Page;
use crate::harness::test_app::TestApp;

pub const EVERY_SCOPE: &str = "events:write facts:write companies:read companies:write members:read members:write \
     resources:read resources:write reports:read";

/// A program with a key.
pub fn program(app: &TestApp, key: &str) -> Client {
    app.client().with("Authorization", &format!("Bearer {key}"))
}

#[track_caller]
pub fn document(page: &Page) -> Value {
    assert_eq!(page.header("content-type"), "application/json", "{}", page.request);
    serde_json::from_slice(&page.bytes).expect("JSON")
}

/// The kind of a problem: the end of its `type`.
#[track_caller]
pub fn problem(page: &Page) -> String {
    assert_eq!(
        page.header("content-type"),
        "application/problem+json",
        "{}: {}",
        page.request,
        page.body
    );
    let document: Value = serde_json::from_slice(&page.bytes).expect("JSON");
    assert_eq!(document["status"], page.status, "{}", page.body);
    assert_eq!(document["request_id"], page.header("x-request-id"), "{}", page.body);
    for field in ["title", "detail"] {
        assert!(
            document[field].as_str().is_some_and(|text| !text.is_empty()),
            "{}",
            page.body
        );
    }
    let kind = document["type"].as_str().expect("a type");
    kind.strip_prefix("urn:tenantry:problem:")
        .expect("a type of Tenantry")
        .to_owned()
}

/// An organization with companies, and a key of its owner with every scope.
pub fn organization(app: &TestApp, slug: &str, companies: &[&str]) -> (OrgId, Client) {
    let (organization, key) = app.fixtures(|fixtures| {
        let olivia = fixtures.account("Olivia Hart", &format!("olivia@{slug}.test"), true);
        let organization = fixtures.organization("Lakeside Agency", slug, olivia);
        for company in companies {
            fixtures.company(organization, company, &company.to_lowercase());
        }
        (
            organization,
            fixtures.api_key(organization, olivia, EVERY_SCOPE, None).1,
        )
    });
    (organization, program(app, &key))
}

/// Sends a JSON document.
#[track_caller]
pub fn send(program: &Client, method: &str, path: &str, body: &str) -> Page {
    program.send(
        method,
        path,
        &[("Content-Type", "application/json")],
        Some(body.to_owned()),
    )
}

fn slugs(page: &Page) -> Vec<String> {
    let document = document(page);
    let rows = document["data"].as_array().expect("a list");
    rows.iter()
        .map(|row| row["slug"].as_str().expect("a slug").to_owned())
        .collect()
}

/// The address of the next page, without its origin.
fn next(app: &TestApp, page: &Page) -> Option<String> {
    let link = page.header("link");
    let (address, relation) = link.strip_prefix('<')?.split_once(">; ")?;
    assert_eq!(relation, "rel=\"next\"");
    let base = app.config().base_url.clone();
    Some(
        address
            .strip_prefix(&base)
            .expect("an address of the configured base URL")
            .to_owned(),
    )
}

#[test]
fn a_key_reads_its_organization_and_the_companies_of_it() {
    let app = TestApp::shared();
    let (organization, program) = organization(app, "api-read", &["Harbor", "Atlas"]);
    let read = document(&program.get("/api/v1/organization").expect(200));
    assert_eq!(read["id"], organization.to_string());
    assert_eq!(read["slug"], "api-read");
    assert_eq!(read["name"], "Lakeside Agency");
    assert_eq!(read["time_zone"], "UTC");
    let list = program.get("/api/v1/companies").expect(200);
    let all = slugs(&list);
    assert!(all.windows(2).all(|pair| pair[0] < pair[1]), "by name: {all:?}");
    let harbor = document(&program.get("/api/v1/companies/harbor").expect(200));
    let row = document(&list)["data"]
        .as_array()
        .expect("a list")
        .iter()
        .find(|row| row["slug"] == "harbor")
        .cloned();
    assert_eq!(Some(&harbor), row.as_ref());
    let id = harbor["id"].as_str().expect("an id");
    assert_eq!(
        document(&program.get(&format!("/api/v1/companies/{id}")).expect(200)),
        harbor
    );
    assert_eq!(
        (&harbor["status"], &harbor["archived_at"]),
        (&json!("active"), &Value::Null)
    );
    for missing in ["nothing-here", "00000000000070008000000000000000"] {
        let page = program.get(&format!("/api/v1/companies/{missing}")).expect(404);
        assert_eq!(problem(&page), "not-found");
    }
    assert_eq!(list.header("cache-control"), "no-store");
    assert_eq!(list.header("set-cookie"), "");
}

#[test]
fn a_list_is_read_page_by_page_along_the_link() {
    let app = TestApp::shared();
    let names = ["Anchor", "Beacon", "Cove", "Dock", "Estuary", "Fjord"];
    let (organization, program) = organization(app, "api-pages", &names);
    app.fixtures(|fixtures| {
        let cove = fixtures.company_of(organization, "cove");
        fixtures.archive(organization, cove);
    });
    let all = slugs(&program.get("/api/v1/companies?limit=200").expect(200));
    assert!(
        !all.contains(&"cove".to_owned()),
        "archived companies are left out: {all:?}"
    );
    let (mut read, mut path, mut pages) = (
        Vec::new(),
        Some("/api/v1/companies?limit=2&archived=false".to_owned()),
        0,
    );
    while let Some(here) = path {
        let page = program.get(&here).expect(200);
        assert!(slugs(&page).len() <= 2);
        read.extend(slugs(&page));
        path = next(app, &page);
        pages += 1;
    }
    assert_eq!(read, all);
    assert!(pages >= 3, "{pages}");
    assert_eq!(
        slugs(&program.get("/api/v1/companies?archived=true").expect(200)),
        ["cove"]
    );
    assert_eq!(
        slugs(&program.get("/api/v1/companies?archived=any").expect(200)).len(),
        all.len() + 1
    );
    for (query, kind, field) in [
        ("limit=0", "invalid-value", "limit"),
        ("limit=201", "invalid-value", "limit"),
        ("limit=many", "invalid-value", "limit"),
        ("after=nowhere", "invalid-value", "after"),
        ("archived=maybe", "invalid-value", "archived"),
        ("sort=name", "unknown-field", "sort"),
    ] {
        let page = program.get(&format!("/api/v1/companies?{query}")).expect(422);
        assert_eq!(problem(&page), kind, "{query}");
        let document: Value = serde_json::from_slice(&page.bytes).expect("JSON");
        assert_eq!(document["field"], field, "{query}");
    }
}

#[test]
fn every_scope_and_every_role_of_the_owner_decide_each_route() {
    let app = TestApp::open();
    let roles = Role::ALL.iter().map(|role| (*role, None));
    let in_company = CompanyRole::ALL.iter().map(|role| (Role::Member, Some(*role)));
    for (at, (role, company)) in roles.chain(in_company).enumerate() {
        let slug = format!("matrix-{at}");
        let keys: Vec<(Option<Scope>, String)> = app.fixtures(|fixtures| {
            let olivia = fixtures.account("Olivia Hart", &format!("olivia@{slug}.test"), true);
            let organization = fixtures.organization("Lakeside Agency", &slug, olivia);
            let harbor = fixtures.company(organization, "Harbor", "harbor");
            let noah = fixtures.account("Noah Brandt", &format!("noah@{slug}.test"), true);
            let assigned: Vec<_> = company.iter().map(|role| (harbor, role.as_str())).collect();
            fixtures.add_member(organization, noah, role.as_str(), &assigned);
            let mut keys = vec![(None, fixtures.api_key(organization, noah, EVERY_SCOPE, None).1)];
            for scope in Scope::ALL {
                keys.push((
                    Some(*scope),
                    fixtures.api_key(organization, noah, scope.as_str(), None).1,
                ));
            }
            keys
        });
        let companies: Vec<CompanyRole> = company.into_iter().collect();
        let everywhere = Permissions::of(role, &companies);
        let in_harbor = AccessInputs::of(role, &[]).in_company(company);
        for (scope, key) in keys {
            let program = program(&app, &key);
            for route in ROUTES {
                let Some((permission, needed)) = route.access.api() else {
                    continue;
                };
                let may = match route.access {
                    RouteAccess::ApiCompany(..) => in_harbor.has(permission),
                    _ => everywhere.has(permission),
                };
                let path = route
                    .path
                    .replace("{company}", "harbor")
                    .replace("{date}", "2026-01-31")
                    .replace("{member}", "00000000000070008000000000000000")
                    .replace("{invitation}", "00000000000070008000000000000000");
                // No JSON: whoever may send it is told so.
                let page = match route.method {
                    "GET" => program.get(&path),
                    method => send(&program, method, &path, "["),
                };
                let refused = (page.status == 403).then(|| problem(&page));
                let expected = match (scope, needed) {
                    (Some(scope), Some(needed)) if scope != needed => Some("missing-scope"),
                    _ if !may => Some("missing-permission"),
                    _ => None,
                };
                let what = format!("{role} {company:?} {scope:?} {} {path}", route.method);
                assert_eq!(refused.as_deref(), expected, "{what}: {}", page.body);
                assert!(page.status < 500, "{what}: {}", page.body);
            }
        }
    }
}

#[test]
fn a_key_that_is_limited_to_a_company_finds_no_other() {
    let app = TestApp::shared();
    let (keys, ids) = app.fixtures(|fixtures| {
        let olivia = fixtures.account("Olivia Hart", "olivia@api-limit.test", true);
        let organization = fixtures.organization("Lakeside Agency", "api-limit", olivia);
        let north = fixtures.company(organization, "North", "north");
        let south = fixtures.company(organization, "South", "south");
        let noah = fixtures.account("Noah Brandt", "noah@api-limit.test", true);
        fixtures.add_member(organization, noah, "member", &[(south, "manager")]);
        let owners = fixtures.api_key(organization, olivia, EVERY_SCOPE, Some(north)).1;
        let managers = fixtures.api_key(organization, noah, EVERY_SCOPE, Some(south)).1;
        let elsewhere = fixtures.api_key(organization, noah, EVERY_SCOPE, Some(north)).1;
        ([owners, managers, elsewhere], [north.to_string(), south.to_string()])
    });
    let [owners, managers, elsewhere] = keys.map(|key| program(app, &key));
    for (program, own, other, id) in [
        (&owners, "north", "south", &ids[1]),
        (&managers, "south", "north", &ids[0]),
    ] {
        program.get("/api/v1/organization").expect(200);
        assert_eq!(slugs(&program.get("/api/v1/companies?archived=any").expect(200)), [own]);
        program.get(&format!("/api/v1/companies/{own}")).expect(200);
        for named in [other, id] {
            let page = program.get(&format!("/api/v1/companies/{named}")).expect(404);
            assert_eq!(problem(&page), "not-found");
        }
    }
    // The owner manages another company, which gives nothing in this one.
    assert_eq!(
        problem(&elsewhere.get("/api/v1/companies").expect(403)),
        "missing-permission"
    );
    assert_eq!(
        problem(&elsewhere.get("/api/v1/companies/north").expect(403)),
        "missing-permission"
    );
    elsewhere.get("/api/v1/companies/south").expect(404);
}

#[test]
fn a_key_finds_nothing_of_another_organization() {
    let app = TestApp::shared();
    let (_, mine) = organization(app, "api-aurora", &["Harbor"]);
    let (theirs, _) = organization(app, "api-borealis", &["Fjord"]);
    let fjord = app.fixtures(|fixtures| fixtures.company_of(theirs, "fjord").to_string());
    for named in ["fjord", fjord.as_str()] {
        let page = mine.get(&format!("/api/v1/companies/{named}")).expect(404);
        assert_eq!(problem(&page), "not-found");
        assert!(
            !page.body.contains("borealis") && !page.body.contains("Fjord"),
            "{}",
            page.body
        );
    }
    assert!(!slugs(&mine.get("/api/v1/companies?archived=any").expect(200)).contains(&"fjord".to_owned()));
}

#[test]
fn a_typing_error_is_told_from_a_key_that_does_not_work() {
    let app = TestApp::shared();
    let key = app.fixtures(|fixtures| {
        let olivia = fixtures.account("Olivia Hart", "olivia@api-typo.test", true);
        let organization = fixtures.organization("Lakeside Agency", "api-typo", olivia);
        fixtures.api_key(organization, olivia, EVERY_SCOPE, None).1
    });
    program(app, &key).get("/api/v1/organization").expect(200);
    let mut typo = key.clone();
    let last = typo.pop().expect("a character");
    typo.push(if last == 'a' { 'b' } else { 'a' });
    for wrong in [typo.as_str(), &key[..40], "secret", "", &key.to_lowercase()] {
        let page = program(app, wrong).get("/api/v1/organization").expect(401);
        assert_eq!(problem(&page), "invalid-key-format", "{wrong}");
        assert!(page.header("www-authenticate").contains("invalid_token"));
    }
    let unknown = program(app, api_key::fresh().as_str())
        .get("/api/v1/organization")
        .expect(401);
    assert_eq!(problem(&unknown), "invalid-key");
    for scheme in ["Basic", "Token"] {
        let client = app.client().with("Authorization", &format!("{scheme} {key}"));
        assert_eq!(problem(&client.get("/api/v1/organization").expect(401)), "missing-key");
    }
    let none = app.client().get("/api/v1/companies?limit=0").expect(401);
    assert_eq!(problem(&none), "missing-key");
    assert_eq!(none.header("www-authenticate"), "Bearer realm=\"Tenantry\"");
    app.client()
        .with("Authorization", &format!("bearer {key}"))
        .get("/api/v1/organization")
        .expect(200);
}

#[test]
fn a_cookie_means_nothing_in_the_api_and_a_key_nothing_elsewhere() {
    let app = TestApp::shared();
    let (cookie, key) = app.fixtures(|fixtures| {
        let olivia = fixtures.account("Olivia Hart", "olivia@api-cookie.test", true);
        let organization = fixtures.organization("Lakeside Agency", "api-cookie", olivia);
        let key = fixtures.api_key(organization, olivia, EVERY_SCOPE, None).1;
        (fixtures.session_cookie(olivia), key)
    });
    let olivia = app.client_with(&cookie);
    olivia.get("/organizations/api-cookie").expect(200);
    assert_eq!(problem(&olivia.get("/api/v1/organization").expect(401)), "missing-key");
    let page = program(app, &key).get("/organizations/api-cookie").expect(303);
    assert!(page.location.expect("a page").starts_with("/login"));
    // A message for the next page stays for it.
    olivia.post("/account/name", &[("name", "Olivia Stone")]).expect(303);
    let api = olivia.with("Authorization", &format!("Bearer {key}"));
    let answer = api.get("/api/v1/organization").expect(200);
    assert_eq!(answer.header("set-cookie"), "");
    assert!(
        !olivia
            .get("/account")
            .expect(200)
            .texts("[role=status]")
            .join(" ")
            .is_empty()
    );
}

#[test]
fn every_error_is_a_problem_document() {
    let app = TestApp::shared();
    let (_, program) = organization(app, "api-errors", &[]);
    assert_eq!(problem(&program.get("/api/v1/nothing").expect(404)), "not-found");
    assert_eq!(problem(&app.client().get("/api").expect(404)), "not-found");
    // Without the headers of a browser: a program's POST is no form of another site.
    let page = program
        .send("POST", "/api/v1/organization", &[], Some("{}".into()))
        .expect(405);
    assert_eq!(problem(&page), "method-not-allowed");
    assert_eq!(page.header("allow"), "GET, HEAD");
    let page = program
        .with("Host", "other.test")
        .get("/api/v1/organization")
        .expect(421);
    assert_eq!(problem(&page), "unknown-host");
    let head = program.send("HEAD", "/api/v1/organization", &[], None).expect(200);
    assert_eq!(head.header("content-type"), "application/json");
}

#[test]
fn an_array_is_not_taken_for_the_fields_of_an_object() {
    let app = TestApp::shared();
    let (_, program) = organization(app, "api-arrays", &["Harbor"]);
    for (method, path, body) in [
        ("POST", "/api/v1/companies", r#"["North", "north", false]"#),
        ("PATCH", "/api/v1/companies/harbor/settings", r#"{"hours": []}"#),
        (
            "PATCH",
            "/api/v1/companies/harbor/settings",
            r#"{"hours": {"monday": [["09:00", "17:00"]]}}"#,
        ),
        ("POST", "/api/v1/resources", r#" ["agent", "Reminders"]"#),
        (
            "POST",
            "/api/v1/invitations",
            r#"{"email": "noah@api-arrays.test", "role": "member", "companies": [["harbor", "viewer"]]}"#,
        ),
    ] {
        let page = send(&program, method, path, body).expect(422);
        assert_eq!(problem(&page), "invalid-value", "{body}: {}", page.body);
    }
    program.get("/api/v1/companies/north").expect(404);
}

#[test]
fn an_earlier_slug_of_a_company_leads_to_the_present_one() {
    let app = TestApp::shared();
    let (_, program) = organization(app, "api-moved", &["Harbor"]);
    let olivia = app.signed_in("olivia@api-moved.test");
    olivia
        .post(
            "/organizations/api-moved/companies/harbor/settings",
            &[("name", "Harbor"), ("slug", "haven")],
        )
        .expect(303);
    let page = program.get("/api/v1/companies/harbor").expect(308);
    assert_eq!(page.location.as_deref(), Some("/api/v1/companies/haven"));
    program.get("/api/v1/companies/haven").expect(200);
}

#[test]
fn a_change_by_a_key_is_logged_with_the_key_and_its_owner() {
    let app = TestApp::open();
    let (organization, keys) = app.fixtures(|fixtures| {
        let olivia = fixtures.account("Olivia Hart", "olivia@api-write.test", true);
        let organization = fixtures.organization("Lakeside Agency", "api-write", olivia);
        let vera = fixtures.account("Vera Lund", "vera@api-write.test", true);
        fixtures.add_member(organization, vera, "viewer", &[]);
        let keys = [
            fixtures.api_key(organization, olivia, "companies:write", None),
            fixtures.api_key(organization, olivia, "companies:read", None),
            fixtures.api_key(organization, vera, "companies:write", None),
        ];
        (organization, keys)
    });
    // The owner of the third lacks the permission; the second lacks the scope; the slug is taken the second time.
    let statuses = [&keys[2], &keys[1], &keys[0], &keys[0]].map(|(_, key)| {
        let body = r#"{"name":"Made by a key","allow_same_name":true,"slug":"made-by-a-key"}"#;
        send(&program(&app, key), "POST", "/api/v1/companies", body).status
    });
    assert_eq!(statuses, [403, 403, 201, 409]);
    let logged = |column: &str| {
        app.database.words(&format!(
            "SELECT {column} AS value FROM audit_events WHERE organization_id = '{organization}' AND target_label = 'Made by a key'"
        ))
    };
    assert_eq!(logged("action"), ["company.created"]);
    assert_eq!(logged("actor_kind"), ["api_key"]);
    assert_eq!(logged("actor_id"), [keys[0].0.to_string()]);
    assert_eq!(logged("actor_name"), ["Warehouse sync"]);
    assert_eq!(logged("on_behalf_of"), ["Olivia Hart"]);
    // Also the key whose request was refused was used.
    let used = app
        .database
        .number("SELECT count(*) AS value FROM api_keys WHERE last_used_at IS NOT NULL");
    assert_eq!(used, 3);
    let olivia = app.signed_in("olivia@api-write.test");
    olivia
        .get("/organizations/api-write/settings/audit")
        .expect(200)
        .expect_text("Warehouse sync, allowed by Olivia Hart");
    app.expect_healthy();
}
