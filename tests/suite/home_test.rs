//! What opens after signing in, and what the overview and the navigation say waits for the reader.

use std::time::Duration;

use crate::harness::client::Client;
use crate::harness::fixtures::open_link;
use crate::harness::people::PASSWORD;
use crate::harness::test_app::TestApp;

/// An owner, an admin, the manager of North, the manager of South and a member, with work for each that decides.
pub fn busy_organization(app: &TestApp, slug: &str) {
    let address = |name: &str| format!("{name}@{slug}.test");
    app.fixtures(|fixtures| {
        let olivia = fixtures.account("Olivia Hart", &address("olivia"), true);
        let organization = fixtures.organization("Busy and Co", slug, olivia);
        let north = fixtures.company(organization, "North", "north");
        let south = fixtures.company(organization, "South", "south");
        let mut add = |name: &str, role: &str, companies: &[_]| {
            let user = fixtures.account(name, &address(&name.to_lowercase()), true);
            fixtures.add_member(organization, user, role, companies)
        };
        add("Adam", "admin", &[]);
        add("Nora", "member", &[(north, "manager")]);
        add("Simon", "member", &[(south, "manager")]);
        let mia = add("Mia", "member", &[(north, "viewer")]);
        fixtures.request(organization, mia, "co.edit", Some(north));
        fixtures.review(organization, olivia, None);
        let (link, _) = fixtures.link(organization, olivia, &open_link("Team"));
        let hana = fixtures.account("Hana", &address("hana"), true);
        fixtures.join_request(organization, link, hana, "");
    });
}

/// The entries of the card “Needs attention”.
fn attention(client: &Client, slug: &str) -> Vec<String> {
    client
        .get(&format!("/organizations/{slug}"))
        .expect(200)
        .texts("section[aria-labelledby=attention-h] .rows a")
}

/// The entries of the navigation with their numbers.
fn navigation(client: &Client, slug: &str) -> Vec<String> {
    let page = client.get(&format!("/organizations/{slug}")).expect(200);
    let entries = page.texts("#sidebar .sidebar__group a.nav");
    entries
        .into_iter()
        .filter(|entry| entry.contains("waiting for you"))
        .collect()
}

#[test]
fn the_overview_lists_and_the_navigation_counts_what_waits_for_each_reader() {
    let app = TestApp::open();
    busy_organization(&app, "busy");
    let at = |name: &str| app.signed_in(&format!("{name}@busy.test"));
    let everything = ["Autumn review", "Mia requests access", "1 person asks to join"];
    for name in ["olivia", "adam"] {
        let found = attention(&at(name), "busy");
        assert_eq!(found[..3], everything, "{name}");
        assert_eq!(
            navigation(&at(name), "busy"),
            ["Access control 4 waiting for you", "Settings 1 waiting for you"],
            "{name}"
        );
    }
    assert!(attention(&at("olivia"), "busy").contains(&"Only one owner".to_owned()));
    // Managers see what they decide, and nothing of other companies.
    assert_eq!(attention(&at("nora"), "busy"), ["Autumn review", "Mia requests access"]);
    assert_eq!(attention(&at("simon"), "busy"), ["Autumn review"]);
    at("simon")
        .get("/organizations/busy")
        .expect_text("1 answer is missing, due");
    assert_eq!(navigation(&at("simon"), "busy"), ["Access control 1 waiting for you"]);
    // The review is one click away.
    let page = at("nora").get("/organizations/busy").expect(200);
    let review = page
        .links()
        .into_iter()
        .find(|link| link.contains("/access/reviews/"))
        .expect("a link to the review");
    at("nora").get(&review).expect(200).expect_text("Autumn review");
    // A member without a decision has neither.
    assert_eq!(attention(&at("mia"), "busy"), Vec::<String>::new());
    assert_eq!(navigation(&at("mia"), "busy"), Vec::<String>::new());
    // A decided request waits no longer.
    let request = page
        .links()
        .into_iter()
        .find(|link| link.contains("/access/requests/"))
        .expect("a link to the request");
    at("nora")
        .post(&format!("{request}/decision"), &[("decision", "deny"), ("answer", "")])
        .expect(303);
    assert_eq!(attention(&at("nora"), "busy"), ["Autumn review"]);
}

#[test]
fn many_access_requests_are_one_item() {
    let app = TestApp::open();
    app.fixtures(|fixtures| {
        let olivia = fixtures.account("Olivia Hart", "olivia@many.test", true);
        let organization = fixtures.organization("Many and Co", "many", olivia);
        for n in 0..5 {
            let user = fixtures.account(&format!("Person {n}"), &format!("person{n}@many.test"), true);
            let member = fixtures.add_member(organization, user, "viewer", &[]);
            fixtures.request(organization, member, "access.view", None);
        }
    });
    let found = attention(&app.signed_in("olivia@many.test"), "many");
    assert_eq!(found[0], "5 access requests");
}

#[test]
fn access_that_ends_within_a_week_needs_attention_and_is_a_filter_of_the_members() {
    let app = TestApp::open();
    let members = app.fixtures(|fixtures| {
        let olivia = fixtures.account("Olivia Hart", "olivia@ending.test", true);
        let organization = fixtures.organization("Ending and Co", "ending", olivia);
        ["Ann", "Bob", "Cleo"].map(|name| {
            let user = fixtures.account(name, &format!("{}@ending.test", name.to_lowercase()), true);
            fixtures.add_member(organization, user, "viewer", &[])
        })
    });
    let olivia = app.signed_in("olivia@ending.test");
    let end = |at: usize, days: i64| {
        app.database.execute(&format!(
            "UPDATE memberships SET access_until = {} WHERE id = '{}'",
            app.now() + days * 86_400_000_000,
            members[at]
        ));
    };
    end(0, 3);
    end(1, 30);
    assert!(attention(&olivia, "ending").contains(&"Ann’s access ends soon".to_owned()));
    end(1, 6);
    let found = attention(&olivia, "ending");
    assert!(found.contains(&"Access of 2 members ends soon".to_owned()), "{found:?}");
    let list = olivia.get("/organizations/ending/members?status=ending").expect(200);
    assert!(
        list.has("Ann") && list.has("Bob") && !list.has("Cleo"),
        "{}",
        list.text()
    );
    // Over is not ending.
    app.advance(Duration::from_secs(4 * 86_400));
    let list = olivia.get("/organizations/ending/members?status=ending").expect(200);
    assert!(!list.has("ann@") && list.has("bob@"), "{}", list.text());
}

#[test]
fn signing_in_opens_the_organization_that_was_used_last() {
    let app = TestApp::open();
    app.fixtures(|fixtures| {
        let olivia = fixtures.account("Olivia Hart", "olivia@last.test", true);
        for (name, slug) in [("Alpha", "alpha"), ("Beta", "beta"), ("Gamma", "gamma")] {
            fixtures.organization(name, slug, olivia);
        }
    });
    let fields = [("email", "olivia@last.test"), ("password", PASSWORD)];
    let olivia = app.signed_in("olivia@last.test");
    for slug in ["gamma", "alpha", "beta"] {
        app.advance(Duration::from_secs(3_600));
        olivia.get(&format!("/organizations/{slug}")).expect(200);
    }
    app.client()
        .post("/login", &fields)
        .expect_redirect("/organizations/beta");
    // The page that someone asked for comes first.
    let asked = [fields[0], fields[1], ("next", "/organizations/gamma/members")];
    app.client()
        .post("/login", &asked)
        .expect_redirect("/organizations/gamma/members");
    // So does the address of the instance, and a login page that is not needed.
    olivia.get("/").expect_redirect("/organizations/beta");
    olivia.get("/login").expect_redirect("/");
    // Without access there, the next one opens.
    app.database.execute(
        "UPDATE memberships SET status = 'suspended', suspended_by = 'x' WHERE organization_id = \
         (SELECT organization_id FROM organization_slugs WHERE slug = 'beta')",
    );
    app.client()
        .post("/login", &fields)
        .expect_redirect("/organizations/alpha");
}
