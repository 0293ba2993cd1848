//! Every control can be reached by Tab, and the focus is visible.

use serde_json::json;

use crate::harness::browser::{Browser, Key};
use crate::harness::test_app::TestApp;

const PAGES: &[&str] = &[
    "/organizations",
    "/organizations/new",
    "/organizations/tab",
    "/organizations/tab/companies",
    "/organizations/tab/members",
    "/organizations/tab/invitations",
    "/organizations/tab/invitations/new",
    "/organizations/tab/settings/general",
    "/account",
];

/// Numbers all focusable elements: visible and enabled, one button of each radio group.
const NUMBER: &str = "
    const groups = new Set();
    const all = [...document.querySelectorAll('a[href], button, input, select, textarea, summary, [tabindex=\"0\"]')].filter(e => {
        if (e.disabled || e.type === 'hidden' || !e.checkVisibility({ visibilityProperty: true })) return false;
        if (e.type !== 'radio') return true;
        const chosen = document.querySelector(`input[name='${e.name}']:checked`);
        if (groups.has(e.name) || (chosen && chosen !== e)) return false;
        groups.add(e.name);
        return true;
    });
    all.forEach((e, i) => e.dataset.stop = i);
    return all.map(e => e.outerHTML.slice(0, 100))";

/// Records which element gets the focus, and whether the focus is visible.
const WATCH: &str = "
    window.reached = [];
    document.activeElement.blur();
    document.addEventListener('focusin', event => {
        let seen = false;
        for (let n = event.target, up = 0; n && up < 3; n = n.parentElement, up++) {
            const style = getComputedStyle(n);
            if (style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2) seen = true;
        }
        window.reached.push([Number(event.target.dataset.stop ?? -1), seen]);
    })";

#[test]
fn every_control_is_reachable_by_tab_with_visible_focus() {
    let app = TestApp::open();
    let olivia = app.fixtures(|fixtures| {
        let olivia = fixtures.account("Olivia Hart", "olivia@tab.test", true);
        let organization = fixtures.organization("Tab and Sons", "tab", olivia);
        let noah = fixtures.account("Noah Hill", "noah@tab.test", true);
        fixtures.add_member(organization, noah, "admin", &[]);
        fixtures.invitation(organization, olivia, "new@tab.test", "viewer", &[]);
        fixtures.session_cookie(olivia)
    });
    let browser = Browser::open(&app.base());
    browser.sign_in_as(&app.client_with(&olivia));
    let mut faults = Vec::new();
    for path in PAGES {
        browser.goto(path);
        let stops = browser.script(NUMBER, vec![]);
        let stops = stops.as_array().expect("stops").clone();
        browser.script(WATCH, vec![]);
        // A date field has a stop for each of its parts, and the browser window is one too.
        browser.keys(&Key::Tab.to_string().repeat(stops.len() + 12));
        let mut reached = vec![false; stops.len()];
        let focused = browser.script("return window.reached", vec![]);
        for found in focused.as_array().expect("the focused elements") {
            let Some(at) = found[0].as_u64().and_then(|at| usize::try_from(at).ok()) else {
                continue;
            };
            reached[at] = true;
            if found[1] != json!(true) {
                faults.push(format!("{path}: no visible focus on {}", stops[at]));
            }
        }
        let missed = reached.iter().zip(&stops).filter(|(reached, _)| !**reached);
        faults.extend(missed.map(|(_, stop)| format!("{path}: Tab does not reach {stop}")));
    }
    faults.dedup();
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}
