//! The font: served by the instance, never waited for, and nothing moves when it arrives.

use crate::harness::browser::{Browser, Display};
use crate::harness::test_app::TestApp;

/// What a first view loads: `[requests before the font, bytes before the font, all bytes, fonts]`.
const LOADED: &str =
    "const all = [...performance.getEntriesByType('navigation'), ...performance.getEntriesByType('resource')];
    const fonts = all.filter(e => e.name.endsWith('.woff2'));
    const sum = list => list.reduce((n, e) => n + e.encodedBodySize, 0);
    const others = all.filter(e => !fonts.includes(e));
    return [others.length, sum(others), sum(all), fonts.length]";

#[test]
fn the_font_is_a_fifth_request_and_the_first_view_stays_small() {
    let app = TestApp::open();
    app.fixtures(|fixtures| {
        let olivia = fixtures.account("Ólivia Hařt", "olivia@type.test", true);
        fixtures.organization("Type and Co", "type", olivia);
    });
    for display in [Display::default(), Display::phone()] {
        let browser = Browser::with(&app.base(), display);
        browser.sign_in_as(&app.signed_in("olivia@type.test"));
        browser.goto("/organizations/type/members");
        let ready = "const done = arguments[0];
            document.fonts.ready.then(() => done(document.fonts.check('500 14px Inter')))";
        assert_eq!(browser.script_with_callback(ready, vec![]), true, "Inter is loaded");
        let loaded = browser.script(LOADED, vec![]);
        let number = |at: usize| loaded[at].as_u64().unwrap_or_default();
        assert!(number(0) <= 4, "{loaded}");
        assert!(number(1) <= 30 * 1024, "{loaded}: before the font");
        assert!(number(2) <= 90 * 1024, "{loaded}: with the font");
        // The name has a letter of the extended set.
        assert_eq!(number(3), 2, "{loaded}");
        browser.expect_clean();
    }
}

#[test]
fn nothing_moves_when_the_font_arrives() {
    let app = TestApp::open();
    app.fixtures(|fixtures| {
        let olivia = fixtures.account("Olivia Hart", "olivia@shift.test", true);
        let organization = fixtures.organization("Shift and Co", "shift", olivia);
        for n in 0..30 {
            let user = fixtures.account(&format!("Person {n} Of Many"), &format!("person{n}@shift.test"), true);
            fixtures.add_member(organization, user, "member", &[]);
        }
    });
    for display in [Display::default(), Display::phone()] {
        let browser = Browser::with(&app.base(), display);
        browser.sign_in_as(&app.signed_in("olivia@shift.test"));
        for path in ["", "/members", "/settings/general"] {
            // Two layouts of the same page, with the fallback and with Inter.
            browser.goto(&format!("/organizations/shift{path}"));
            let heights = "const done = arguments[0]; document.fonts.ready.then(() => {
                const all = [...document.querySelectorAll('main h1, main h2, main h3, main th, main td, main label, main .btn')];
                const tops = () => all.map(e => e.getBoundingClientRect().top + scrollY);
                const inter = tops();
                document.body.style.fontFamily = 'Fallback';
                const fallback = tops();
                done(Math.max(...inter.map((y, at) => Math.abs(y - fallback[at]))));
            })";
            let moved = browser.script_with_callback(heights, vec![]);
            assert!(
                moved.as_f64().is_some_and(|moved| moved <= 2.0),
                "{path} {display:?}: {moved} px"
            );
        }
    }
}
