//! The access matrix: quiet cells, a count of the changes, and a card for each person on a phone.

use serde_json::json;

use crate::harness::browser::{Browser, Display};
use crate::harness::client::Client;
use crate::harness::test_app::TestApp;

const MATRIX: &str = "/organizations/grid/access/matrix";

/// Olivia owns an organization with 30 companies. Ann, Ben and Cleo are members; Ann views Branch 02, and Vera views all.
fn olivia(app: &TestApp) -> Client {
    let cookie = app.fixtures(|fixtures| {
        let olivia = fixtures.account("Olivia Hart", "olivia@grid.test", true);
        let organization = fixtures.organization("Branch", "grid", olivia);
        let companies: Vec<_> = (1..30)
            .map(|n| fixtures.company(organization, &format!("Branch {n:02}"), &format!("branch-{n}")))
            .collect();
        for (name, role, own) in [
            ("Ann", "member", &[(companies[1], "viewer")][..]),
            ("Ben", "member", &[]),
            ("Cleo", "member", &[]),
            ("Vera", "viewer", &[]),
        ] {
            let account = fixtures.account(
                &format!("{name} Grid"),
                &format!("{name}@grid.test").to_lowercase(),
                true,
            );
            fixtures.add_member(organization, account, role, own);
        }
        fixtures.session_cookie(olivia)
    });
    app.client_with(&cookie)
}

fn number(browser: &Browser, script: &str) -> i64 {
    browser
        .script(&format!("return {script}"), vec![])
        .as_i64()
        .expect("a number")
}

fn tinted(browser: &Browser) -> i64 {
    number(browser, "document.querySelectorAll('td[data-changed]').length")
}

/// Whether leaving the page is asked about.
fn asks_to_leave(browser: &Browser) -> bool {
    let script =
        "const e = new Event('beforeunload', { cancelable: true }); dispatchEvent(e); return e.defaultPrevented";
    browser.script(script, vec![]) == json!(true)
}

/// From now on each question is counted and answered like this.
fn answer_questions(browser: &Browser, with: bool) {
    browser.script(
        "window.asked = 0; window.confirm = () => (window.asked++, arguments[0])",
        vec![json!(with)],
    );
}

#[test]
fn changes_are_tinted_counted_and_never_lost_unasked() {
    let app = TestApp::open();
    let browser = Browser::open(&app.base());
    browser.sign_in_as(&olivia(&app));
    browser.goto(MATRIX);
    assert!(!browser.is_visible("#save") && !browser.is_visible(".grid__bulk"));
    // A cell looks like text until it is focused.
    let edge = |cell: &str| {
        let script = "return getComputedStyle(document.querySelector(arguments[0])).borderTopColor";
        browser
            .script(script, vec![json!(cell)])
            .as_str()
            .unwrap_or_default()
            .to_owned()
    };
    assert_eq!(edge("[name=c-0-1]"), "rgba(0, 0, 0, 0)");
    browser.script("document.querySelector('[name=c-0-1]').focus()", vec![]);
    assert_ne!(edge("[name=c-0-1]"), "rgba(0, 0, 0, 0)");

    browser.choose("[name=c-0-1]", "editor");
    assert_eq!((browser.text("#changes").as_str(), tinted(&browser)), ("1 change", 1));
    browser.choose("[name=c-1-2]", "manager");
    browser.choose("[name=c-2-2]", "manager");
    assert_eq!((browser.text("#changes").as_str(), tinted(&browser)), ("3 changes", 3));
    // A cell that is back at what it was is no change.
    browser.choose("[name=c-2-2]", "");
    assert_eq!((browser.text("#changes").as_str(), tinted(&browser)), ("2 changes", 2));
    browser.expect_accessible();
    assert!(asks_to_leave(&browser));

    // A search would replace the table: staying keeps the changes, and the search field what it was.
    answer_questions(&browser, false);
    browser.fill("#filter-q", "ben");
    browser.wait_until("a question", || number(&browser, "window.asked") > 0);
    browser.wait_until("the empty field", || {
        browser.script("return document.querySelector('#filter-q').value", vec![]) == json!("")
    });
    assert_eq!(browser.text("#changes"), "2 changes");
    browser.press("Discard");
    assert_eq!(tinted(&browser), 0);
    assert!(!browser.is_visible("#save") && !asks_to_leave(&browser));
    answer_questions(&browser, true);
    browser.script("return new Promise(done => setTimeout(done, 700))", vec![]);
    browser.fill("#filter-q", "ben");
    browser.wait_until("the last answer", || {
        browser.path().contains("q=ben") && !browser.is_there("#grid[inert]")
    });
    browser.wait_until("Ben alone", || browser.texts("tbody .who__name") == ["Ben Grid"]);
    assert_eq!(number(&browser, "window.asked"), 0, "nothing was changed");
    let requests = browser.requests().len();
    browser.choose("[name=c-0-3]", "viewer");
    assert_eq!(browser.text("#changes"), "1 change");
    assert_eq!(
        browser.requests().len(),
        requests,
        "leaving the search field asks for nothing new"
    );
    browser.press("Save changes");
    browser.wait_for_text("1 change saved");
    assert!(browser.path().contains("q=ben"));
    assert!(!browser.is_visible("#save"));
    browser.expect_clean();
}

#[test]
fn companies_are_paged_and_names_stay_in_sight() {
    let app = TestApp::open();
    let browser = Browser::open(&app.base());
    browser.sign_in_as(&olivia(&app));
    browser.goto(MATRIX);
    let companies = || browser.texts(".grid thead th[id]").len() - 1;
    assert_eq!(companies(), 12);
    browser.press("Next companies");
    browser.wait_for_text("Branch 12");
    browser.reload();
    browser.wait_for_text("Branch 12");
    browser.press("Next companies");
    browser.wait_for_text("Branch 29");
    assert_eq!(companies(), 6);
    browser.press("Previous companies");
    browser.wait_for_text("Branch 12");
    // Scrolled to the end, the names are at the left and the companies at the top.
    let gap = |of: &str| {
        number(
            &browser,
            &format!(
                "(() => {{ const w = document.querySelector('.table-wrap'); w.style.maxHeight = '12rem'; w.scrollTo(9999, 9999); \
                 const a = w.getBoundingClientRect(), b = document.querySelector('{of}').getBoundingClientRect(); \
                 return Math.round(Math.abs('{of}'.includes('tbody') ? b.left - a.left : b.top - a.top)); }})()"
            ),
        )
    };
    assert!(gap(".grid tbody th") <= 1 && gap(".grid thead th:last-child") <= 1);
    assert_eq!(browser.overflow(), 0);
}

#[test]
fn selected_people_get_one_role_at_once() {
    let app = TestApp::open();
    let browser = Browser::open(&app.base());
    browser.sign_in_as(&olivia(&app));
    browser.goto(&format!("{MATRIX}?company=branch-7"));
    for at in [1, 2, 3] {
        browser.click(&format!("tbody tr:nth-child({at}) [name=pick]"));
    }
    // One company is shown, so it is chosen.
    browser.choose("#bulk_role", "editor");
    browser.press("Apply to selected people");
    browser.wait_for_text("3 changes saved");
    browser.click("[name=everybody]");
    assert_eq!(
        number(&browser, "document.querySelectorAll('[name=pick]:checked').length"),
        5
    );
}

#[test]
fn a_phone_shows_a_card_for_each_person() {
    let app = TestApp::open();
    let owner = olivia(&app);
    let browser = Browser::with(&app.base(), Display::phone());
    browser.sign_in_as(&owner);
    browser.goto(MATRIX);
    let cells = |row: i64| {
        number(
            &browser,
            &format!(
                "[...document.querySelectorAll('tbody tr:nth-child({row}) td')].filter(td => td.offsetParent).length"
            ),
        )
    };
    assert_eq!(
        (cells(1), cells(2)),
        (2, 1),
        "the organization, and the company with a role"
    );
    assert_eq!(browser.overflow(), 0);
    browser.expect_accessible();
    browser.click("tbody tr:nth-child(2) .grid__all");
    assert_eq!(cells(2), 13);
    browser.choose("[name=c-1-4]", "viewer");
    browser.click("tbody tr:nth-child(2) .grid__all");
    assert_eq!(cells(2), 2, "a changed cell stays in sight");
    browser.press("Save changes");
    browser.wait_for_text("1 change saved");
    browser.set_display(Display::phone().dark());
    browser.expect_accessible();

    // Without JavaScript every company is shown, and the row with the button is always there.
    let browser = Browser::with(&app.base(), Display::phone().without_javascript());
    browser.sign_in_as(&owner);
    browser.goto(MATRIX);
    assert!(browser.is_visible("#save") && browser.is_visible("[name=c-2-5]"));
    assert_eq!(browser.overflow(), 0);
    browser.choose("[name=c-2-5]", "editor");
    browser.press("Save changes");
    browser.wait_for_text("1 change saved");
}

#[test]
fn a_cell_takes_little_of_the_largest_page() {
    let app = TestApp::open();
    let olivia = olivia(&app);
    let page = olivia.get(MATRIX).expect(200);
    let row = page.body.split("<tr>").nth(3).expect("Ben");
    let cells = row.split("<td").count() - 2;
    assert_eq!(cells, 12);
    let companies = row.split("<td").skip(2).map(str::len).sum::<usize>();
    assert!(companies / cells <= 235, "{} bytes a cell: {row}", companies / cells);
}
