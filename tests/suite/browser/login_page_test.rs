//! The login page.

use crate::harness::browser::{Browser, Display};
use crate::harness::test_app::TestApp;

#[test]
fn the_login_page_is_accessible_and_fits_every_width_in_both_themes() {
    let app = TestApp::shared();
    let browser = Browser::open(&app.base());
    browser.goto("/login");
    assert!(
        browser.is_visible("form input[name=password]"),
        "{}",
        browser.text("body")
    );
    for display in [Display::default(), Display::tablet(), Display::phone()] {
        for display in [display, display.dark()] {
            browser.set_display(display);
            assert_eq!(browser.overflow(), 0, "{display:?}");
            browser.expect_accessible();
        }
    }
    browser.expect_clean();
}
