//! What a page costs around itself: how often it asks the database, and when it writes the cookie.

use std::time::{Duration, Instant};

use crate::harness::client::Client;
use crate::harness::people::{PASSWORD, create_organization, invite};
use crate::harness::server_process::ServerProcess;
use crate::harness::test_app::TestApp;

/// Waits for an email with a link to this path.
fn link(server: &ServerProcess, email: &str, path: &str) -> String {
    let end = Instant::now() + Duration::from_secs(20);
    loop {
        let sent = server
            .emails()
            .into_iter()
            .find(|sent| sent.to == email && sent.text.contains(path));
        if let Some(sent) = sent {
            return sent.link(path);
        }
        assert!(Instant::now() < end, "no email to {email}: {}", server.log());
        std::thread::sleep(Duration::from_millis(30));
    }
}

/// An owner, with a company, and an admin of an organization of `server`.
fn owner_and_admin(server: &ServerProcess) -> (Client, Client) {
    let sign_up = |name: &str, email: &str| {
        let client = server.client();
        let fields = [
            ("name", name),
            ("email", email),
            ("password", PASSWORD),
            ("terms", "on"),
        ];
        client.post("/signup", &fields).expect(303);
        client.post(&link(server, email, "/verify/"), &[]).expect(303);
        client
    };
    let olivia = sign_up("Olivia Hart", "olivia@reads.test");
    create_organization(&olivia, "Reads", "reads", "olivia@reads.test");
    let north = [("name", "North"), ("slug", "north")];
    olivia.post("/organizations/reads/companies", &north).expect(303);
    olivia
        .post("/organizations/reads/companies/north/pinning", &[])
        .expect(303);
    let admin = sign_up("Noah Berg", "noah@reads.test");
    invite(&olivia, "reads", "noah@reads.test", "admin");
    let invitation = link(server, "noah@reads.test", "/invitations/");
    admin.post(&format!("{invitation}/acceptance"), &[]).expect(303);
    (olivia, admin)
}

/// The statements of a request, without the beginning and the end of its transaction.
fn statements(server: &ServerProcess, request: impl Fn()) -> Vec<String> {
    // The first request of a minute notes the visit.
    request();
    let before = server.log().lines().count();
    request();
    std::thread::sleep(Duration::from_millis(50));
    let log = server.log();
    // Only the log of statements has this level. Each line begins with its time.
    let sent = log.lines().skip(before).filter_map(|line| line.split_once("DEBUG"));
    sent.map(|(_, text)| text.to_owned())
        .filter(|text| text.contains("SELECT"))
        .collect()
}

#[test]
fn a_page_of_members_asks_at_most_seven_times_and_nothing_twice() {
    let mut server = ServerProcess::prepare();
    // Background jobs read as well, but only once a minute.
    server.set("TENANTRY_LOG", "warn,tenantry::sql=debug");
    // Each page is made, whether it is stored or not.
    server.set("TENANTRY_STORED_PAGES", "off").start();
    let (olivia, noah) = owner_and_admin(&server);
    for client in [&olivia, &noah] {
        let page = statements(&server, || {
            client
                .get("/organizations/reads/members")
                .expect(200)
                .expect_text("Noah Berg");
        });
        let mut once = page.clone();
        once.sort();
        once.dedup();
        assert_eq!(once.len(), page.len(), "a statement was sent twice: {page:#?}");
        assert!((3..=7).contains(&page.len()), "{} statements: {page:#?}", page.len());
        let rows = page.iter().position(|sent| sent.contains("joined_at"));
        assert!(
            rows.is_some_and(|at| at <= 2),
            "the rows come after {rows:?} others: {page:#?}"
        );
        let part = statements(&server, || {
            client.fragment("/organizations/reads/members").expect(200);
        });
        assert!(
            part.len() <= 4,
            "{} statements for the list alone: {part:#?}",
            part.len()
        );
    }
    // Every limit of the security policy is decided from what a request reads anyway.
    let members = || _ = noah.get("/organizations/reads/members").expect(200);
    let without = statements(&server, members);
    let policy = [
        ("two_factor", "off"),
        ("two_factor_grace_days", "14"),
        ("idle_minutes", "60"),
        ("absolute_hours", "8"),
        ("step_up_minutes", "15"),
        ("action", "apply"),
    ];
    olivia
        .post("/organizations/reads/settings/security", &policy)
        .expect(303);
    assert_eq!(statements(&server, members), without);
}

#[test]
fn a_page_writes_the_cookie_only_when_it_shows_a_message() {
    let app = TestApp::open();
    let olivia = app.owner_of("Cookie House", "cookie-house");
    let session = || olivia.cookies().into_iter().find(|(name, _)| name == "session");
    olivia.get("/organizations/cookie-house");
    let before = session();
    assert!(before.is_some());
    for path in ["", "/members", "/companies", "/access", "/settings/general"] {
        let page = olivia.get(&format!("/organizations/cookie-house{path}"));
        assert_eq!(page.header("set-cookie"), "", "{path}");
    }
    assert_eq!(session(), before);

    let changed = olivia.post("/account/name", &[("name", "Olivia Stone")]).expect(303);
    assert_ne!(changed.header("set-cookie"), "");
    // A fragment leaves the message where it is.
    assert_eq!(olivia.fragment("/account").header("set-cookie"), "");
    let page = olivia.get("/account").expect(200);
    assert!(
        !page.texts("[role=status]").join("").trim().is_empty(),
        "{}",
        page.text()
    );
    assert!(
        page.header("set-cookie").contains("Max-Age=7776000"),
        "{}",
        page.header("set-cookie")
    );
    let page = olivia.get("/account").expect(200);
    assert!(
        page.texts("[role=status]").join("").trim().is_empty(),
        "{}",
        page.text()
    );
    assert_eq!(page.header("set-cookie"), "");
}

#[test]
fn a_visitor_without_a_session_gets_no_cookie() {
    let app = TestApp::shared();
    for path in ["/login", "/signup", "/legal/terms"] {
        assert_eq!(app.client().get(path).expect(200).header("set-cookie"), "", "{path}");
    }
}
