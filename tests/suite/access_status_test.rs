//! The status of a member's access: suspension, end dates of memberships and assignments, removal and its undo.

use std::time::Duration;

use crate::harness::client::Client;
use crate::harness::test_app::TestApp;

const DAY: Duration = Duration::from_secs(86_400);
const BASE: &str = "/organizations/quay/members";

struct Setup {
    olivia: Client,
    ursula: Client,
    vera: Client,
    noah: Client,
    /// Noah manages north and is in the group Support.
    noah_id: String,
    olivia_id: String,
    adam_id: String,
    organization: String,
    north: String,
}

/// Noah has an assignment, a group, an override and a pending invitation. Ursula is user admin, Vera viewer, Adam
/// admin.
fn setup(app: &TestApp) -> Setup {
    let (cookies, ids) = app.fixtures(|fixtures| {
        let owner = fixtures.account("Olivia Hart", "olivia@quay.test", true);
        let organization = fixtures.organization("Quay", "quay", owner);
        let north = fixtures.company(organization, "North", "north");
        let south = fixtures.company(organization, "South", "south");
        let noah = fixtures.account("Noah Brandt", "noah@quay.test", true);
        let noah_id = fixtures
            .add_member(organization, noah, "member", &[(north, "manager")])
            .to_string();
        let ursula = fixtures.account("Ursula Vale", "ursula@quay.test", true);
        fixtures.add_member(organization, ursula, "user_admin", &[]);
        let vera = fixtures.account("Vera Lund", "vera@quay.test", true);
        fixtures.add_member(organization, vera, "viewer", &[]);
        let adam = fixtures.account("Adam West", "adam@quay.test", true);
        let adam_id = fixtures.add_member(organization, adam, "admin", &[]).to_string();
        let group = fixtures.group(organization, owner, "Support", "member", &[(south, "viewer")]);
        fixtures.add_to_group(organization, group, &noah_id);
        fixtures.invitation(organization, noah, "guest@quay.test", "member", &[(north, "viewer")]);
        let olivia_id = fixtures.membership(organization, owner).to_string();
        (
            [owner, ursula, vera, noah].map(|user| fixtures.session_cookie(user)),
            [noah_id, olivia_id, adam_id, organization.to_string(), north.to_string()],
        )
    });
    app.database.execute(&format!(
        "UPDATE memberships SET overrides = '{{\"members.view\":\"deny\"}}' WHERE id = '{}'",
        ids[0]
    ));
    let [olivia, ursula, vera, noah] = cookies.each_ref().map(|cookie| app.client_with(cookie));
    let [noah_id, olivia_id, adam_id, organization, north] = ids;
    Setup {
        olivia,
        ursula,
        vera,
        noah,
        noah_id,
        olivia_id,
        adam_id,
        organization,
        north,
    }
}

fn count(app: &TestApp, from: &str) -> i64 {
    app.database.number(&format!("SELECT count(*) AS value FROM {from}"))
}

fn access_summary(app: &TestApp, setup: &Setup) -> String {
    app.fixtures(|fixtures| {
        let organization = fixtures.organization_of("quay");
        assert_eq!(organization.to_string(), setup.organization);
        fixtures.access_summary(organization, &setup.noah_id)
    })
}

#[test]
fn a_suspension_takes_effect_immediately_and_restoring_returns_all_access() {
    let app = TestApp::open();
    let setup = setup(&app);
    let before = access_summary(&app, &setup);
    let member = format!("{BASE}/{}", setup.noah_id);
    setup.noah.get("/organizations/quay/companies/north").expect(200);
    let dialog = setup.ursula.fragment(&format!("{member}/suspension")).expect(200);
    assert!(dialog.has("Suspend Noah Brandt?"));
    setup
        .ursula
        .post(&format!("{member}/suspension"), &[("reason", &"x".repeat(301))])
        .expect(422);
    setup
        .ursula
        .post(&format!("{member}/suspension"), &[("reason", "Lost his laptop")])
        .expect_redirect(&member);
    for path in ["", "/companies/north", "/members", "/invitations"] {
        setup
            .noah
            .get(&format!("/organizations/quay{path}"))
            .expect(403)
            .expect_text("Your access to Quay is suspended");
    }
    setup.noah.post("/organizations/quay/leaving", &[]).expect(403);
    assert!(app.mail_to("noah@quay.test").subject.contains("suspended"));
    assert!(!app.mail_to("noah@quay.test").text.contains("laptop"));
    app.expect_healthy();

    // Only members who can restore the access see who suspended it and why.
    setup
        .olivia
        .get(&member)
        .expect(200)
        .expect_text("Suspended by Ursula Vale")
        .expect_text("Lost his laptop");
    assert!(!setup.vera.get(&member).expect(200).has("laptop"));
    setup.vera.post(&format!("{member}/restoration"), &[]).expect(403);
    let list = setup.olivia.get(&format!("{BASE}?status=suspended")).expect(200);
    assert_eq!(list.texts("tbody .who__name"), ["Noah Brandt"]);
    // Invitations they sent can't be accepted while they are suspended.
    let link = app.mail_to("guest@quay.test").link("/invitations/");
    let page = app.client().get(&link);
    assert!(!page.has("Accept"), "{}", page.text());

    setup
        .olivia
        .post(&format!("{member}/restoration"), &[])
        .expect_redirect(&member);
    setup.noah.get("/organizations/quay/companies/north").expect(200);
    assert_eq!(access_summary(&app, &setup), before);
    assert_eq!(
        count(
            &app,
            "audit_events WHERE action IN ('member.suspended', 'member.restored')"
        ),
        2
    );
    // A second restore reports a conflict.
    setup
        .olivia
        .post(&format!("{member}/restoration"), &[])
        .expect(303)
        .follow(&setup.olivia)
        .expect_text("Someone else changed this member");
    app.expect_healthy();
}

#[test]
fn no_one_suspends_restores_or_removes_themselves_or_a_higher_role() {
    let app = TestApp::open();
    let setup = setup(&app);
    for (who, id) in [
        (&setup.ursula, &setup.adam_id),
        (&setup.ursula, &setup.olivia_id),
        (&setup.olivia, &setup.olivia_id),
        (&setup.vera, &setup.noah_id),
    ] {
        for verb in ["suspension", "restoration", "removal"] {
            who.post(&format!("{BASE}/{id}/{verb}"), &[]).expect(403);
        }
    }
    setup
        .olivia
        .post(&format!("{BASE}/{}/removal", setup.adam_id), &[])
        .expect(303);
    setup
        .ursula
        .post(&format!("{BASE}/{}/reinstatement", setup.adam_id), &[])
        .expect(403);
    setup.vera.get(&format!("{BASE}/removed")).expect(403);
    setup.noah.get(&format!("{BASE}/removed")).expect(403);
    setup
        .ursula
        .get(&format!("{BASE}/removed"))
        .expect(200)
        .expect_text("You can’t restore this member");
    assert_eq!(count(&app, "memberships WHERE status = 'removed'"), 1);
}

#[test]
fn a_later_end_date_restores_ended_access() {
    let app = TestApp::open();
    let setup = setup(&app);
    let member = format!("{BASE}/{}", setup.noah_id);
    setup
        .olivia
        .post(&format!("{member}/access-end"), &[("access_until", &app.day(2))])
        .expect(303);
    setup.noah.get("/organizations/quay").expect(200);
    app.advance(3 * DAY);
    setup
        .noah
        .get("/organizations/quay")
        .expect(403)
        .expect_text("Your access to Quay ended on");
    app.sweep();
    app.expect_healthy();
    assert_eq!(
        count(
            &app,
            "audit_events WHERE action = 'member.access_ended' AND actor_id IS NULL"
        ),
        1
    );
    setup.olivia.get(BASE).expect(200).expect_text("Access ended");
    setup
        .olivia
        .get(&member)
        .expect(200)
        .expect_text("Change or remove the end date to restore access");
    setup
        .olivia
        .post(&format!("{member}/access-end"), &[("access_until", &app.day(5))])
        .expect(303);
    setup.noah.get("/organizations/quay").expect(200);
    app.expect_healthy();
}

#[test]
fn a_company_assignment_ends_on_its_end_date() {
    let app = TestApp::open();
    let setup = setup(&app);
    let companies = format!("{BASE}/{}/companies", setup.noah_id);
    let assign = |role: &str, until: &str| {
        setup.olivia.post(
            &companies,
            &[
                ("company_id", &setup.north),
                ("company_role", role),
                ("company_until", until),
            ],
        )
    };
    for bad in ["soon", "2001-01-01"] {
        assign("manager", bad).expect(422);
    }
    assert_eq!(count(&app, "company_assignments WHERE access_until IS NOT NULL"), 0);
    let last = app.day(2);
    assign("manager", &last).expect(303);
    setup
        .olivia
        .get("/organizations/quay/companies/north")
        .expect(200)
        .expect_text("until");
    // Changing only the role keeps the end date.
    setup
        .olivia
        .post(&companies, &[("company_id", &setup.north), ("company_role", "editor")])
        .expect(303);
    assert_eq!(count(&app, "company_assignments WHERE access_until IS NOT NULL"), 1);
    setup.noah.get("/organizations/quay/companies/north").expect(200);
    app.advance(3 * DAY);
    setup.noah.get("/organizations/quay/companies/north").expect(403);
    setup.noah.get("/organizations/quay/companies/south").expect(200);
    app.sweep();
    app.expect_healthy();
    assert_eq!(count(&app, "company_assignments WHERE direct_role IS NOT NULL"), 0);
    assert_eq!(
        count(
            &app,
            "audit_events WHERE action = 'member.unassigned' AND actor_id IS NULL"
        ),
        1
    );
    // A new assignment has no end date.
    setup
        .olivia
        .post(&companies, &[("company_id", &setup.north), ("company_role", "viewer")])
        .expect(303);
    setup.noah.get("/organizations/quay/companies/north").expect(200);
    app.expect_healthy();
}

#[test]
fn an_assignment_from_a_group_is_removed_only_through_the_group() {
    let app = TestApp::open();
    let setup = setup(&app);
    let south = app
        .database
        .words("SELECT id AS value FROM companies WHERE slug = 'south'")
        .remove(0);
    setup
        .olivia
        .get(&format!("{BASE}/{}", setup.noah_id))
        .expect(200)
        .expect_text("By group Support");
    setup
        .olivia
        .post(&format!("{BASE}/{}/companies/{south}/unassigning", setup.noah_id), &[])
        .expect(303)
        .follow(&setup.olivia)
        .expect_text("This assignment comes from a group");
    // Removing a direct assignment keeps the one from the group.
    setup
        .olivia
        .post(
            &format!("{BASE}/{}/companies", setup.noah_id),
            &[("company_id", &south), ("company_role", "manager")],
        )
        .expect(303);
    setup
        .olivia
        .post(&format!("{BASE}/{}/companies/{south}/unassigning", setup.noah_id), &[])
        .expect(303);
    setup.noah.get("/organizations/quay/companies/south").expect(200);
    app.expect_healthy();
}

#[test]
fn the_removal_page_lists_what_the_member_loses() {
    let app = TestApp::open();
    let setup = setup(&app);
    let sheet = setup
        .olivia
        .get(&format!("{BASE}/{}/removal", setup.noah_id))
        .expect(200);
    for words in [
        "Noah Brandt loses access to North and South",
        "North (manager), South (viewer)",
        "No other manager",
        "Support",
        "Overrides 1 permission",
        "Cancel the pending invitation this person sent",
        "You can undo the removal for 24 hours",
    ] {
        assert!(sheet.has(words), "{words} is not in {}", sheet.text());
    }
    assert_eq!(sheet.value_of("cancel_invitations").as_deref(), Some("on"));
    setup
        .olivia
        .post(
            &format!("{BASE}/{}/removal", setup.noah_id),
            &[("cancel_invitations", "on")],
        )
        .expect(303);
    assert_eq!(count(&app, "invitations WHERE status = 'cancelled'"), 1);
    app.expect_healthy();
}

#[test]
fn a_removal_can_be_fully_undone_for_24_hours() {
    let app = TestApp::open();
    let setup = setup(&app);
    setup
        .olivia
        .post(
            &format!("{BASE}/{}/companies", setup.noah_id),
            &[
                ("company_id", &setup.north),
                ("company_role", "manager"),
                ("company_until", &app.day(30)),
            ],
        )
        .expect(303);
    let before = access_summary(&app, &setup);
    let back = format!("{BASE}/{}/reinstatement", setup.noah_id);
    setup
        .ursula
        .post(&format!("{BASE}/{}/removal", setup.noah_id), &[])
        .expect_redirect(BASE)
        .follow(&setup.ursula)
        .expect_text("You can undo this for 24 hours under “Recently removed”");
    setup.noah.get("/organizations/quay").expect(404);
    app.expect_healthy();
    app.advance(Duration::from_secs(23 * 3600));
    setup
        .olivia
        .get(&format!("{BASE}/removed"))
        .expect(200)
        .expect_text("Noah Brandt")
        .expect_text("by Ursula Vale")
        .expect_text("in 59 minutes");
    setup.vera.post(&back, &[]).expect(403);
    setup
        .olivia
        .post(&back, &[])
        .expect_redirect(&format!("{BASE}/{}", setup.noah_id));
    assert_eq!(access_summary(&app, &setup), before);
    setup.noah.get("/organizations/quay/companies/north").expect(200);
    assert_eq!(count(&app, "audit_events WHERE action = 'member.removal_undone'"), 1);
    app.expect_healthy();
    // A second undo redirects without an effect.
    setup
        .olivia
        .post(&back, &[])
        .expect_redirect(&format!("{BASE}/removed"));

    // A member who left can be restored the same way; after a day no one can.
    setup.noah.post("/organizations/quay/leaving", &[]).expect(303);
    setup
        .olivia
        .get(&format!("{BASE}/removed"))
        .expect(200)
        .expect_text("left the organization");
    setup.olivia.post(&back, &[]).expect(303);
    assert_eq!(access_summary(&app, &setup), before);
    setup
        .olivia
        .post(&format!("{BASE}/{}/removal", setup.noah_id), &[])
        .expect(303);
    app.advance(DAY + Duration::from_secs(60));
    for _ in 0..2 {
        setup
            .olivia
            .post(&back, &[])
            .expect_redirect(&format!("{BASE}/removed"))
            .follow(&setup.olivia)
            .expect_text("can no longer be restored");
        app.sweep();
    }
    setup.noah.get("/organizations/quay").expect(404);
    app.expect_healthy();

    // The owner of another organization can't find the member.
    let stranger = app.fixtures(|fixtures| {
        let sten = fixtures.account("Sten Far", "sten@elsewhere.test", true);
        fixtures.organization("Elsewhere", "elsewhere", sten);
        fixtures.session_cookie(sten)
    });
    let sten = app.client_with(&stranger);
    for verb in ["reinstatement", "restoration", "suspension", "removal"] {
        sten.post(
            &format!("/organizations/elsewhere/members/{}/{verb}", setup.noah_id),
            &[],
        )
        .expect(404);
    }
}
