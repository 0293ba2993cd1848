//! Details of pages: tabs that stay, rows that open, states that update by themselves, and words that fit their reader.

use crate::harness::browser::{Browser, Display};
use crate::harness::people::{create_organization, invite};
use crate::harness::test_app::TestApp;

/// Clicks the middle of an element, whatever is there.
fn click_at(browser: &Browser, css: &str) {
    let script = "const at = document.querySelector(arguments[0]).getBoundingClientRect();
        document.elementFromPoint(at.x + at.width / 2, at.y + at.height / 2).click()";
    browser.script(script, vec![css.into()]);
}

#[test]
fn every_page_of_members_has_the_same_tabs() {
    let app = TestApp::open();
    let olivia = app.owner_of("Lakeside Agency", "lakeside");
    app.member(&olivia, "lakeside", "Noah Brandt", "noah@lakeside.test", "member");
    let browser = Browser::open(&app.base());
    browser.sign_in_as(&olivia);
    let tabs = ["Members 2", "Pending invitations 0", "Recently removed 0"];
    browser.goto("/organizations/lakeside/members");
    for tab in [1, 2, 0] {
        browser.click(&format!(".tabs a:nth-of-type({})", tab + 1));
        browser.wait_until(tabs[tab], || browser.texts(".tabs [aria-current=page]") == [tabs[tab]]);
        assert_eq!(browser.texts(".tabs a"), tabs, "{}", browser.path());
    }
    browser.click("tbody input[type=checkbox]");
    browser.press("Change role");
    browser.wait_for_text("Change the role of 1 person");
    assert_eq!(browser.texts(".tabs a"), tabs, "a bulk change");
    browser.expect_clean();
}

#[test]
fn details_of_access_control_keep_its_tabs() {
    let app = TestApp::open();
    let olivia = app.owner_of("Lakeside Agency", "lakeside");
    app.sign_up("Noah Brandt", "noah@lakeside.test");
    let (group, request) = app.fixtures(|fixtures| {
        let (org, owner) = (
            fixtures.organization_of("lakeside"),
            fixtures.user("olivia@lakeside.test"),
        );
        let noah = fixtures.user("noah@lakeside.test");
        let noah = fixtures.add_member(org, noah, "member", &[]);
        let group = fixtures.group(org, owner, "Support", "viewer", &[]);
        (group, fixtures.request(org, noah, "members.invite", None))
    });
    let browser = Browser::open(&app.base());
    browser.sign_in_as(&olivia);
    let base = "/organizations/lakeside/access";
    browser.goto(base);
    let tabs = browser.texts(".tabs a");
    for (path, open) in [
        ("/matrix/import".to_owned(), "Matrix"),
        ("/groups/new".to_owned(), "Groups"),
        (format!("/groups/{group}"), "Groups"),
        (format!("/groups/{group}/settings"), "Groups"),
        (format!("/requests/{request}"), "Requests"),
        ("/reviews/new".to_owned(), "Reviews"),
    ] {
        browser.goto(&format!("{base}{path}"));
        assert_eq!(browser.texts(".tabs a"), tabs, "{path}");
        let current = browser.texts(".tabs [aria-current=page]");
        // A number that waits may follow.
        assert!(
            current.len() == 1 && current[0].starts_with(open),
            "{path}: {current:?}"
        );
    }
    browser.expect_clean();
}

#[test]
fn the_whole_row_opens_an_organization_and_leave_is_in_its_menu() {
    let app = TestApp::open();
    let olivia = app.owner_of("Lakeside Agency", "lakeside");
    create_organization(&olivia, "Quiet Firm", "quiet", "olivia@lakeside.test");
    let browser = Browser::open(&app.base());
    browser.sign_in_as(&olivia);
    browser.goto("/organizations");
    assert_eq!(browser.texts("tbody .badge"), ["Active", "Active"]);
    assert!(!browser.is_visible("a[href='/organizations/quiet/leaving']"));

    // A cell without a link, then the menu, which is above the link of the row.
    click_at(
        &browser,
        "tr:has(a[href='/organizations/quiet']) td[data-label='Your role']",
    );
    browser.wait_for_path("/organizations/quiet");
    browser.goto("/organizations");
    browser.press("Actions for Quiet Firm");
    browser.press("Leave Quiet Firm");
    browser.find("dialog[open]");
    browser.wait_for_text("You are the only owner");

    // Columns order the list, and the order survives a search.
    browser.goto("/organizations?sort=name");
    let names = || browser.texts("tbody .who__name");
    assert_eq!(names(), ["Lakeside Agency", "Quiet Firm"]);
    browser.click("th[aria-sort=ascending] a");
    browser.wait_until("the order is turned", || names() == ["Quiet Firm", "Lakeside Agency"]);
    browser.fill("#filter-q", "lake");
    browser.wait_until("the search answers", || names() == ["Lakeside Agency"]);
    browser.expect_accessible();

    browser.set_display(Display::phone());
    browser.goto("/organizations");
    assert_eq!(browser.overflow(), 0);
    click_at(
        &browser,
        "tr:has(a[href='/organizations/lakeside']) td[data-label='Type']",
    );
    browser.wait_for_path("/organizations/lakeside");
    browser.expect_clean();
}

#[test]
fn the_state_of_a_sent_invitation_updates_by_itself_and_then_rests() {
    let app = TestApp::with_smtp(|_| {});
    let olivia = app.owner_of("Lakeside Agency", "lakeside");
    let browser = Browser::open(&app.base());
    browser.sign_in_as(&olivia);
    app.smtp().hang(6);
    invite(&olivia, "lakeside", "noah@lakeside.test", "member");
    browser.goto("/organizations/lakeside/invitations");
    let state = || browser.texts("tbody [role=status] .badge");
    assert!(
        ["Waiting to be sent", "Being sent"].contains(&state()[0].as_str()),
        "{:?}",
        state()
    );
    // What was selected stays selected: only the state is replaced.
    browser.click("tbody input[type=checkbox]");
    browser.wait_until("the email is sent", || state() == ["Sent"]);
    assert!(browser.is_there("tbody input:checked"));
    browser.wait_until("the page asks no more", || !browser.is_there("#deliveries[hx-get]"));
    let asked = || {
        browser
            .requests()
            .iter()
            .filter(|url| url.contains("/deliveries"))
            .count()
    };
    assert!(asked() > 0);
    browser.expect_clean();
    browser.goto("/organizations/lakeside/invitations");
    assert!(!browser.is_there("#deliveries[hx-get]"), "nothing is on its way");
}

#[test]
fn the_support_form_says_first_that_there_is_no_consent() {
    let app = TestApp::open();
    let olivia = app.owner_of("Harbor Recovery", "harbor");
    let opal = app.sign_up("Opal Reed", "opal@instance.test");
    app.fixtures(|fixtures| {
        let opal = fixtures.user("opal@instance.test");
        fixtures.appoint(opal);
    });
    let browser = Browser::open(&app.base());
    browser.sign_in_as(&opal);
    browser.goto("/operator/organizations/harbor");
    browser.press("Ask for consent");
    browser.find("dialog[open]");
    browser.wait_for_text("Harbor Recovery doesn’t allow support access");
    assert!(
        !browser.is_there("dialog [name=password], dialog [name=reason]"),
        "nothing is asked for"
    );
    let asks = browser.script("return document.querySelector('dialog a[href^=mailto]').href", vec![]);
    let asks = asks.as_str().unwrap_or_default();
    assert!(
        asks.starts_with("mailto:olivia@harbor.test?") && asks.contains("settings%2Fsupport"),
        "{asks}"
    );
    browser.expect_accessible();

    // Off is neutral, on is not.
    browser.sign_in_as(&olivia);
    browser.goto("/organizations/harbor/settings/support");
    assert_eq!(browser.text("#settings .badge:not([data-tone])"), "Off");
    browser.press("Turn on support access");
    browser.wait_until("it is on", || {
        browser.texts("#settings .badge[data-tone=success]") == ["On"]
    });
    browser.sign_in_as(&opal);
    browser.goto("/operator/organizations/harbor");
    browser.press("View as support");
    browser.find("dialog[open] [name=reason]");
    browser.expect_clean();
}

#[test]
fn an_event_has_labels_for_people_and_tones_only_for_changes() {
    let app = TestApp::open();
    let olivia = app.owner_of("Lakeside Agency", "lakeside");
    app.member(&olivia, "lakeside", "Noah Brandt", "noah@lakeside.test", "member");
    let members = olivia.get("/organizations/lakeside/members").expect(200);
    let noah = members.link("Noah Brandt").expect("a link to Noah");
    let noah = noah.rsplit('/').next().unwrap_or_default().to_owned();
    olivia
        .post(
            &format!("/organizations/lakeside/members/{noah}/role"),
            &[("role", "editor")],
        )
        .expect(303);
    let browser = Browser::open(&app.base());
    browser.sign_in_as(&olivia);

    // A change: before and after have tones, and the people are links.
    browser.goto("/organizations/lakeside/settings/audit?action=member.role_changed");
    browser.click("details.event summary");
    browser.press("Event 5: link and verification");
    browser.wait_for_text("Hash chain");
    assert_eq!(browser.texts(".diff del"), ["was\nMember"]);
    assert_eq!(browser.texts(".diff ins"), ["is\nEditor"]);
    assert!(browser.is_there(&format!(".kv a[href='/organizations/lakeside/members/{noah}']")));
    assert!(
        !browser.is_visible("p.code"),
        "the user agent waits until it is asked for"
    );
    browser.press("Full user agent");
    browser.wait_until("the user agent", || browser.is_visible("p.code"));
    let labels = browser.texts("dt");
    assert!(
        labels.contains(&"IP address".to_owned()) && labels.contains(&"Device".to_owned()),
        "{labels:?}"
    );
    browser.expect_accessible();

    // A sign-in states facts. The one before was older than the organization.
    app.sign_in("olivia@lakeside.test");
    browser.goto("/organizations/lakeside/settings/audit?kind=login");
    browser.click("details.event summary");
    assert!(!browser.is_there(".event[open] ins, .event[open] del"));
    assert!(!browser.text("main").contains("Mozilla/"), "no raw user agent");
    browser.expect_clean();
}

#[test]
fn reviews_say_what_became_of_the_unanswered_and_why_no_other_can_start() {
    let app = TestApp::open();
    let olivia = app.owner_of("Lakeside Agency", "lakeside");
    app.sign_up("Noah Brandt", "noah@lakeside.test");
    app.fixtures(|fixtures| {
        let (org, owner) = (
            fixtures.organization_of("lakeside"),
            fixtures.user("olivia@lakeside.test"),
        );
        let noah = fixtures.user("noah@lakeside.test");
        let north = fixtures.company(org, "North", "north");
        let noah = fixtures.add_member(org, noah, "member", &[]);
        fixtures.closed_review(org, owner, (noah, north));
        fixtures.review(org, owner, Some(vec![north]));
    });
    let browser = Browser::open(&app.base());
    browser.sign_in_as(&olivia);
    browser.goto("/organizations/lakeside/access/reviews");
    browser.wait_for_text("You can start the next review when it is closed or cancelled.");
    assert!(!browser.text("main").contains("Start review"));
    browser.expect_accessible();
    browser.click("main .note a");
    browser.wait_for_text("Assignments without an answer are removed then.");

    browser.goto("/organizations/lakeside/access/reviews");
    browser.click("tbody tr:nth-of-type(2) th a");
    browser.wait_for_text("1 assignment had no answer: 1 was removed.");
    browser.wait_for_text("by Olivia Hart");
    assert_eq!(
        browser.texts("[aria-labelledby=outcome-h] .stat__value"),
        ["0", "0", "0", "1", "1"]
    );
    browser.expect_accessible();
    browser.expect_clean();
}

#[test]
fn a_role_is_described_to_the_person_who_has_it() {
    let app = TestApp::open();
    let olivia = app.owner_of("Lakeside Agency", "lakeside");
    let noah = app.member(&olivia, "lakeside", "Noah Brandt", "noah@lakeside.test", "member");
    let browser = Browser::open(&app.base());
    browser.sign_in_as(&noah);
    browser.goto("/organizations/lakeside");
    browser.wait_for_text("Work in the clients assigned to you.");
    browser.goto("/organizations/lakeside/access/mine");
    assert!(!browser.text("main").contains("them"), "{}", browser.text("main"));
    browser.sign_in_as(&olivia);
    browser.goto("/organizations/lakeside/invitations/new");
    browser.wait_for_text("Work in the clients assigned to them");
    browser.expect_clean();
}
