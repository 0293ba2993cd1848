//! Methods and spellings of addresses, on every route: `HEAD`, 405 with `Allow`, trailing slashes.

use std::collections::BTreeSet;
use std::time::Duration;

use tenantry::routes::ROUTES;

use crate::harness::client::{Client, raw};
use crate::harness::page::Page;
use crate::harness::test_app::TestApp;
use crate::roles_test::Scenario;

/// Every header that describes the answer. The others differ between any two requests.
fn described(page: &Page) -> Vec<(String, String)> {
    let mut headers = page.headers.clone();
    headers.retain(|(name, _)| !matches!(name.as_str(), "date" | "x-request-id" | "set-cookie"));
    headers.sort();
    headers
}

/// The path of the style sheet of the login page, without its folder.
fn asset(client: &Client) -> String {
    let sheet = client.get("/login").all("link[rel=stylesheet]", "href").remove(0);
    sheet.rsplit('/').next().expect("a file name").to_owned()
}

#[test]
fn head_answers_every_page_as_get_without_a_body_and_changes_nothing() {
    let app = TestApp::open();
    let asset = asset(&app.client());
    // Without what background jobs do as the time passes: their events, and the sessions that expired.
    let state = || {
        app.database.number(
            "SELECT (SELECT count(*) FROM audit_events WHERE actor_kind <> 'system') + (SELECT count(*) FROM account_events) \
             + (SELECT COALESCE(CAST(MAX(last_seen_at) AS BIGINT), 0) FROM sessions) AS value",
        )
    };
    let mut admitted = BTreeSet::new();
    for actor in ["owner", "operator", "visitor"] {
        let scenario = Scenario::create(&app, actor, &format!("head-{actor}"));
        let client = match &scenario.actor {
            Some(cookie) => app.client_with(cookie),
            None => app.client(),
        };
        for route in ROUTES.iter().filter(|route| route.method == "GET") {
            let path = scenario.path(route.path, &asset);
            for coding in ["identity", "gzip, br"] {
                let accept = [("Accept-Encoding", coding)];
                let ask = || {
                    // A page that is shown would save the time of the visit now.
                    app.advance(Duration::from_secs(120));
                    let before = state();
                    let head = client.send("HEAD", &path, &accept, None);
                    assert_eq!(state(), before, "{actor}: {} changes something", head.request);
                    (head, client.send("GET", &path, &accept, None))
                };
                let (mut head, mut get) = ask();
                // A page with "9 seconds ago" becomes longer when the second passes between the two.
                for _ in 0..2 {
                    if described(&head) != described(&get) {
                        (head, get) = ask();
                    }
                }
                assert_eq!(head.status, get.status, "{actor}: {}", head.request);
                assert_eq!(described(&head), described(&get), "{actor}: {} {coding}", head.request);
                if get.status == 200 {
                    admitted.insert(route.path);
                }
            }
        }
    }
    assert!(admitted.len() > 80, "few pages were shown: {admitted:?}");
}

#[test]
fn head_leaves_the_message_for_the_next_page_and_ends_after_the_headers() {
    let app = TestApp::open();
    let olivia = app.owner_of("Header House", "header-house");
    olivia.post("/account/name", &[("name", "Olivia Stone")]).expect(303);
    let told = |page: &Page| page.texts("[role=status]").join(" ");
    let head = olivia.send("HEAD", "/account", &[], None).expect(200);
    assert_eq!(head.header("set-cookie"), "", "HEAD changes no cookie");
    let page = olivia.get("/account").expect(200);
    assert!(!told(&page).is_empty(), "{}", page.text());

    let request = |method: &str| {
        format!(
            "{method} /login HTTP/1.1\r\nHost: 127.0.0.1:{}\r\nConnection: close\r\n\r\n",
            app.port()
        )
    };
    let (head, get) = (raw(app.port(), &request("HEAD")), raw(app.port(), &request("GET")));
    assert!(head.ends_with("\r\n\r\n"), "{head}");
    // A body would be taken for the beginning of the next answer on the same connection.
    let pages = format!(
        "{}{}",
        request("HEAD").replace("Connection: close\r\n", ""),
        request("HEAD").replace("/login", "/health/live")
    );
    let answers = raw(app.port(), &pages);
    assert_eq!(answers.matches("HTTP/1.1 200 OK").count(), 2, "{answers}");
    assert!(!answers.contains("<html") && !answers.contains("live\n"), "{answers}");
    let length = |answer: &str| {
        let line = answer
            .lines()
            .find(|line| line.to_lowercase().starts_with("content-length:"));
        line.map(|line| line.to_lowercase())
    };
    assert!(length(&head).is_some(), "{head}");
    assert_eq!(length(&head), length(&get));
}

#[test]
fn a_method_that_a_path_does_not_know_gets_405_with_the_methods_that_it_knows() {
    let app = TestApp::open();
    let scenario = Scenario::create(&app, "owner", "methods");
    let owner = app.client_with(scenario.actor.as_ref().expect("an owner"));
    let paths: BTreeSet<&str> = ROUTES.iter().map(|route| route.path).collect();
    for pattern in paths {
        let of_path = ROUTES.iter().filter(|route| route.path == pattern);
        let methods: Vec<&str> = of_path
            .flat_map(|route| match route.method {
                "GET" => vec!["GET", "HEAD"],
                method => vec![method],
            })
            .collect();
        let allowed = methods.join(", ");
        let path = scenario.path(pattern, "none");
        for method in ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"] {
            if allowed.split(", ").any(|known| known == method) {
                continue;
            }
            // A wrong method is a wrong method, whatever the request says about where it comes from.
            for headers in [
                &[][..],
                &[("Sec-Fetch-Site", "same-origin")],
                &[("Sec-Fetch-Site", "cross-site")],
            ] {
                let body = matches!(method, "POST" | "PUT" | "PATCH").then(String::new);
                let page = owner.send(method, &path, headers, body);
                assert_eq!(page.status, 405, "{} {headers:?}", page.request);
                assert_eq!(page.header("allow"), allowed, "{}", page.request);
                if pattern.starts_with("/api/") {
                    assert_eq!(
                        page.header("content-type"),
                        "application/problem+json",
                        "{}",
                        page.request
                    );
                    continue;
                }
                let titles = page.texts("h1");
                assert_eq!(titles.is_empty(), method == "HEAD", "{}: {titles:?}", page.request);
            }
        }
    }
    // However a path is written: what the router finds is what answers.
    let page = owner.send("DELETE", "/l%6Fgin", &[("Sec-Fetch-Site", "same-origin")], None);
    assert_eq!((page.status, page.header("allow")), (405, "GET, HEAD, POST"));
    let page = owner.send(
        "POST",
        "/l%6Fgin",
        &[("Sec-Fetch-Site", "cross-site")],
        Some(String::new()),
    );
    assert_eq!(page.status, 403);
}

#[test]
fn a_trailing_slash_redirects_to_the_same_page_and_keeps_the_query() {
    let app = TestApp::shared();
    let stranger = app.client();
    for route in ROUTES.iter().filter(|route| route.method == "GET" && route.path != "/") {
        let path = route.path.replace(['{', '}'], "");
        for method in ["GET", "HEAD"] {
            for slashes in ["/", "///"] {
                let page = stranger.send(method, &format!("{path}{slashes}?a=1&b=%2F%2Fx"), &[], None);
                assert_eq!(page.status, 308, "{}", page.request);
                assert_eq!(page.location, Some(format!("{path}?a=1&b=%2F%2Fx")), "{}", page.request);
            }
        }
    }
    assert_eq!(
        stranger.get("/organizations/ABC/").location.as_deref(),
        Some("/organizations/abc")
    );
    stranger.get("/no-such-page/").expect(404);
}

#[test]
fn a_trailing_slash_never_leads_to_another_site() {
    let port = TestApp::shared().port();
    for target in [
        "//evil.example/",
        "//evil.example",
        "///evil.example/",
        "//evil.example/login/",
        "/\\evil.example/",
        "/%5Cevil.example/",
        "/%2F%2Fevil.example/",
        "/%2Fevil.example/login/",
        "/.//evil.example/",
        "/login/..//evil.example/",
        "/organizations//evil.example/",
        "http://evil.example/login/",
        "http://evil.example/organizations/ABC",
        "//",
        "///",
    ] {
        let answer = raw(
            port,
            &format!("GET {target} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nConnection: close\r\n\r\n"),
        );
        let location = answer.lines().find_map(|line| {
            let (name, value) = line.split_once(": ")?;
            name.eq_ignore_ascii_case("location").then(|| value.to_owned())
        });
        if let Some(to) = location {
            let ours = to.starts_with('/') && !to.starts_with("//") && !to.contains(['\\', '\t']);
            assert!(ours && !to.contains("evil"), "{target} leads to {to}");
        }
        assert!(!answer.is_empty(), "{target}");
    }
}
