//! Fragments that htmx loads are parts of the full page.

use tenantry::routes::ROUTES;

use crate::harness::client::Client;
use crate::harness::test_app::TestApp;
use crate::roles_test::Scenario;

fn collapse_whitespace(html: &str) -> String {
    html.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Every page with fragments.
fn pages(scenario: &Scenario) -> Vec<String> {
    let base = format!("/organizations/{}", scenario.slug);
    let company = format!("{base}/companies/{}", scenario.north_slug);
    vec![
        "/organizations".into(),
        format!("/organizations?q={}", scenario.slug),
        format!("{base}/members"),
        format!("{base}/members?q=tara&role=member&sort=-name"),
        format!("{base}/members?q=nobody"),
        format!("{base}/members/{}", scenario.member),
        format!("{base}/members/{}/removal", scenario.member),
        format!("{base}/invitations"),
        format!("{base}/invitations?status=all&q=newcomer"),
        format!("{base}/invitations?q=nobody"),
        format!("{base}/invitations/new"),
        format!("{base}/invitations/new?company_q=nor"),
        format!("{base}/invitations/{}", scenario.invitation),
        format!("{base}/invitations/{}/cancellation", scenario.invitation),
        format!("{base}/companies"),
        format!("{base}/companies?q=north&sort=newest"),
        format!("{base}/companies/new"),
        format!("{company}/archiving"),
        format!("{company}/members"),
        format!("{company}/members?q=tara"),
        format!("{base}/leaving"),
        format!("{base}/access"),
        format!("{base}/access?q=tara&role=member"),
        format!("{base}/access?tab=company&company={}", scenario.north_slug),
        format!("{base}/access?q=nobody"),
        format!("{base}/access/assignments/new"),
        format!(
            "{base}/access/assignments/new?member_id={}&company_id={}",
            scenario.member, scenario.north
        ),
        format!("{base}/access/assignments/new?mode=new"),
        format!("{base}/access/matrix"),
        format!("{base}/access/matrix?q=tara&company={}", scenario.north_slug),
    ]
}

fn owner(app: &TestApp, scenario: &Scenario) -> Client {
    app.client_with(scenario.actor.as_ref().expect("an owner"))
}

/// The pages of all routes that answer htmx with a part. Some answer everyone with a part.
fn parts_of_routes(client: &Client, scenario: &Scenario) -> Vec<String> {
    let shown = ROUTES
        .iter()
        .filter(|route| {
            route.method == "GET" && !route.path.starts_with("/api/") && !route.path.starts_with("/static/")
        })
        .map(|route| scenario.path(route.path, ""));
    let has_part = |path: &String| {
        let answer = client.fragment(path);
        answer.status == 200
            && answer.header("content-type").starts_with("text/html")
            && answer.header("vary").to_lowercase().contains("hx-request")
            && !answer.body.contains("<html")
            && client.get(path).body.contains("<html")
    };
    shown.filter(has_part).collect()
}

#[test]
fn each_fragment_is_contained_in_its_page() {
    let app = TestApp::open();
    let scenario = Scenario::create(&app, "owner", "fragments");
    let client = owner(&app, &scenario);
    // The first visit updates the member's last activity; from then on both responses show the same time.
    client.get("/organizations/fragments").expect(200);
    let mut paths = pages(&scenario);
    let of_routes = parts_of_routes(&client, &scenario);
    assert!(of_routes.len() > 30, "{of_routes:?}");
    paths.extend(of_routes);
    for path in paths {
        let (page, part) = (client.get(&path).expect(200), client.fragment(&path).expect(200));
        assert!(page.body.contains("<html"), "{path} is not a full page");
        assert!(
            !part.body.contains("<html") && !part.body.contains("<body"),
            "{path} is not a fragment"
        );
        assert!(!part.body.trim().is_empty(), "{path}");
        assert!(part.bytes.len() < page.bytes.len(), "{path}");
        let (whole, squeezed_part) = (collapse_whitespace(&page.body), collapse_whitespace(&part.body));
        assert!(
            whole.contains(&squeezed_part),
            "{path}: the fragment is not in the page:\n{squeezed_part}"
        );
        for answer in [&page, &part] {
            let vary = answer.header("vary").to_lowercase();
            assert!(
                vary.contains("hx-request") && vary.contains("cookie"),
                "{path}: Vary: {vary}"
            );
            assert!(answer.header("cache-control").contains("no-store"), "{path}");
        }
    }
}

#[test]
fn a_fragment_request_without_a_session_redirects_the_page_to_login() {
    let app = TestApp::open();
    let scenario = Scenario::create(&app, "owner", "fragments");
    for path in pages(&scenario) {
        let part = app.client().fragment(&path).expect(401);
        let to = part.header("hx-redirect").to_owned();
        assert!(to.starts_with("/login?next="), "{path}: {to}");
        assert!(part.body.is_empty() || !part.body.contains("<html"), "{path}");
    }
    // A form sent without a session does not redirect to a route that only accepts POST.
    let post = app
        .client()
        .post_fragment("/organizations/fragments/invitations", &[("emails", "a@b.test")])
        .expect(401);
    assert!(
        post.header("hx-redirect").starts_with("/login"),
        "{}",
        post.header("hx-redirect")
    );
}

#[test]
fn a_dialog_shows_its_errors_in_place_and_redirects_on_success() {
    let app = TestApp::open();
    let scenario = Scenario::create(&app, "owner", "fragments");
    let client = owner(&app, &scenario);
    let base = "/organizations/fragments";
    for (path, invalid, valid) in [
        (
            "invitations",
            vec![("emails", "nobody"), ("role", "viewer")],
            vec![("emails", "noah@fragments.test"), ("role", "viewer")],
        ),
        (
            "companies",
            vec![("name", ""), ("slug", "")],
            vec![("name", "East"), ("slug", "east")],
        ),
    ] {
        let page = client.post_fragment(&format!("{base}/{path}"), &invalid).expect(422);
        assert!(!page.body.contains("<html"), "{path}: a full page in a dialog");
        assert!(page.has("There is a problem"), "{path}");
        let page = client.post_fragment(&format!("{base}/{path}"), &valid);
        assert!(page.status < 300, "{path}: {}", page.status);
        assert!(
            page.header("hx-redirect").starts_with(base),
            "{path}: {}",
            page.header("hx-redirect")
        );
        assert!(page.body.is_empty(), "{path}");
    }
}
