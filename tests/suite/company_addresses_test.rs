//! Earlier addresses of companies redirect, and stay reserved.

use std::time::Duration;

use crate::harness::client::Client;
use crate::harness::test_app::TestApp;

const BASE: &str = "/organizations/lakeside/companies";
const DAY: Duration = Duration::from_secs(86_400);

/// Olivia's organization with North, of which Noah is a manager, and Mia a member without a company.
fn setup(app: &TestApp) -> (Client, Client, Client) {
    let cookies = app.fixtures(|fixtures| {
        let owner = fixtures.account("Olivia Hart", "olivia@lake.test", true);
        let organization = fixtures.organization("Lakeside", "lakeside", owner);
        let north = fixtures.company(organization, "North", "north");
        let noah = fixtures.account("Noah Brandt", "noah@lake.test", true);
        fixtures.add_member(organization, noah, "member", &[(north, "manager")]);
        let mia = fixtures.account("Mia Sand", "mia@lake.test", true);
        fixtures.add_member(organization, mia, "member", &[]);
        [owner, noah, mia].map(|user| fixtures.session_cookie(user))
    });
    let [owner, noah, mia] = cookies.map(|cookie| app.client_with(&cookie));
    (owner, noah, mia)
}

fn rename(client: &Client, from: &str, to: &str) -> crate::harness::page::Page {
    client.post(&format!("{BASE}/{from}/settings"), &[("name", "North"), ("slug", to)])
}

#[test]
fn an_earlier_address_redirects_pages_forms_and_fragments() {
    let app = TestApp::open();
    let (olivia, noah, mia) = setup(&app);
    rename(&olivia, "north", "arctic").expect_redirect(&format!("{BASE}/arctic/settings"));
    rename(&noah, "arctic", "polar").expect(303);
    for old in ["north", "arctic"] {
        let there = noah.get(&format!("{BASE}/{old}/settings?x=1")).expect(301).location;
        assert_eq!(there.as_deref(), Some(format!("{BASE}/polar/settings?x=1").as_str()));
        let form = noah.post(
            &format!("{BASE}/{old}/settings"),
            &[("name", "North"), ("slug", "polar")],
        );
        assert_eq!(form.expect(308).location, Some(format!("{BASE}/polar/settings")));
        let part = noah.fragment(&format!("{BASE}/{old}/members"));
        assert_eq!(part.header("hx-redirect"), format!("{BASE}/polar/members"));
    }
    olivia
        .get(&format!("{BASE}/polar/settings"))
        .expect(200)
        .expect_text("Earlier addresses that redirect here: arctic, north");
    // Who can't open the company gets the same answer as at its current address.
    for slug in ["north", "polar"] {
        mia.get(&format!("{BASE}/{slug}")).expect(403);
    }
    olivia.get(&format!("{BASE}/unknown")).expect(404);
}

#[test]
fn an_earlier_address_is_reserved_and_can_be_taken_back() {
    let app = TestApp::open();
    let (olivia, _, _) = setup(&app);
    rename(&olivia, "north", "arctic").expect(303);
    let taken = olivia.post(BASE, &[("name", "South"), ("slug", "north")]).expect(422);
    assert!(taken.field_error("slug").expect("an error").contains("is free"));
    // A generated slug avoids it, too.
    olivia
        .post(BASE, &[("name", "North"), ("slug", ""), ("same_name", "on")])
        .expect_redirect(&format!("{BASE}/north-2"));
    rename(&olivia, "north-2", "north").expect(422);
    rename(&olivia, "arctic", "north").expect(303);
    olivia.get(&format!("{BASE}/north")).expect(200);
    olivia.get(&format!("{BASE}/arctic")).expect(301);
    // Another organization has its own addresses.
    app.fixtures(|fixtures| {
        let owner = fixtures.user("olivia@lake.test");
        let other = fixtures.organization("Meadow", "meadow", owner);
        fixtures.company(other, "Arctic", "arctic");
    });
    olivia.get("/organizations/meadow/companies/arctic").expect(200);
    olivia.get("/organizations/meadow/companies/north").expect(404);
    app.expect_healthy();
}

#[test]
fn a_company_has_at_most_five_new_addresses_in_thirty_days() {
    let app = TestApp::open();
    let (olivia, _, _) = setup(&app);
    let slugs = ["north", "n-one", "n-two", "n-three", "n-four", "n-five"];
    for pair in slugs.windows(2) {
        rename(&olivia, pair[0], pair[1]).expect(303);
    }
    let page = rename(&olivia, "n-five", "n-six").expect(422);
    assert!(
        page.field_error("slug")
            .expect("an error")
            .contains("changed too often"),
        "{}",
        page.text()
    );
    assert_eq!(
        page.value_of("slug").as_deref(),
        Some("n-six"),
        "what was typed is kept"
    );
    rename(&olivia, "n-five", "n-one").expect(303);
    app.advance(31 * DAY);
    let olivia = app.signed_in("olivia@lake.test");
    rename(&olivia, "n-one", "n-six").expect(303);
}

#[test]
fn a_company_that_moves_frees_its_earlier_addresses() {
    let app = TestApp::open();
    let (olivia, _, _) = setup(&app);
    app.fixtures(|fixtures| {
        let owner = fixtures.user("olivia@lake.test");
        fixtures.organization("Meadow", "meadow", owner);
    });
    rename(&olivia, "north", "arctic").expect(303);
    olivia
        .post(&format!("{BASE}/arctic/moving"), &[("to", "meadow"), ("name", "North")])
        .expect_redirect("/organizations/meadow/companies/arctic");
    olivia.get(&format!("{BASE}/north")).expect(404);
    olivia
        .post(BASE, &[("name", "New North"), ("slug", "north")])
        .expect(303);
    app.expect_healthy();
}
