//! The search menu by keyboard, and the same search as a page without JavaScript.

use crate::harness::browser::{Browser, Display, Key};
use crate::harness::client::Client;
use crate::harness::test_app::TestApp;

fn olivia(app: &TestApp) -> Client {
    let cookie = app.fixtures(|fixtures| {
        let olivia = fixtures.account("Olivia Hart", "olivia@menu.test", true);
        let organization = fixtures.organization("Lakeside", "lakeside", olivia);
        fixtures.company(organization, "Harbor Recovery", "harbor-recovery");
        fixtures.company(organization, "Old Harbor", "old-harbor");
        let noah = fixtures.account("Noah Harding", "noah@menu.test", true);
        fixtures.add_member(organization, noah, "viewer", &[]);
        fixtures.organization("Hill Studio", "hill", olivia);
        fixtures.session_cookie(olivia)
    });
    app.client_with(&cookie)
}

fn key(browser: &Browser, key: Key) {
    browser.keys(&key.to_string());
}

/// The focused field or result.
fn at(browser: &Browser) -> String {
    let script = "const e = document.activeElement;
        return e.matches('input') ? '#' + e.id : (e.querySelector('.who__name, span:not([class])') ?? e).innerText.trim()";
    browser.script(script, vec![]).as_str().unwrap_or_default().to_owned()
}

fn open(browser: &Browser) {
    browser.keys(&format!("{}k{}", Key::Control, Key::Null));
    browser.wait_until("the menu is open", || at(browser) == "#finder-q");
}

fn results(browser: &Browser) -> Vec<String> {
    browser.texts("#finder-hits .who__name")
}

#[test]
fn the_menu_opens_with_ctrl_k_and_works_by_keyboard_alone() {
    let app = TestApp::open();
    let browser = Browser::open(&app.base());
    browser.sign_in_as(&olivia(&app));
    browser.goto("/organizations/lakeside/members");
    assert_eq!(browser.text("#finder kbd"), "Ctrl K");
    open(&browser);
    assert!(
        results(&browser).contains(&"Overview".to_owned()),
        "pages before anything is typed"
    );
    browser.keys("harbor");
    browser.wait_until("companies come first", || {
        results(&browser).first().is_some_and(|name| name == "Harbor Recovery")
    });
    assert_eq!(results(&browser)[..2], ["Harbor Recovery", "Old Harbor"]);
    browser.expect_accessible();
    key(&browser, Key::Down);
    assert_eq!(at(&browser), "Harbor Recovery");
    key(&browser, Key::Down);
    assert_eq!(at(&browser), "Old Harbor");
    key(&browser, Key::Up);
    key(&browser, Key::Up);
    assert_eq!(at(&browser), "#finder-q");
    // Typing on a result continues in the field.
    key(&browser, Key::Down);
    browser.keys("x");
    assert_eq!(at(&browser), "#finder-q");
    browser.wait_for_text("Nothing matches");
    key(&browser, Key::Escape);
    browser.wait_until("it is closed", || !browser.is_there("dialog[open]"));

    // Enter right after typing opens the first result of what was typed, not of what was shown before.
    open(&browser);
    browser.keys(&format!("seal{}", Key::Enter));
    browser.wait_for_path("/organizations/lakeside/settings/audit/verification");
    // Actions, people and other organizations.
    open(&browser);
    browser.keys(&format!("noah{}", Key::Enter));
    browser.wait_for_text("Noah Harding");
    open(&browser);
    browser.keys(&format!("hill{}", Key::Enter));
    browser.wait_for_path("/organizations/hill");
    // While a form is open in a dialog, Ctrl+K does not replace it.
    browser.goto("/organizations/lakeside/companies");
    browser.press("New company");
    browser.find("dialog[open] form");
    browser.keys(&format!("{}k{}", Key::Control, Key::Null));
    assert!(!browser.is_there("#finder-q"));
    browser.expect_clean();
}

#[test]
fn on_a_phone_the_top_bar_opens_the_menu() {
    let app = TestApp::open();
    let browser = Browser::with(&app.base(), Display::phone());
    browser.sign_in_as(&olivia(&app));
    browser.goto("/organizations/lakeside");
    browser.click(".topbar a[aria-label=Search]");
    browser.wait_until("the menu is open", || at(&browser) == "#finder-q");
    assert_eq!(browser.overflow(), 0);
    browser.keys("old");
    browser.wait_until("results", || {
        results(&browser).first().is_some_and(|name| name == "Old Harbor")
    });
    browser.press("Show all results");
    browser.wait_for_path("/organizations/lakeside/search?q=old");
    browser.wait_for_text("Old Harbor");
    browser.expect_clean();
}

#[test]
fn without_javascript_the_search_is_a_page() {
    let app = TestApp::open();
    let browser = Browser::with(&app.base(), Display::default().without_javascript());
    browser.sign_in_as(&olivia(&app));
    browser.goto("/organizations/lakeside");
    browser.click("#finder");
    browser.wait_for_path("/organizations/lakeside/search");
    browser.fill("main #q", "harbor");
    key(&browser, Key::Enter);
    browser.wait_for_path("/organizations/lakeside/search?q=harbor");
    assert_eq!(
        browser.texts("#hits a.who__name")[..2],
        ["Harbor Recovery", "Old Harbor"]
    );
    browser.press("Harbor Recovery");
    browser.wait_for_path("/organizations/lakeside/companies/harbor-recovery");
}

#[test]
fn the_settings_are_searched_beside_their_tabs() {
    let app = TestApp::open();
    let browser = Browser::open(&app.base());
    browser.sign_in_as(&olivia(&app));
    browser.goto("/organizations/lakeside/settings/general");
    browser.fill("#settings-q", "seal");
    browser.wait_until("the setting", || {
        browser.text("#settings-hits").contains("Verify the audit log")
    });
    browser.fill("#settings-q", "zzz");
    browser.wait_for_text("No setting matches");
    browser.fill("#settings-q", "checklist");
    browser.wait_until("the setting", || {
        browser.text("#settings-hits").contains("Security checklist")
    });
    browser.expect_accessible();
    browser.press("Security checklist");
    browser.wait_for_path("/organizations/lakeside/settings/checklist");
    browser.press("Mark as reviewed");
    browser.wait_for_text("Review recorded");
    browser.wait_for_text("Earlier reviews");
    browser.expect_clean();
}
