//! Deleting a company: archived first, restorable for 30 days, then deleted for good.

use std::time::Duration;

use crate::harness::client::Client;
use crate::harness::fixtures::simultaneously;
use crate::harness::test_app::TestApp;

const BASE: &str = "/organizations/lakeside/companies";
const DAY: Duration = Duration::from_secs(86_400);

/// Olivia's organization with North; Noah is its manager, Mia an editor whose access ends in 10 days, Ada an admin.
fn setup(app: &TestApp) -> [Client; 4] {
    let (cookies, mia) = app.fixtures(|fixtures| {
        let owner = fixtures.account("Olivia Hart", "olivia@lake.test", true);
        let organization = fixtures.organization("Lakeside", "lakeside", owner);
        let north = fixtures.company(organization, "North", "north");
        let noah = fixtures.account("Noah Brandt", "noah@lake.test", true);
        fixtures.add_member(organization, noah, "member", &[(north, "manager")]);
        let mia = fixtures.account("Mia Sand", "mia@lake.test", true);
        let member = fixtures.add_member(organization, mia, "member", &[(north, "editor")]);
        let ada = fixtures.account("Ada Lind", "ada@lake.test", true);
        fixtures.add_member(organization, ada, "admin", &[(north, "editor")]);
        let cookies = [owner, noah, mia, ada].map(|user| fixtures.session_cookie(user));
        (cookies, member.to_string())
    });
    app.database.execute(&format!(
        "UPDATE company_assignments SET access_until = {} WHERE membership_id = '{mia}'",
        app.now() + 10 * 86_400_000_000
    ));
    cookies.map(|cookie| app.client_with(&cookie))
}

fn delete(client: &Client) -> crate::harness::page::Page {
    client.post(&format!("{BASE}/north/deletion"), &[("name", "North")])
}

fn id(app: &TestApp) -> String {
    app.database
        .words("SELECT id AS value FROM deleted_companies")
        .remove(0)
}

fn events(app: &TestApp) -> Vec<String> {
    app.database
        .words("SELECT action AS value FROM audit_events WHERE action LIKE 'company.delet%' ORDER BY id")
}

#[test]
fn a_deleted_company_is_gone_immediately_and_comes_back_with_its_people() {
    let app = TestApp::open();
    let [olivia, noah, mia, ada] = setup(&app);
    // Only owners; archived first; the name is typed.
    ada.get(&format!("{BASE}/north/deletion")).expect(403);
    delete(&ada).expect(403);
    delete(&olivia).expect(422).expect_text("Archive it first");
    olivia.post(&format!("{BASE}/north/archiving"), &[]).expect(303);
    let page = olivia.get(&format!("{BASE}/north/deletion")).expect(200);
    let wrong = olivia
        .submit(&page, &format!("{BASE}/north/deletion"), &[("name", "Nort")])
        .expect(422);
    assert_eq!(
        wrong.field_error("name").as_deref(),
        Some("Type “North” to confirm"),
        "{}",
        wrong.text()
    );
    assert_eq!(wrong.value_of("name").as_deref(), Some("Nort"));
    noah.get(&format!("{BASE}/north")).expect(200);
    noah.post(&format!("{BASE}/north/pinning"), &[]).expect(303);

    delete(&olivia)
        .expect_redirect(BASE)
        .follow(&olivia)
        .expect_text("You can restore it until");
    for client in [&olivia, &noah, &mia, &ada] {
        client.get(&format!("{BASE}/north")).expect(404);
        client.get(&format!("{BASE}/north/settings")).expect(404);
        for list in ["companies?status=all", "search?q=north"] {
            let page = client.get(&format!("/organizations/lakeside/{list}"));
            assert!(!page.texts("main a").join(" ").contains("North"), "{}", page.request);
        }
    }
    // Noah was a manager there only.
    noah.get("/organizations/lakeside/access").expect(403);
    app.expect_healthy();
    olivia.get(BASE).expect(200).expect_text("Deleted");
    let page = olivia
        .get(&format!("{BASE}/deleted"))
        .expect(200)
        .expect_text("Olivia Hart");
    assert!(
        page.texts("tbody").join(" ").contains('3'),
        "three people had a role: {}",
        page.text()
    );
    ada.get(&format!("{BASE}/deleted")).expect(403);

    // Its address is reserved; access that ends meanwhile doesn't come back.
    olivia.post(BASE, &[("name", "Other"), ("slug", "north")]).expect(422);
    app.advance(11 * DAY);
    let olivia = app.signed_in("olivia@lake.test");
    let restoring = format!("{BASE}/deleted/{}/restoration", id(&app));
    ada.post(&restoring, &[]).expect(403);
    olivia.post(&restoring, &[]).expect_redirect(&format!("{BASE}/north"));
    olivia
        .get(&format!("{BASE}/north"))
        .expect(200)
        .expect_text("is archived");
    let roles = app.database.words(
        "SELECT u.email || ' ' || a.role AS value FROM company_assignments a JOIN memberships m ON m.id = a.membership_id JOIN users u ON u.id = m.user_id ORDER BY 1",
    );
    assert_eq!(roles, ["ada@lake.test editor", "noah@lake.test manager"]);
    app.expect_healthy();
    olivia.post(&restoring, &[]).expect(404);
    app.signed_in("noah@lake.test")
        .get(&format!("{BASE}/north"))
        .expect(200);
    assert_eq!(events(&app), ["company.deletion_scheduled", "company.deletion_stopped"]);
    // It can be deleted again.
    delete(&olivia).expect(303);
    app.expect_healthy();
}

#[test]
fn after_thirty_days_a_job_deletes_it_for_good_and_frees_its_addresses() {
    let app = TestApp::open();
    let [olivia, ..] = setup(&app);
    olivia
        .post(
            &format!("{BASE}/north/settings"),
            &[("name", "North"), ("slug", "arctic")],
        )
        .expect(303);
    olivia.post(&format!("{BASE}/arctic/archiving"), &[]).expect(303);
    olivia
        .post(&format!("{BASE}/arctic/deletion"), &[("name", "North")])
        .expect(303);
    let restoring = format!("{BASE}/deleted/{}/restoration", id(&app));
    app.advance(29 * DAY);
    app.sweep();
    let rows = |table: &str| app.database.number(&format!("SELECT count(*) AS value FROM {table}"));
    assert_eq!((rows("deleted_companies"), rows("deleted_assignments")), (1, 3));
    // While the organization is to be deleted it is read-only, and nothing else is deleted.
    app.advance(2 * DAY);
    app.database
        .execute("UPDATE organizations SET status = 'pending_deletion', delete_after = 9000000000000000");
    app.sweep();
    assert_eq!(rows("deleted_companies"), 1);
    app.database
        .execute("UPDATE organizations SET status = 'active', delete_after = NULL");
    app.sweep();
    assert_eq!(
        (
            rows("deleted_companies"),
            rows("deleted_assignments"),
            rows("former_company_slugs")
        ),
        (0, 0, 0)
    );
    assert_eq!(events(&app), ["company.deletion_scheduled", "company.deleted"]);
    let olivia = app.signed_in("olivia@lake.test");
    olivia.post(&restoring, &[]).expect(404);
    olivia
        .get(&format!("{BASE}/deleted"))
        .expect(200)
        .expect_text("No deleted companies");
    olivia.post(BASE, &[("name", "North"), ("slug", "north")]).expect(303);
    olivia.post(BASE, &[("name", "Arctic"), ("slug", "arctic")]).expect(303);
    app.expect_healthy();
    app.sweep();
    assert_eq!(events(&app).len(), 2);
}

#[test]
fn what_names_the_company_blocks_its_deletion_until_it_is_resolved() {
    let app = TestApp::open();
    let [olivia, ..] = setup(&app);
    let group = app.fixtures(|fixtures| {
        let owner = fixtures.user("olivia@lake.test");
        let organization = fixtures.organization_of("lakeside");
        let north = fixtures.company_of(organization, "north");
        fixtures.invitation(organization, owner, "new@lake.test", "member", &[(north, "viewer")]);
        fixtures.group(organization, owner, "Helpers", "member", &[(north, "viewer")])
    });
    olivia.post(&format!("{BASE}/north/archiving"), &[]).expect(303);
    let page = delete(&olivia).expect(422);
    page.expect_text("new@lake.test").expect_text("Helpers");
    let invitation = app.database.words("SELECT id AS value FROM invitations").remove(0);
    olivia
        .post(
            &format!("/organizations/lakeside/invitations/{invitation}/cancellation"),
            &[],
        )
        .expect(303);
    delete(&olivia).expect(422).expect_text("Helpers");
    let name = [("name", "Helpers")];
    olivia
        .post(
            &format!("/organizations/lakeside/access/groups/{group}/deletion"),
            &name,
        )
        .expect(303);
    delete(&olivia).expect(303);
    app.expect_healthy();
}

#[test]
fn with_dual_control_another_owner_approves_the_deletion() {
    let app = TestApp::open();
    let [olivia, ..] = setup(&app);
    let second = app.fixtures(|fixtures| {
        let organization = fixtures.organization_of("lakeside");
        let second = fixtures.account("Sven Berg", "sven@lake.test", true);
        fixtures.add_member(organization, second, "owner", &[]);
        fixtures.session_cookie(second)
    });
    let sven = app.client_with(&second);
    olivia
        .post("/organizations/lakeside/settings/dual-control", &[("on", "yes")])
        .expect(303);
    olivia.post(&format!("{BASE}/north/archiving"), &[]).expect(303);
    olivia
        .get(&format!("{BASE}/north/deletion"))
        .expect(200)
        .expect_text("it is deleted when another owner approves it");
    delete(&olivia)
        .expect(303)
        .follow(&olivia)
        .expect_text("Waiting for another owner");
    olivia.get(&format!("{BASE}/north")).expect(200);
    let approval = app.mail_to("sven@lake.test").link("/settings/approvals/");
    let page = sven.get(&approval).expect(200).expect_text("delete North");
    olivia.post(&format!("{approval}/confirmation"), &[]).expect(403);
    sven.submit(&page, &format!("{approval}/confirmation"), &[])
        .expect(303)
        .follow(&sven)
        .expect_text("North is deleted");
    olivia.get(&format!("{BASE}/north")).expect(404);
    assert_eq!(events(&app), ["company.deletion_scheduled"]);

    // A request for a company that was restored to work lapses.
    olivia
        .post(&format!("{BASE}/deleted/{}/restoration", id(&app)), &[])
        .expect(303);
    delete(&olivia).expect(303);
    let approval = app.mail_to("sven@lake.test").link("/settings/approvals/");
    olivia.post(&format!("{BASE}/north/restoring"), &[]).expect(303);
    sven.post(&format!("{approval}/confirmation"), &[])
        .expect(422)
        .expect_text("already deleted or moved");
    olivia.get(&format!("{BASE}/north")).expect(200);
    app.expect_healthy();
}

#[test]
fn a_restoration_and_the_job_at_the_same_moment_leave_one_result() {
    for _ in 0..crate::harness::rounds(30, 8) {
        let app = TestApp::open();
        let [olivia, ..] = setup(&app);
        olivia.post(&format!("{BASE}/north/archiving"), &[]).expect(303);
        delete(&olivia).expect(303);
        let restoring = format!("{BASE}/deleted/{}/restoration", id(&app));
        app.advance(31 * DAY);
        let olivia = app.signed_in("olivia@lake.test");
        let results = simultaneously(vec![
            Box::new(|| i64::from(olivia.post(&restoring, &[]).status)) as Box<dyn FnOnce() -> i64 + Send>,
            Box::new(|| {
                app.sweep();
                0
            }),
        ]);
        let rows = |table: &str| app.database.number(&format!("SELECT count(*) AS value FROM {table}"));
        assert_eq!((rows("deleted_companies"), rows("deleted_assignments")), (0, 0));
        let there = app
            .database
            .number("SELECT count(*) AS value FROM companies WHERE slug = 'north'");
        assert_eq!(there == 1, results[0] == 303, "{results:?}");
        app.expect_healthy();
    }
}
