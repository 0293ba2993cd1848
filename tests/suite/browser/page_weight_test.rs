//! The size of a first visit.

use tenantry::common::config::{BrowserCache, StoredPages};

use crate::harness::browser::Browser;
use crate::harness::test_app::TestApp;

/// The page itself, compressed. There is room for a few more columns of some hundred bytes each: the budget should
/// catch kilobytes, such as a list that is rendered twice.
const PAGE: u64 = 8 * 1024;

/// Styles, scripts and icons together, compressed. Every page shares them. The font comes after the first paint:
/// `type_test`.
const FILES: u64 = 24 * 1024;

#[test]
fn the_first_visit_to_the_members_page_makes_four_small_requests() {
    let app = TestApp::open();
    let cookie = app.fixtures(|fixtures| {
        let olivia = fixtures.account("Olivia Hart", "olivia@weigh.test", true);
        let organization = fixtures.organization("Weigh and Co", "weigh", olivia);
        for n in 0..120 {
            let user = fixtures.account(&format!("Person {n} Of Many"), &format!("person{n}@weigh.test"), true);
            fixtures.add_member(organization, user, "member", &[]);
        }
        fixtures.session_cookie(olivia)
    });
    let browser = Browser::open(&app.base());
    browser.sign_in_as(&app.client_with(&cookie));
    let before = browser.requests().len();
    browser.goto("/organizations/weigh/members");
    browser.wait_for_text("1 to 50 of 121");
    let asked: Vec<String> = browser
        .requests()
        .into_iter()
        .skip(before)
        .filter(|url| url.starts_with("http") && !url.ends_with(".woff2"))
        .collect();
    assert!(asked.len() <= 4, "{asked:#?}");
    let script = "return [...performance.getEntriesByType('navigation'), ...performance.getEntriesByType('resource')]
        .filter(e => !e.name.endsWith('.woff2')).map(e => [e.name, e.encodedBodySize, e.decodedBodySize])";
    let parts = browser.script(script, vec![]);
    let sizes: Vec<u64> = parts
        .as_array()
        .expect("entries")
        .iter()
        .filter_map(|part| part[1].as_u64())
        .collect();
    assert!(sizes.len() >= 3, "{parts:#}");
    let (page, files) = (sizes[0], sizes[1..].iter().sum::<u64>());
    assert!(page <= PAGE, "the page has {page} bytes: {parts:#}");
    assert!(files <= FILES, "its files have {files} bytes: {parts:#}");
    println!(
        "first load of the members page: {} requests, {page} bytes of page and {files} bytes of files",
        asked.len()
    );
}

#[test]
fn a_page_that_the_browser_kept_has_its_content_policy_still() {
    let app = TestApp::with(|config| {
        config.stored_pages = StoredPages::On;
        config.browser_cache = BrowserCache::Confirmed;
    });
    let cookie = app.fixtures(|fixtures| {
        let olivia = fixtures.account("Olivia Hart", "olivia@kept.test", true);
        fixtures.organization("Kept and Co", "kept", olivia);
        fixtures.session_cookie(olivia)
    });
    let browser = Browser::open(&app.base());
    browser.sign_in_as(&app.client_with(&cookie));
    let came_again = "const page = performance.getEntriesByType('navigation')[0];
        return page.encodedBodySize > 1000 && page.transferSize < 1000";
    browser.goto("/organizations/kept/members");
    // A page is stored again in each minute, and the first visits write that the session was seen.
    browser.wait_until("the page comes from the browser, with a 304", || {
        browser.goto("/organizations/kept/members");
        browser.script(came_again, vec![]).as_bool() == Some(true)
    });
    let inline = "const script = document.createElement('script');
        script.textContent = 'window.ran = true';
        document.body.append(script);
        return window.ran ?? false";
    assert_eq!(
        browser.script(inline, vec![]).as_bool(),
        Some(false),
        "an inline script ran"
    );
}
