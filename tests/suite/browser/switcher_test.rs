//! The organization switcher by keyboard.

use crate::harness::browser::{Browser, Display, Key};
use crate::harness::people::{create_organization, invite};
use crate::harness::test_app::TestApp;

/// Olivia owns four organizations, is a member of Quarry, and has a pending invitation from Brook.
fn olivia(app: &TestApp) -> crate::harness::client::Client {
    let olivia = app.owner_of("Lakeside Agency", "lakeside");
    for (name, slug) in [
        ("Harbor Group", "harbor"),
        ("Zürich Änderungen", "zuerich"),
        ("Hill Studio", "hill"),
    ] {
        create_organization(&olivia, name, slug, "olivia@lakeside.test");
    }
    let quarry = app.owner_of("Quarry Works", "quarry");
    invite(&quarry, "quarry", "olivia@lakeside.test", "viewer");
    app.accept(&olivia, "olivia@lakeside.test");
    let brook = app.owner_of("Brook", "brook");
    invite(&brook, "brook", "olivia@lakeside.test", "viewer");
    olivia
}

fn key(browser: &Browser, key: Key) {
    browser.keys(&key.to_string());
}

/// The first line of the focused entry.
fn at(browser: &Browser) -> String {
    let script = "const e = document.activeElement;
        return e.matches('input') ? '#' + e.id : (e.querySelector('.who__name') ?? e.querySelector('span:not([class])') ?? e).innerText.trim()";
    browser.script(script, vec![]).as_str().unwrap_or_default().to_owned()
}

fn open(browser: &Browser) {
    browser.script("document.querySelector('#switcher-button').focus()", vec![]);
    key(browser, Key::Enter);
    browser.wait_until("the switcher is open with its field", || at(browser) == "#org-q");
}

#[test]
fn the_switcher_works_by_keyboard_alone() {
    let app = TestApp::open();
    let browser = Browser::open(&app.base());
    browser.sign_in_as(&olivia(&app));
    browser.goto("/organizations/lakeside/members");

    // Esc returns the focus.
    open(&browser);
    let names = browser.texts("#org-list .who__name");
    assert_eq!(
        names,
        [
            "Lakeside Agency",
            "Harbor Group",
            "Hill Studio",
            "Quarry Works",
            "Zürich Änderungen"
        ],
        "the current one first, then by name"
    );
    key(&browser, Key::Escape);
    browser.wait_until("it is closed", || !browser.is_visible("#switcher"));
    assert_eq!(browser.focus(), "button#switcher-button");

    // Arrows move and wrap, Home and End jump.
    open(&browser);
    key(&browser, Key::Down);
    assert_eq!(at(&browser), "Lakeside Agency");
    key(&browser, Key::Down);
    assert_eq!(at(&browser), "Harbor Group");
    key(&browser, Key::End);
    assert_eq!(at(&browser), "Create organization");
    key(&browser, Key::Down);
    assert_eq!(at(&browser), "#org-q", "below the last entry is the search field");
    key(&browser, Key::Up);
    assert_eq!(at(&browser), "Create organization");
    key(&browser, Key::Home);
    assert_eq!(at(&browser), "Lakeside Agency");

    // Typing on an entry moves to the field; accents are ignored; an empty result is announced.
    browser.keys("zurich");
    assert_eq!(at(&browser), "#org-q");
    let visible = || browser.texts("#org-list li:not([hidden]) .who__name");
    assert_eq!(visible(), ["Zürich Änderungen"]);
    browser.keys("x");
    assert_eq!(browser.text("#org-none"), "No match");
    key(&browser, Key::Escape);
    browser.wait_until("it is closed", || !browser.is_visible("#switcher"));
    open(&browser);
    assert_eq!(visible().len(), 5, "the search field is empty when reopened");

    // Enter opens the first match on the same page, if the user can view it there.
    browser.keys("hill");
    key(&browser, Key::Enter);
    browser.wait_for_path("/organizations/hill/members");
    browser.expect_clean();
}

#[test]
fn the_switcher_keeps_the_current_page_when_permitted_and_lists_invitations() {
    let app = TestApp::open();
    let browser = Browser::open(&app.base());
    browser.sign_in_as(&olivia(&app));
    browser.goto("/organizations/lakeside/settings/general");

    // An owner stays in the settings; a viewer is led to the overview.
    let href = |name: &str| {
        let script = "return [...document.querySelectorAll('#org-list a')].find(a => a.innerText.includes(arguments[0]) || a.textContent.includes(arguments[0])).getAttribute('href')";
        browser
            .script(script, vec![name.into()])
            .as_str()
            .unwrap_or_default()
            .to_owned()
    };
    assert_eq!(href("Harbor Group"), "/organizations/harbor/settings/general");
    assert_eq!(href("Quarry Works"), "/organizations/quarry");

    open(&browser);
    assert!(browser.text("#switcher").contains("Pending invitations"));
    assert_eq!(browser.text("#switcher .badge"), "1");
    browser.keys("quarry");
    key(&browser, Key::Enter);
    browser.wait_for_path("/organizations/quarry");

    // Invitations and a new organization are two keys away.
    open(&browser);
    key(&browser, Key::End);
    key(&browser, Key::Enter);
    browser.wait_for_path("/organizations/new");
    browser.goto("/organizations/quarry/members");
    open(&browser);
    key(&browser, Key::End);
    key(&browser, Key::Up);
    key(&browser, Key::Up);
    assert_eq!(at(&browser), "Pending invitations");
    key(&browser, Key::Enter);
    browser.wait_for_path("/onboarding");
    browser.wait_for_text("Brook");
    browser.expect_clean();
}

#[test]
fn on_a_phone_the_switcher_is_in_the_drawer() {
    let app = TestApp::open();
    let browser = Browser::with(&app.base(), Display::phone());
    browser.sign_in_as(&olivia(&app));
    browser.goto("/organizations/lakeside");
    browser.click(".topbar button");
    browser.click("#switcher-button");
    browser.wait_until("the switcher is open", || at(&browser) == "#org-q");
    assert_eq!(browser.overflow(), 0);
    browser.keys("harbor");
    key(&browser, Key::Enter);
    browser.wait_for_path("/organizations/harbor");
    browser.expect_clean();
}
