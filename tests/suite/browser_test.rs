//! What only a real browser shows.

use serde_json::json;

use crate::harness::browser::{Browser, Look};
use crate::harness::house::House;

#[test]
fn the_login_page_is_clean_accessible_and_fits_every_width_in_both_themes() {
    let house = House::shared();
    let browser = Browser::open(&house.base());
    browser.goto("/login");
    assert!(
        browser.is_visible("form input[name=password]"),
        "{}",
        browser.text("body")
    );
    for look in [Look::default(), Look::tablet(), Look::phone()] {
        for look in [look, look.dark()] {
            browser.look(look);
            assert_eq!(browser.overflow(), 0, "{look:?}");
            browser.expect_accessible();
        }
    }
    browser.expect_clean();
}

#[test]
fn the_window_looks_as_the_test_asks() {
    let house = House::shared();
    let browser = Browser::with(&house.base(), Look::phone().dark());
    browser.goto("/login");
    let seen = browser.script(
        "return [innerWidth, matchMedia('(prefers-color-scheme: dark)').matches]",
        vec![],
    );
    assert_eq!(seen, json!([390, true]));
    browser.look(Look::default());
    let seen = browser.script(
        "return [innerWidth, matchMedia('(prefers-color-scheme: dark)').matches]",
        vec![],
    );
    assert_eq!(seen, json!([1440, false]));
}

#[test]
fn without_javascript_no_script_of_a_page_runs() {
    let page = "data:text/html,<p>off</p><script>document.querySelector('p').textContent='on'</script>";
    let words = |look| {
        let browser = Browser::with("", look);
        browser.goto(page);
        browser.text("p")
    };
    assert_eq!(words(Look::default()), "on");
    assert_eq!(words(Look::default().without_javascript()), "off");
}
