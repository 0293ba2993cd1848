//! A new organization and its general settings.

use serde_json::json;

use crate::harness::browser::{Browser, Display};
use crate::harness::client::Client;
use crate::harness::test_app::TestApp;

fn person(app: &TestApp, name: &str, email: &str) -> Client {
    let cookie = app.fixtures(|fixtures| {
        let user = fixtures.account(name, email, true);
        fixtures.session_cookie(user)
    });
    app.client_with(&cookie)
}

fn value(browser: &Browser, css: &str) -> String {
    let value = browser.script("return document.querySelector(arguments[0])?.value", vec![json!(css)]);
    value.as_str().unwrap_or_default().to_owned()
}

/// The tops of elements, in whole pixels.
fn tops(browser: &Browser, css: &str) -> Vec<i64> {
    let script =
        "return [...document.querySelectorAll(arguments[0])].map(e => Math.round(e.getBoundingClientRect().top))";
    serde_json::from_value(browser.script(script, vec![json!(css)])).expect("numbers")
}

#[test]
fn a_new_organization_is_filled_in_kept_as_a_draft_and_created() {
    let app = TestApp::open();
    let browser = Browser::open(&app.base());
    browser.sign_in_as(&person(&app, "Olivia Hart", "olivia@lake.test"));
    browser.goto("/organizations/new");
    // All that is wrong is said at once.
    browser.press("Create organization");
    browser.wait_for_text("There is a problem");
    assert_eq!(
        browser.texts("#errors li"),
        ["Enter a name", "Choose what describes you best"]
    );
    // The type sets the word, and a preset both.
    browser.click("[name=organization_type][value=individual]");
    browser.wait_until("the word of the type", || value(&browser, "#unit_label") == "business");
    assert_eq!(
        browser.focus(),
        "input “organization_type”",
        "the focus stays at the type"
    );
    browser.choose("#preset", "agency");
    browser.wait_until("the word of the preset", || value(&browser, "#unit_label") == "app");
    assert!(browser.is_there("[name=organization_type][value=partner]:checked"));
    browser.fill("#name", "Lakeside Agency");
    browser.wait_until("a web address", || value(&browser, "#slug") == "lakeside-agency");
    assert!(!browser.is_visible("#owner_email"));
    browser.click("[name=owner][value=other]");
    browser.fill("#owner_email", "nina@lake.test");
    browser.expect_accessible();
    browser.wait_for_text("Draft saved");
    // Abandoned, it is there again.
    browser.goto("/organizations");
    browser.goto("/organizations/new");
    browser.wait_for_text("Your draft is back");
    assert_eq!(value(&browser, "#name"), "Lakeside Agency");
    assert_eq!(value(&browser, "#owner_email"), "nina@lake.test");
    browser.wait_until("the web address again", || {
        value(&browser, "#slug") == "lakeside-agency"
    });
    browser.expect_accessible();
    browser.press("Create organization");
    browser.wait_for_text("Lakeside Agency is ready");
    browser.goto("/organizations");
    browser.wait_for_text("Owner invited");
    browser.goto("/organizations/lakeside-agency/settings/general");
    browser.wait_for_text("nina@lake.test becomes the owner by accepting");
    browser.fill("#owner_email", "emma@lake.test");
    browser.press("Change owner");
    browser.wait_for_text("emma@lake.test becomes the owner by accepting");
    browser.expect_accessible();
    browser.press("Cancel invitation");
    browser.wait_until("the dialog", || browser.is_visible("#dialog form"));
    browser.expect_clean();
}

#[test]
fn a_new_organization_needs_no_javascript() {
    let app = TestApp::open();
    let browser = Browser::with(&app.base(), Display::phone().without_javascript());
    browser.sign_in_as(&person(&app, "Olivia Hart", "olivia@lake.test"));
    browser.goto("/organizations/new");
    browser.fill("#name", "Lakeside Agency");
    browser.choose("#preset", "teams");
    browser.press("Fill in preset");
    browser.wait_until("the word", || {
        browser.is_there("#unit_label [value=workspace][selected]")
    });
    assert!(browser.is_there("#name[value='Lakeside Agency']"));
    assert_eq!(browser.overflow(), 0);
    browser.press("Save draft");
    browser.wait_for_text("Draft saved");
    browser.goto("/organizations/new");
    browser.wait_for_text("Your draft is back");
    browser.press("Create organization");
    browser.wait_for_text("Lakeside Agency is ready");
}

#[test]
fn general_settings_are_edited_in_their_cards() {
    let app = TestApp::open();
    let olivia = person(&app, "Olivia Hart", "olivia@lake.test");
    let fields = [
        ("name", "Lakeside Agency"),
        ("slug", "lakeside"),
        ("region", "us"),
        ("organization_type", "partner"),
    ];
    olivia.post("/organizations", &fields).expect(303);
    let general = "/organizations/lakeside/settings/general";
    for display in [
        Display::default(),
        Display::tablet(),
        Display::phone().without_javascript(),
    ] {
        let browser = Browser::with(&app.base(), display);
        browser.sign_in_as(&olivia);
        browser.goto(general);
        if display.javascript {
            // What is saved is chosen, and the labels and controls of two columns are in line.
            assert_eq!(
                ["#region", "#unit_label"].map(|field| value(&browser, field)),
                ["us", "client"]
            );
            for pair in [["name", "domain"], ["unit_label", "region"], ["timezone", "currency"]] {
                for part in [
                    format!("[for={}], [for={}]", pair[0], pair[1]),
                    format!("#{}, #{}", pair[0], pair[1]),
                ] {
                    let tops = tops(&browser, &part);
                    assert!(tops.len() == 2 && tops[0] == tops[1], "{part}: {tops:?}");
                }
            }
            assert_eq!(
                browser.texts("main h2")[..3],
                ["Organization profile", "Web address", "Contacts"]
            );
        }
        let typed = format!("help-{}@lake.test", display.width);
        browser.fill("#contact-support", &typed);
        browser.click("#contact-support ~ button");
        browser.wait_for_text("Verification pending");
        if display.javascript {
            assert_eq!(value(&browser, "#contact-support"), typed);
        }
        assert_eq!(browser.overflow(), 0);
        if display.javascript {
            browser.expect_accessible();
        }
    }
}
