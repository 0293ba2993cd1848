//! The first steps in a real browser: sign up, create an organization, invite by email, accept, switch, leave. With and
//! without JavaScript, on a large screen and on a phone.

use crate::harness::browser::{Browser, Display};
use crate::harness::people::{PASSWORD, create_organization};
use crate::harness::test_app::TestApp;

#[test]
fn the_first_steps_work_with_javascript() {
    complete_first_steps(Display::default());
}

#[test]
fn the_first_steps_work_without_javascript() {
    complete_first_steps(Display::default().without_javascript());
}

#[test]
fn the_first_steps_work_on_a_phone() {
    complete_first_steps(Display::phone());
}

#[test]
fn the_first_steps_work_on_a_phone_without_javascript() {
    complete_first_steps(Display::phone().without_javascript());
}

fn complete_first_steps(display: Display) {
    let app = TestApp::open();
    let browser = Browser::with(&app.base(), display);

    browser.goto("/");
    assert_eq!(browser.path(), "/login");
    browser.press("Create an account");
    sign_up(&browser, "Maya Okonkwo", Some("maya@lakeside.test"));
    browser.wait_for_text("Check your email");
    browser.goto(&app.mail_to("maya@lakeside.test").link("/verify/"));
    browser.press("Verify email");

    // Without an invitation, the wizard starts with the organization.
    browser.wait_for_text("Create your organization");
    browser.fill("#name", "Lakeside Agency");
    if display.javascript {
        browser.wait_for_text("lakeside-agency");
    }
    browser.fill("#slug", "settings");
    if display.javascript {
        browser.wait_until("the reserved slug is refused while typing", || {
            browser.is_there("#slug-status .del")
        });
    }
    browser.fill("#slug", "lakeside");
    if display.javascript {
        browser.wait_until("the slug is free", || browser.is_there("#slug-status .ins"));
    }
    browser.click("input[name=organization_type][value=partner]");
    browser.press("Create organization");
    browser.wait_for_text("Lakeside Agency is ready");
    browser.press("Open the overview");
    browser.wait_for_path("/organizations/lakeside");
    assert!(browser.text("main").contains("1 client"), "{}", browser.text("main"));

    go(&browser, display, "/organizations/lakeside/members");
    browser.press("Invite people");
    if display.javascript {
        browser.find("dialog[open] #emails");
        assert_eq!(
            browser.path(),
            "/organizations/lakeside/members",
            "the dialog opens on the page"
        );
    } else {
        browser.wait_for_path("/organizations/lakeside/invitations/new");
    }
    browser.press("Send invitations");
    browser.wait_until("the empty form is refused", || {
        browser.is_there("#emails[aria-invalid=true]")
    });
    browser.fill("#emails", "noah@hill.test");
    browser.click("input[name=role][value=viewer]");
    browser.press("Send invitations");
    browser.wait_for_path("/organizations/lakeside/invitations");
    browser.wait_for_text("noah@hill.test");
    browser.expect_clean();
    drop(browser);

    // The second user starts from the email alone.
    let message = app.mail_to("noah@hill.test");
    assert!(message.subject.contains("Lakeside Agency"), "{}", message.subject);
    let browser = Browser::with(&app.base(), display);
    browser.goto(&message.link("/invitations/"));
    browser.wait_for_text("Join Lakeside Agency");
    browser.press("Create account");
    browser.wait_for_text("You were invited to Lakeside Agency");
    let filled = browser.script("return document.querySelector('#email').value", vec![]);
    assert_eq!(filled, "noah@hill.test", "the invitation fills in its address");
    // The invitation link verified the address: no second email, straight back to the invitation.
    sign_up(&browser, "Noah Hill", None);
    browser.wait_for_text("You join as noah@hill.test");
    browser.press("Accept and open Lakeside Agency");
    browser.wait_for_path("/organizations/lakeside");
    open_sidebar(&browser, display);
    assert_eq!(browser.text("#switcher-button .who__sub"), "Viewer");
    assert!(
        !browser.is_there("nav#sidebar a[href$='/settings/general']"),
        "a viewer has no settings"
    );
    assert!(!browser.text("main").contains("Invite people"), "a viewer can't invite");

    // Switch to the other organization and back.
    let noah = app.sign_in("noah@hill.test");
    create_organization(&noah, "Hill Studio", "hill", "noah@hill.test");
    browser.goto("/organizations/lakeside/members");
    open_sidebar(&browser, display);
    browser.click("#switcher-button");
    browser.wait_until("the switcher is open", || browser.is_visible("#switcher"));
    browser.click("#switcher a[href='/organizations/hill/members']");
    browser.wait_for_path("/organizations/hill/members");
    browser.wait_for_text("Hill Studio");

    browser.goto("/organizations");
    browser.press("Actions for Lakeside Agency");
    browser.press("Leave Lakeside Agency");
    if display.javascript {
        browser.find("dialog[open]");
    } else {
        browser.wait_for_path("/organizations/lakeside/leaving");
    }
    browser.click("form[action='/organizations/lakeside/leaving'] [type=submit]");
    browser.wait_for_text("You left Lakeside Agency");
    assert!(!browser.is_there("main a[href='/organizations/lakeside']"));
    browser.goto("/organizations/lakeside");
    browser.wait_for_text("Page not found");
    browser.expect_clean();
}

/// Fills in and submits the open sign-up form.
#[track_caller]
fn sign_up(browser: &Browser, name: &str, email: Option<&str>) {
    browser.fill("#name", name);
    if let Some(email) = email {
        browser.fill("#email", email);
    }
    browser.fill("#password", PASSWORD);
    browser.click("#terms");
    browser.press("Create account");
}

/// Opens the drawer on small screens.
#[track_caller]
fn open_sidebar(browser: &Browser, display: Display) {
    if display.width < 1024 {
        browser.press("Open menu");
        browser.wait_until("the sidebar is open", || browser.is_visible("#sidebar"));
    }
}

/// Follows a link in the sidebar.
#[track_caller]
fn go(browser: &Browser, display: Display, path: &str) {
    open_sidebar(browser, display);
    browser.click(&format!("#sidebar a.nav[href='{path}']"));
    browser.wait_for_path(path);
}
