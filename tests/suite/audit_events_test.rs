//! Every change records an audit event with its actor, origin and request; a refused change leaves nothing behind.

use crate::harness::test_app::TestApp;
use crate::roles_test::Scenario;

#[test]
fn an_audit_event_records_actor_ip_agent_and_request_id() {
    let app = TestApp::open();
    let scenario = Scenario::create(&app, "admin", "noted");
    let admin = app
        .client_with(scenario.actor.as_ref().expect("an admin"))
        .with("User-Agent", "Lighthouse/1.0");
    let fields = [("emails", "noah@noted.test"), ("role", "viewer")];
    let page = admin.post("/organizations/noted/invitations", &fields).expect(303);
    let column = |column: &str| {
        let sql = format!("SELECT {column} AS value FROM audit_events WHERE action = 'member.invited'");
        app.database.words(&sql).pop().expect("an audit event")
    };
    assert_eq!(column("actor_name"), "Alex noted");
    assert_eq!(column("ip"), "127.0.0.1");
    assert_eq!(column("agent"), "Lighthouse/1.0");
    assert_eq!(column("request_id"), page.header("x-request-id"));
    assert_eq!(column("target_label"), "noah@noted.test");
    assert!(column("after").contains("viewer"));
    let at = app
        .database
        .number("SELECT at AS value FROM audit_events WHERE action = 'member.invited'");
    assert!((app.now() - at).abs() < 60_000_000);
    // The overview shows the event.
    admin
        .get("/organizations/noted")
        .expect(200)
        .expect_text("Alex noted")
        .expect_text("noah@noted.test");
}

#[test]
fn a_refused_change_leaves_no_audit_event_and_no_email() {
    let app = TestApp::open();
    let scenario = Scenario::create(&app, "viewer", "refused");
    let viewer = app.client_with(scenario.actor.as_ref().expect("a viewer"));
    let count = |table: &str| app.database.number(&format!("SELECT count(*) AS value FROM {table}"));
    // Run background jobs first, so that only the requests change the counts.
    app.sweep();
    app.deliver_mail();
    let before = (
        count("audit_events"),
        count("mail_outbox"),
        count("invitations"),
        count("companies"),
    );
    let base = "/organizations/refused";
    for route in tenantry::routes::ROUTES
        .iter()
        .filter(|r| r.method == "POST" && r.path.contains("{slug}"))
    {
        // A viewer can leave, request access, pin a company and save views of their own; other tests cover these.
        if [
            "/leaving",
            "/access/requests",
            "/pinning",
            "/unpinning",
            "/member-views",
        ]
        .iter()
        .any(|end| route.path.ends_with(end))
        {
            continue;
        }
        let form = scenario.form(route.path);
        let page = crate::roles_test::ask(&viewer, "POST", &scenario.path(route.path, "none"), &form);
        assert!(matches!(page.status, 403 | 404), "{}: {}", page.request, page.status);
        if page.status == 403 {
            assert!(
                page.has("Olivia refused"),
                "{}: who can grant it: {}",
                page.request,
                page.text()
            );
        }
    }
    viewer.get(&format!("{base}/settings/general")).expect(403);
    assert_eq!(
        (
            count("audit_events"),
            count("mail_outbox"),
            count("invitations"),
            count("companies")
        ),
        before
    );
}

#[test]
fn a_cross_site_form_changes_nothing_even_for_an_owner() {
    let app = TestApp::open();
    let scenario = Scenario::create(&app, "owner", "foreign");
    let owner = app.client_with(scenario.actor.as_ref().expect("an owner"));
    let events = || app.database.number("SELECT count(*) AS value FROM audit_events");
    let before = events();
    for route in tenantry::routes::ROUTES.iter().filter(|route| route.method == "POST") {
        for headers in [
            &[("Sec-Fetch-Site", "cross-site"), ("Origin", "https://evil.example")][..],
            &[("Sec-Fetch-Site", "same-site")],
            &[("Origin", "https://evil.example")],
            &[("HX-Request", "true")],
        ] {
            let path = scenario.path(route.path, "none");
            let page = owner.send(
                "POST",
                &path,
                headers,
                Some("emails=noah@foreign.test&role=owner".into()),
            );
            // For the API, the cookie of an owner is no key.
            let refused = if route.path.starts_with("/api/") { 401 } else { 403 };
            assert_eq!(page.status, refused, "{} with {headers:?}", page.request);
        }
    }
    assert_eq!(events(), before);
    owner.get("/account").expect(200);
}
