//! The morning of an admin: what waits, and a decision in two clicks.

use crate::harness::browser::{Browser, Display};
use crate::harness::test_app::TestApp;
use crate::home_test::busy_organization;

#[test]
fn an_admin_sees_what_waits_and_decides_it_in_two_clicks() {
    for display in [Display::default(), Display::phone().without_javascript()] {
        let app = TestApp::open();
        busy_organization(&app, "busy");
        let browser = Browser::with(&app.base(), display);
        browser.sign_in_as(&app.signed_in("adam@busy.test"));
        browser.goto("/organizations/busy");
        // On a phone it comes before the companies.
        let above = "return document.querySelector('.home__attention').getBoundingClientRect().top
            <= document.querySelector('.home__companies').getBoundingClientRect().top";
        assert_eq!(browser.script(above, vec![]), true);
        browser.press("Mia requests access");
        browser.wait_for_text("Your decision");
        browser.press("Grant access");
        browser.wait_for_text("granted");
        browser.goto("/organizations/busy");
        assert!(!browser.text("main").contains("Mia requests access"));
        assert_eq!(browser.overflow(), 0);
        if display.javascript {
            browser.expect_accessible();
        }
        browser.expect_clean();
    }
}
