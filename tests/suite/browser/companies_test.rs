//! Pinned companies, companies in the switcher, and the deletion of a company.

use crate::harness::browser::{Browser, Key};
use crate::harness::client::Client;
use crate::harness::test_app::TestApp;

fn setup(app: &TestApp) -> (Client, Client) {
    let (olivia, viewer) = app.fixtures(|fixtures| {
        let olivia = fixtures.account("Olivia Hart", "olivia@quay.test", true);
        let organization = fixtures.organization("Lakeside", "lakeside", olivia);
        for n in 0..12 {
            fixtures.company(organization, &format!("Branch {n:02}"), &format!("branch-{n:02}"));
        }
        fixtures.company(organization, "Zürich Office", "zurich");
        let viewer = fixtures.account("Vera Low", "vera@quay.test", true);
        fixtures.add_member(organization, viewer, "viewer", &[]);
        fixtures.organization("Hill Studio", "hill", olivia);
        (fixtures.session_cookie(olivia), fixtures.session_cookie(viewer))
    });
    (app.client_with(&olivia), app.client_with(&viewer))
}

#[test]
fn a_company_is_pinned_to_the_sidebar_and_unpinned() {
    let app = TestApp::open();
    let browser = Browser::open(&app.base());
    let (olivia, viewer) = setup(&app);
    browser.sign_in_as(&olivia);
    browser.goto("/organizations/lakeside/companies?sort=newest");
    browser.press("Pin Zürich Office");
    browser.wait_for_text("is pinned to your sidebar");
    assert!(
        browser.path().contains("sort=newest"),
        "back in the same list: {}",
        browser.path()
    );
    browser.goto("/organizations/lakeside/settings/general");
    browser.click(".sidebar [aria-labelledby=pinned-h] a");
    browser.wait_for_path("/organizations/lakeside/companies/zurich");
    // The breadcrumb leads back to the roll-up.
    browser.click("main nav[aria-label=Breadcrumb] a");
    browser.wait_for_path("/organizations/lakeside");
    browser.goto("/organizations/lakeside/companies/zurich");
    browser.press("Unpin Zürich Office");
    browser.wait_for_text("is no longer pinned");
    assert!(!browser.is_there("#pinned-h"));
    // A viewer asks for more where they are.
    browser.sign_in_as(&viewer);
    browser.goto("/organizations/lakeside/companies/zurich");
    browser.press("Request access to edit");
    browser.wait_for_text("Request access");
    browser.expect_clean();
}

#[test]
fn the_switcher_finds_companies_of_the_current_organization() {
    let app = TestApp::open();
    let browser = Browser::open(&app.base());
    let (olivia, _) = setup(&app);
    browser.sign_in_as(&olivia);
    browser.goto("/organizations/lakeside");
    browser.click("#switcher-button");
    browser.wait_until("the first companies", || browser.is_visible("#switcher-h"));
    assert_eq!(browser.texts("#org-list .who__name"), ["Lakeside", "Hill Studio"]);
    let companies = || browser.texts("#switcher-h + ul li:not([hidden]) .who__name");
    assert_eq!(companies().len(), 8);
    assert!(browser.text("#switcher").contains("All companies"));
    browser.expect_accessible();
    browser.keys("zurich");
    browser.wait_until("one company", || companies() == ["Zürich Office"]);
    browser.keys(&Key::Enter.to_string());
    browser.wait_for_path("/organizations/lakeside/companies/zurich");
    browser.expect_clean();
}

#[test]
fn a_company_is_archived_deleted_and_restored() {
    let app = TestApp::open();
    let browser = Browser::open(&app.base());
    let (olivia, _) = setup(&app);
    browser.sign_in_as(&olivia);
    browser.goto("/organizations/lakeside/companies/branch-03/settings");
    browser.press("Delete Branch 03");
    browser.wait_for_text("Archive it first");
    browser.click("dialog[open] [type=submit]");
    browser.wait_for_text("Branch 03 is archived");
    browser.press("Delete Branch 03");
    browser.wait_for_text("Its people lose access immediately");
    browser.fill("dialog #name", "Branch");
    browser.click("dialog[open] [type=submit]");
    browser.wait_for_text("Type “Branch 03” to confirm");
    browser.fill("dialog #name", "Branch 03");
    browser.click("dialog[open] [type=submit]");
    browser.wait_for_path("/organizations/lakeside/companies");
    browser.wait_for_text("You can restore it until");
    browser.click("main a[href$='/companies/deleted']");
    browser.wait_for_text("Deleted companies");
    browser.press("Restore Branch 03");
    browser.wait_for_text("Branch 03 is restored, and still archived");
    // A renamed company is found at its earlier address.
    browser.goto("/organizations/lakeside/companies/branch-04/settings");
    browser.fill("#slug", "branch-four");
    browser.press("Save company");
    browser.wait_for_text("Settings saved");
    browser.goto("/organizations/lakeside/companies/branch-04");
    browser.wait_for_path("/organizations/lakeside/companies/branch-four");
    browser.expect_clean();
}
