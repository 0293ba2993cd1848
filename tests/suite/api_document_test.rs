//! The description of the API, and its reference in the console.

use std::collections::BTreeSet;

use serde_json::Value;
use tenantry::authz::scope::Scope;
use tenantry::routes::ROUTES;

use crate::api_test::{document, organization, problem, send};
use crate::harness::test_app::TestApp;

const METHODS: [&str; 5] = ["get", "post", "put", "patch", "delete"];

fn description(app: &TestApp) -> Value {
    document(&app.client().get("/api/v1/openapi.json").expect(200))
}

/// Every operation: method, path, and what is said about it.
fn operations(description: &Value) -> Vec<(String, String, Value)> {
    let paths = description["paths"].as_object().expect("paths");
    let mut all = Vec::new();
    for (path, item) in paths {
        for (method, operation) in item.as_object().expect("operations") {
            assert!(METHODS.contains(&method.as_str()), "{path}: {method}");
            all.push((method.to_uppercase(), path.clone(), operation.clone()));
        }
    }
    all
}

#[test]
fn the_document_has_every_route_of_the_api_and_nothing_else() {
    let app = TestApp::shared();
    let description = description(app);
    assert_eq!(description["openapi"], "3.1.0");
    assert_eq!(description["servers"][0]["url"], app.config().base_url);
    let described: BTreeSet<(String, String)> = operations(&description)
        .into_iter()
        .map(|(method, path, _)| (method, path))
        .collect();
    let routes: BTreeSet<(String, String)> = ROUTES
        .iter()
        .filter(|route| route.path.starts_with("/api/") && route.path != "/api/v1/openapi.json")
        .map(|route| (route.method.to_owned(), route.path.to_owned()))
        .collect();
    assert_eq!(described, routes);
}

#[test]
fn every_operation_says_what_it_needs_and_what_it_answers() {
    let description = description(TestApp::shared());
    let mut ids = BTreeSet::new();
    for (method, path, operation) in operations(&description) {
        let what = format!("{method} {path}");
        let route = ROUTES
            .iter()
            .find(|route| route.method == method && route.path == path)
            .expect("a route");
        let (_, scope) = route.access.api().expect("a gate of the API");
        let scopes: Vec<&str> = operation["security"][0]["api_key"]
            .as_array()
            .expect("scopes")
            .iter()
            .filter_map(Value::as_str)
            .collect();
        assert_eq!(
            scopes,
            scope.iter().map(|scope: &Scope| scope.as_str()).collect::<Vec<_>>(),
            "{what}"
        );
        for text in ["summary", "operationId"] {
            assert!(
                operation[text].as_str().is_some_and(|text| !text.is_empty()),
                "{what}: {text}"
            );
        }
        assert!(ids.insert(operation["operationId"].to_string()), "{what}");
        assert!(operation["tags"][0].is_string(), "{what}");
        let parameters = operation["parameters"].as_array().expect("parameters");
        let named: Vec<&str> = parameters.iter().filter_map(|one| one["name"].as_str()).collect();
        for variable in path.split('{').skip(1).filter_map(|rest| rest.split('}').next()) {
            assert!(named.contains(&variable), "{what}: {variable}");
        }
        let repeats = parameters
            .iter()
            .any(|one| one["$ref"] == "#/components/parameters/IdempotencyKey");
        assert_eq!(repeats, method != "GET", "{what}");
        let responses = operation["responses"].as_object().expect("responses");
        for status in ["400", "401", "403", "404", "422", "429", "503"] {
            assert!(responses.contains_key(status), "{what}: {status}");
        }
        assert!(responses.keys().any(|status| status.starts_with('2')), "{what}");
    }
}

#[test]
fn every_reference_in_the_document_leads_somewhere() {
    fn walk(document: &Value, value: &Value, found: &mut usize) {
        match value {
            Value::Object(fields) => {
                if let Some(reference) = fields.get("$ref").and_then(Value::as_str) {
                    let path = reference.strip_prefix('#').expect("a reference within the document");
                    assert!(document.pointer(path).is_some(), "{reference}");
                    *found += 1;
                }
                fields.values().for_each(|value| walk(document, value, found));
            }
            Value::Array(values) => values.iter().for_each(|value| walk(document, value, found)),
            _ => {}
        }
    }
    let description = description(TestApp::shared());
    let mut found = 0;
    walk(&description, &description, &mut found);
    assert!(found > 200, "{found}");
}

#[test]
fn what_the_document_says_of_problems_is_what_they_are() {
    let app = TestApp::shared();
    let (_, program) = organization(app, "described", &[]);
    let description = description(app);
    let schema = &description["components"]["schemas"]["Problem"]["properties"];
    let page = program.get("/api/v1/companies?limit=0").expect(422);
    assert_eq!(problem(&page), "invalid-value");
    let sent: Value = serde_json::from_slice(&page.bytes).expect("JSON");
    let sent: BTreeSet<&str> = sent
        .as_object()
        .expect("a document")
        .keys()
        .map(String::as_str)
        .collect();
    let known: BTreeSet<&str> = schema
        .as_object()
        .expect("properties")
        .keys()
        .map(String::as_str)
        .collect();
    assert_eq!(sent, known);
}

#[test]
fn the_reference_shows_every_operation_with_examples() {
    let app = TestApp::shared();
    organization(app, "reference", &["Harbor"]);
    let olivia = app.signed_in("olivia@reference.test");
    let list = olivia.get("/organizations/reference/settings/developers").expect(200);
    let address = list.link("API reference").expect("a link");
    let page = olivia.get(&address).expect(200);
    let description = description(app);
    let all = operations(&description);
    assert_eq!(page.texts("article.api h3").len(), all.len());
    let text = page.text();
    for (method, path, operation) in &all {
        let title = operation["summary"].as_str().expect("a summary");
        assert!(text.contains(title), "{title}");
        assert!(page.body.contains(path.as_str()), "{path}");
        if method != "GET" {
            assert!(page.body.contains(&format!("curl -X {method}")), "{method}");
        }
    }
    for scope in Scope::ALL.iter().filter(|scope| page.body.contains(scope.as_str())) {
        assert!(text.contains(scope.as_str()));
    }
    assert!(
        page.body
            .contains(&format!("{}/api/v1/companies", app.config().base_url))
    );
    assert!(text.contains("Retry-After") && text.contains("idempotency-key-reused"));
    // The search of the console finds it.
    let found = olivia.get("/organizations/reference/search?q=openapi").expect(200);
    assert!(
        found
            .links()
            .iter()
            .any(|link| link.ends_with("/settings/developers/reference"))
    );
}

#[test]
fn every_example_of_a_body_is_taken() {
    let app = TestApp::shared();
    let (organization, program) = organization(app, "examples", &["Harbor"]);
    let (member, invitation) = app.fixtures(|fixtures| {
        let harbor = fixtures.company_of(organization, "harbor");
        let noah = fixtures.account("Noah Brandt", "noah@examples.test", true);
        let member = fixtures.add_member(organization, noah, "member", &[(harbor, "viewer")]);
        let olivia = fixtures.user("olivia@examples.test");
        let (invitation, _) = fixtures.invitation(organization, olivia, "ada@examples.test", "member", &[]);
        (member.to_string(), invitation.to_string())
    });
    app.signed_in("olivia@examples.test")
        .post(
            "/organizations/examples/companies/harbor/settings",
            &[("name", "Harbor"), ("slug", "harbor-recovery")],
        )
        .expect(303);
    let olivia = app.signed_in("olivia@examples.test");
    let page = olivia
        .get("/organizations/examples/settings/developers/reference")
        .expect(200);
    let agent = send(
        &program,
        "POST",
        "/api/v1/resources",
        r#"{"kind": "agent", "name": "Reminders"}"#,
    )
    .expect(201);
    let resource = document(&agent)["id"].as_str().expect("an id").to_owned();
    let today = app.day(0);
    let mut sent = 0;
    for (article, code) in page.texts("article.api").iter().zip(examples(&page.body)) {
        let Some((method, path, kind, body)) = code else {
            continue;
        };
        let path = path
            .replace("2027-01-31", &today)
            .replace(
                "/members/0193a1b2c3d4e5f60718293a4b5c6d7e",
                &format!("/members/{member}"),
            )
            .replace(
                "/invitations/0193a1b2c3d4e5f60718293a4b5c6d7e",
                &format!("/invitations/{invitation}"),
            )
            .replace(
                "/resources/0193a1b2c3d4e5f60718293a4b5c6d7e",
                &format!("/resources/{resource}"),
            );
        let now = tenantry::common::time::Time(app.now()).iso();
        let body = body
            .replace("2026-11-28T09:30:00Z", &now)
            .replace("2027-01-31", &app.day(30));
        let page = program.send(&method, &path, &[("Content-Type", &kind)], Some(body.clone()));
        // An event that was never sent can't be voided.
        let expected = page.status < 300 || (path.ends_with("/voiding") && page.status == 404);
        assert!(expected, "{article}: {method} {path} {body}: {}", page.body);
        sent += 1;
    }
    assert!(sent >= 9, "{sent}");
}

/// Method, path, content type and body.
type Example = (String, String, String, String);

/// The request of each operation that has a body.
fn examples(page: &str) -> Vec<Option<Example>> {
    let text = |html: &str| {
        html.replace("&#39;", "'")
            .replace("&#34;", "\"")
            .replace("&quot;", "\"")
            .replace("&lt;", "<")
            .replace("&gt;", ">")
            .replace("&amp;", "&")
    };
    let requests = page.split("aria-label=\"Request: ").skip(1);
    requests
        .map(|rest| {
            let code = rest.split("<code>").nth(1)?.split("</code>").next()?;
            let code = text(code);
            let method = code.strip_prefix("curl -X ")?.split(' ').next()?.to_owned();
            let address = code.split('\'').nth(1)?;
            let path = &address[address.find("/api/")?..];
            let kind = code.split("Content-Type: ").nth(1)?.split('"').next()?;
            let body = code.split("-d '").nth(1)?.strip_suffix('\'')?;
            Some((method, path.to_owned(), kind.to_owned(), body.to_owned()))
        })
        .collect()
}
