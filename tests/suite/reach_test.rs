//! What a keyboard reaches, that one sees where it is, and how little a first visit costs.

use serde_json::json;

use crate::harness::browser::{Browser, Key};
use crate::harness::house::House;

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

/// Numbers what can take the focus: what is visible and not disabled, one button of each group of radios.
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

/// Which one has the focus, and whether one can see that.
const LOOK: &str = "
    const e = document.activeElement;
    let seen = false;
    for (let n = e, up = 0; n && up < 3; n = n.parentElement, up++) {
        const style = getComputedStyle(n);
        if (style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2) seen = true;
    }
    return [Number(e.dataset.stop ?? -1), seen]";

#[test]
fn everything_is_reached_by_tab_and_shows_it() {
    let house = House::open();
    let olivia = house.stage(|stage| {
        let olivia = stage.account("Olivia Hart", "olivia@tab.test", true);
        let organization = stage.organization("Tab and Sons", "tab", olivia);
        let noah = stage.account("Noah Hill", "noah@tab.test", true);
        stage.enrol(organization, noah, "admin", &[]);
        stage.invitation(organization, olivia, "new@tab.test", "viewer", &[]);
        stage.ticket(olivia)
    });
    let browser = Browser::open(&house.base());
    browser.sign_in_as(&house.holder(&olivia));
    let mut faults = Vec::new();
    for path in PAGES {
        browser.goto(path);
        browser.script("document.activeElement.blur()", vec![]);
        let stops = browser.script(NUMBER, vec![]);
        let stops = stops.as_array().expect("stops").clone();
        let mut reached = vec![false; stops.len()];
        // A date has a stop for each of its parts, and the browser's own window is one too.
        for _ in 0..stops.len() + 12 {
            browser.keys(&Key::Tab.to_string());
            let found = browser.script(LOOK, vec![]);
            let Some(at) = found[0].as_u64().and_then(|at| usize::try_from(at).ok()) else {
                continue;
            };
            reached[at] = true;
            if found[1] != json!(true) {
                faults.push(format!("{path}: nobody sees the focus on {}", stops[at]));
            }
        }
        let missed = reached.iter().zip(&stops).filter(|(reached, _)| !**reached);
        faults.extend(missed.map(|(_, stop)| format!("{path}: Tab does not reach {stop}")));
    }
    faults.dedup();
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn the_first_members_page_costs_four_requests_and_28_kilobytes() {
    let house = House::open();
    let ticket = house.stage(|stage| {
        let olivia = stage.account("Olivia Hart", "olivia@weigh.test", true);
        let organization = stage.organization("Weigh and Co", "weigh", olivia);
        for n in 0..120 {
            let user = stage.account(&format!("Person {n} Of Many"), &format!("person{n}@weigh.test"), true);
            stage.enrol(organization, user, "member", &[]);
        }
        stage.ticket(olivia)
    });
    let browser = Browser::open(&house.base());
    browser.sign_in_as(&house.holder(&ticket));
    let before = browser.requests().len();
    browser.goto("/organizations/weigh/members");
    browser.wait_for_text("1 to 50 of 121");
    let asked: Vec<String> = browser
        .requests()
        .into_iter()
        .skip(before)
        .filter(|url| url.starts_with("http"))
        .collect();
    assert!(asked.len() <= 4, "{asked:#?}");
    let script = "return [...performance.getEntriesByType('navigation'), ...performance.getEntriesByType('resource')]
        .map(e => [e.name, e.encodedBodySize, e.decodedBodySize])";
    let parts = browser.script(script, vec![]);
    let weight: u64 = parts
        .as_array()
        .expect("entries")
        .iter()
        .filter_map(|part| part[1].as_u64())
        .sum();
    assert!(parts.as_array().is_some_and(|parts| parts.len() >= 3), "{parts:#}");
    assert!(weight <= 28 * 1024, "{weight} bytes: {parts:#}");
    println!(
        "first load of the members page: {} requests, {weight} bytes",
        asked.len()
    );
}
