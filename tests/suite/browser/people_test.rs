//! The member page, the list's menu and selection, suggestions, Undo and saved views, as a person uses them.

use crate::harness::browser::{Browser, Display};
use crate::harness::client::Client;
use crate::harness::test_app::TestApp;

const BASE: &str = "/organizations/harbor";

/// Olivia's organization with Leon, who works in two of eight companies, and 60 others.
fn setup(app: &TestApp) -> (Client, String) {
    let (cookie, leon) = app.fixtures(|fixtures| {
        let owner = fixtures.account("Olivia Hart", "olivia@harbor.test", true);
        let organization = fixtures.organization("Harbor", "harbor", owner);
        let companies: Vec<_> = (1..=8)
            .map(|n| fixtures.company(organization, &format!("Company {n}"), &format!("company-{n}")))
            .collect();
        for n in 0..60 {
            let user = fixtures.account(&format!("Person {n:02}"), &format!("p{n}@harbor.test"), true);
            fixtures.add_member(organization, user, "member", &[]);
        }
        let user = fixtures.account("Leon Fischer", "leon@harbor.test", true);
        let leon = fixtures.add_member(
            organization,
            user,
            "member",
            &[(companies[0], "viewer"), (companies[1], "editor")],
        );
        (fixtures.session_cookie(owner), leon.to_string())
    });
    (app.client_with(&cookie), leon)
}

fn open(app: &TestApp, olivia: &Client, path: &str) -> Browser {
    let browser = Browser::open(&app.base());
    browser.sign_in_as(olivia);
    browser.goto(&format!("{BASE}{path}"));
    browser
}

#[test]
fn a_member_page_fits_one_screen_and_saves_everything_after_one_confirmation() {
    let app = TestApp::open();
    let (olivia, leon) = setup(&app);
    let browser = open(&app, &olivia, &format!("/members/{leon}"));
    let height = browser.script("return document.documentElement.scrollHeight", vec![]);
    assert!(
        height.as_i64().is_some_and(|height| height <= 900),
        "{height} pixels high"
    );
    // The description follows the select.
    browser.choose("#role", "editor");
    browser.wait_for_text("Edit all companies and their content");
    // A company is found by name and added as a row.
    browser.press("Add company");
    browser.fill("#company-q", "company 7");
    let offered = || browser.texts("#offers button > span:last-child");
    browser.wait_until("one company is offered", || offered() == ["Company 7"]);
    browser.click("#offers button");
    browser.wait_for_text("Not saved yet");
    assert_eq!(browser.texts("#member-companies tbody .who__name").len(), 3);
    browser.press("Save changes");
    browser.find("dialog[open]");
    let dialog = browser.text("dialog[open]");
    for words in [
        "Save the changes to Leon Fischer?",
        "Member → Editor",
        "Company 7",
        "Leon Fischer gains",
        "Leon Fischer loses",
    ] {
        assert!(dialog.contains(words), "{words}: {dialog}");
    }
    browser.expect_accessible();
    browser.click("dialog[open] button[type=submit]");
    browser.wait_for_text("Leon Fischer is Editor now");
    assert_eq!(browser.texts("#role option:checked"), ["Editor"]);
    // An error is shown in the form, which keeps what was entered.
    browser.script(
        "document.querySelector('[name=access_until]').value = '2020-01-01'",
        vec![],
    );
    browser.press("Save changes");
    browser.wait_for_text("Choose today or a later day");
    let value = browser.script("return document.querySelector('[name=access_until]').value", vec![]);
    assert_eq!(value, "2020-01-01");
    assert!(!browser.is_there("dialog[open]"));
    browser.expect_clean();
}

#[test]
fn a_member_page_works_without_javascript() {
    let app = TestApp::open();
    let (olivia, leon) = setup(&app);
    let browser = Browser::with(&app.base(), Display::phone().without_javascript());
    browser.sign_in_as(&olivia);
    browser.goto(&format!("{BASE}/members/{leon}"));
    assert!(browser.text("#role-hint").contains("Work in"));
    browser.click("#member-companies summary");
    browser.fill("#company-q", "company 5");
    browser.press("Find");
    browser.click("#offers button");
    browser.wait_for_text("Not saved yet");
    browser.choose("#role", "viewer");
    browser.press("Save changes");
    browser.wait_for_text("Save the changes to Leon Fischer?");
    assert!(browser.text("main").contains("Leon Fischer gains"));
    assert_eq!(browser.overflow(), 0);
    browser.press("Save changes");
    browser.wait_for_text("Leon Fischer is Viewer now");
    assert!(browser.text("#member-companies").contains("Company 5"));
}

#[test]
fn the_menu_of_a_row_changes_a_role_and_removes_and_undoes() {
    let app = TestApp::open();
    let (olivia, leon) = setup(&app);
    let browser = open(&app, &olivia, "/members?q=leon");
    browser.press("Actions for Leon Fischer");
    browser.wait_until("the menu", || browser.is_visible("#row-menu"));
    assert_eq!(
        browser.texts("#row-menu .menu__item"),
        ["View", "Change role", "Assign companies", "Suspend", "Remove"]
    );
    browser.expect_accessible();
    browser.click("#row-menu [href$=role-preview]");
    browser.find("dialog[open] #new-role");
    browser.choose("#new-role", "editor");
    browser.wait_for_text("Leon Fischer gains");
    browser.click("dialog[open] .dialog__foot [type=submit]");
    browser.wait_for_text("Leon Fischer is Editor now");
    assert_eq!(browser.path(), format!("{BASE}/members/{leon}"));
    browser.goto(&format!("{BASE}/members?q=leon"));
    browser.press("Actions for Leon Fischer");
    browser.wait_until("the menu", || browser.is_visible("#row-menu"));
    browser.click("#row-menu .menu__item--danger");
    browser.find("dialog[open]");
    browser.press("Remove Leon Fischer");
    browser.wait_for_text("is no longer a member");
    browser.expect_accessible();
    browser.press("Undo");
    browser.wait_for_text("Leon Fischer is a member again");
    browser.expect_clean();
}

#[test]
fn everyone_on_the_page_or_everyone_who_matches_is_selected_at_once() {
    let app = TestApp::open();
    let (olivia, _) = setup(&app);
    let browser = open(&app, &olivia, "/members?role=member");
    browser.click("th [data-all]");
    let chosen = browser.script("return document.querySelectorAll('tbody :checked').length", vec![]);
    assert_eq!(chosen, 50);
    browser.click(".bulk [name=all]");
    browser.press("Change role");
    browser.wait_for_text("Change the role of 61 people");
    browser.click("[name=role_value][value=viewer]");
    browser.press("Preview changes");
    browser.wait_for_text("61 people to change");
    browser.press("Change 61 people");
    browser.wait_for_text("Changed the role of 61 people to Viewer");
    drop(browser);
    // Without JavaScript the header checkbox stands for the page.
    let browser = Browser::with(&app.base(), Display::default().without_javascript());
    browser.sign_in_as(&olivia);
    browser.goto(&format!("{BASE}/members?role=viewer"));
    browser.click("th [data-all]");
    assert!(browser.is_visible(".bulk"));
    browser.press("Remove");
    browser.wait_for_text("Remove 50 people");
}

#[test]
fn people_and_companies_are_found_by_name() {
    let app = TestApp::open();
    let (olivia, _) = setup(&app);
    let browser = open(&app, &olivia, "/access/explain");
    browser.fill("#q", "leon");
    let options = |list: &str| {
        let script = "return [...document.querySelectorAll(`#${arguments[0]} option`)].map(e => e.value)";
        let values = browser.script(script, vec![list.into()]);
        serde_json::from_value::<Vec<String>>(values).expect("values")
    };
    browser.wait_until("a person", || options("q-list") == ["Leon Fischer (leon@harbor.test)"]);
    browser.fill("#company", "company 2");
    browser.wait_until("a company", || options("company-list") == ["Company 2"]);
    browser.press("Explain access");
    browser.wait_for_text("What Leon Fischer can do");
    browser.expect_accessible();
    browser.expect_clean();
    drop(browser);
    // Without JavaScript, searching is a step of its own.
    let browser = Browser::with(&app.base(), Display::default().without_javascript());
    browser.sign_in_as(&olivia);
    browser.goto(&format!("{BASE}/access/explain"));
    browser.fill("#q", "leon");
    browser.fill("#company", "company");
    browser.press("Explain access");
    browser.wait_for_text("Select a company");
    browser.press("Company 2");
    browser.wait_for_text("What Leon Fischer can do");
}

#[test]
fn a_filter_is_saved_as_a_view_and_opened_from_the_list() {
    let app = TestApp::open();
    let (olivia, _) = setup(&app);
    let browser = open(&app, &olivia, "/members");
    browser.choose("#filter-seen", "never");
    browser.wait_for_text("Save view");
    browser.press("Save view");
    browser.fill("#name", "Never came");
    browser.click("#menu-save [type=submit]");
    browser.wait_for_text("Saved the view “Never came”");
    assert_eq!(browser.path(), format!("{BASE}/members?seen=never"));
    browser.goto(&format!("{BASE}/members"));
    browser.press("Views");
    browser.expect_accessible();
    browser.press("Never came");
    browser.wait_for_path(&format!("{BASE}/members?seen=never"));
    browser.press("Views");
    browser.press("Delete the view Never came");
    browser.wait_for_text("Deleted the view");
    assert!(!browser.is_there("#menu-views"));
    browser.expect_clean();
    for display in [Display::phone(), Display::tablet().dark()] {
        browser.set_display(display);
        assert_eq!(browser.overflow(), 0);
    }
}
