//! How much a first visit loads.

use crate::harness::browser::Browser;
use crate::harness::house::House;

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
