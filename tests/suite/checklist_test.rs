//! The security checklist: what it measures, who sees it, and when the next review is due.

use std::time::Duration;

use tenantry::models::settings_review;

use crate::harness::client::Client;
use crate::harness::test_app::TestApp;

const PATH: &str = "/organizations/lakeside/settings/checklist";
const DAY: Duration = Duration::from_secs(86_400);

fn setup(app: &TestApp) -> (Client, Client) {
    let (owner, editor) = app.fixtures(|fixtures| {
        let owner = fixtures.account("Olivia Hart", "olivia@lake.test", true);
        let organization = fixtures.organization("Lakeside", "lakeside", owner);
        fixtures.company(organization, "North", "north");
        let editor = fixtures.account("Emma Stone", "emma@lake.test", true);
        fixtures.add_member(organization, editor, "editor", &[]);
        (fixtures.session_cookie(owner), fixtures.session_cookie(editor))
    });
    (app.client_with(&owner), app.client_with(&editor))
}

/// The state of the check with a title.
fn state(client: &Client, title: &str) -> String {
    let page = client.get(PATH).expect(200);
    let titles = page.texts("[aria-labelledby=checks-h] h3");
    let badges = page.texts("[aria-labelledby=checks-h] .badge");
    assert_eq!(titles.len(), badges.len());
    let at = titles.iter().position(|one| one == title);
    badges[at.unwrap_or_else(|| panic!("{title} is missing: {titles:?}"))].clone()
}

fn is_due(app: &TestApp) -> bool {
    let product = app.product();
    let org = app.fixtures(|fixtures| fixtures.organization_of("lakeside"));
    let now = product.clock.now();
    product
        .db
        .read(|conn| Ok(settings_review::is_due(conn, now, org)?))
        .expect("the database")
}

#[test]
fn the_checklist_measures_what_the_organization_does() {
    let app = TestApp::open();
    let (olivia, emma) = setup(&app);
    emma.get(PATH).expect(403);
    emma.post(PATH, &[]).expect(403);
    // A new organization: one owner, no domain to measure, no contacts.
    assert_eq!(state(&olivia, "More than one owner"), "To do");
    assert_eq!(state(&olivia, "Access of external people ends"), "Not measured");
    assert_eq!(state(&olivia, "Verified contacts"), "To do");
    assert_eq!(state(&olivia, "Support access is off"), "Passed");
    assert_eq!(state(&olivia, "No one inactive for 90 days"), "Passed");
    assert_eq!(state(&olivia, "No invitation older than 7 days"), "Passed");

    app.fixtures(|fixtures| {
        let organization = fixtures.organization_of("lakeside");
        let north = fixtures.company_of(organization, "north");
        let owner = fixtures.user("olivia@lake.test");
        let second = fixtures.account("Sven Berg", "sven@lake.test", true);
        fixtures.add_member(organization, second, "owner", &[]);
        let guest = fixtures.account("Gus Far", "gus@far.test", true);
        let guest = fixtures.add_member(organization, guest, "member", &[(north, "viewer")]);
        // Closing the review suspends Gus, whom no one confirmed.
        fixtures.closed_review(organization, owner, (guest, north));
        let other = fixtures.account("Gil Far", "gil@far.test", true);
        fixtures.add_member(organization, other, "viewer", &[]);
        fixtures.consent(organization, true);
    });
    app.database.execute("UPDATE organizations SET domain = 'lake.test'");
    olivia
        .post("/organizations/lakeside/settings/dual-control", &[("on", "yes")])
        .expect(303);
    for (title, wanted) in [
        ("More than one owner", "Passed"),
        ("Two owners approve irreversible changes", "Passed"),
        ("Access review within 180 days", "Passed"),
        ("Access of external people ends", "To do"),
        ("Support access is off", "To do"),
        ("Few owners and admins", "Passed"),
    ] {
        assert_eq!(state(&olivia, title), wanted, "{title}");
    }
    app.database.execute("UPDATE memberships SET status = 'suspended' WHERE user_id IN (SELECT id FROM users WHERE email = 'gus@far.test')");
    app.database.execute("INSERT INTO company_assignments (organization_id, membership_id, company_id, role, direct_role, origin, sort_name, created_at) SELECT m.organization_id, m.id, c.id, 'viewer', 'viewer', 'direct', m.sort_name, 1 FROM memberships m JOIN users u ON u.id = m.user_id JOIN companies c ON c.organization_id = m.organization_id AND c.slug = 'north' WHERE u.email = 'gus@far.test' AND NOT EXISTS (SELECT 1 FROM company_assignments a WHERE a.membership_id = m.id)");
    assert_eq!(state(&olivia, "No suspended member with assignments"), "To do");

    // Time changes the answers, and the seal of the log is checked, not assumed.
    app.advance(2 * DAY);
    app.sweep();
    let olivia = app.signed_in("olivia@lake.test");
    assert_eq!(state(&olivia, "The audit log is sealed"), "Passed");
    app.database.execute("UPDATE audit_seals SET hash = 'aa'");
    assert_eq!(state(&olivia, "The audit log is sealed"), "To do");
    app.advance(200 * DAY);
    let olivia = app.signed_in("olivia@lake.test");
    assert_eq!(state(&olivia, "Access review within 180 days"), "To do");
    assert_eq!(state(&olivia, "No one inactive for 90 days"), "To do");
    // Its link leads to those members, without the ones who come here.
    let link = olivia.get(PATH).link("Open inactive members").expect("a link");
    let inactive = olivia.get(&link).expect(200).texts("tbody .who__name");
    assert!(inactive.contains(&"Emma Stone".to_owned()), "{inactive:?}");
    assert!(!inactive.contains(&"Olivia Hart".to_owned()), "{inactive:?}");
}

#[test]
fn each_check_leads_to_a_page_that_opens() {
    let app = TestApp::open();
    let (olivia, _) = setup(&app);
    let page = olivia.get(PATH).expect(200);
    let links = page.all("[aria-labelledby=checks-h] a", "href");
    assert!(links.len() >= 10, "{links:?}");
    for link in links {
        olivia.get(link.split('#').next().unwrap_or_default()).expect(200);
    }
}

#[test]
fn a_review_is_recorded_and_due_again_after_ninety_days() {
    let app = TestApp::open();
    let (olivia, _) = setup(&app);
    assert!(!is_due(&app), "not in a new organization");
    app.advance(91 * DAY);
    assert!(is_due(&app));
    let olivia_later = app.signed_in("olivia@lake.test");
    olivia_later.get(PATH).expect(200).expect_text("Review due");
    olivia_later
        .post(PATH, &[])
        .expect_redirect(PATH)
        .follow(&olivia_later)
        .expect_text("Review recorded")
        .expect_text("Earlier reviews")
        .expect_text("Olivia Hart");
    assert!(!is_due(&app));
    assert!(!olivia_later.get(PATH).expect(200).has("Review due"));
    let recorded = app
        .database
        .words("SELECT after AS value FROM audit_events WHERE action = 'organization.settings_reviewed'");
    assert!(
        recorded[0].contains("\"passed\"") && recorded[0].contains("\"checks\""),
        "{recorded:?}"
    );
    olivia_later
        .get("/organizations/lakeside/settings/audit?q=")
        .expect(200)
        .expect_text("Reviewed the security settings");
    app.advance(90 * DAY);
    assert!(is_due(&app));
    let _ = olivia;
    app.expect_healthy();
}
