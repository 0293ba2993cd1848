//! How many requests the API answers.

use std::num::NonZeroU32;
use std::time::Duration;

use tenantry::common::api_key;

use crate::api_test::{EVERY_SCOPE, organization, problem, program};
use crate::harness::client::Client;
use crate::harness::page::Page;
use crate::harness::test_app::TestApp;

fn limited(key: u32, organization: u32) -> TestApp {
    TestApp::with(|config| {
        config.api_quotas.key = NonZeroU32::new(key);
        config.api_quotas.organization = NonZeroU32::new(organization);
    })
}

/// What is left of a quota, by the header.
fn left(page: &Page, name: &str) -> i64 {
    let header = page.header("ratelimit");
    let item = header
        .split(", ")
        .find(|item| item.starts_with(&format!("\"{name}\"")))
        .unwrap_or_else(|| panic!("no {name} in {header}"));
    let left = item.split(';').find_map(|part| part.strip_prefix("r=")).expect("r");
    left.parse().expect("a number")
}

fn used_up(program: &Client) -> Page {
    for _ in 0..1_000 {
        let page = program.get("/api/v1/organization");
        if page.status != 200 {
            return page;
        }
    }
    panic!("no request was refused");
}

#[test]
fn a_key_that_asks_too_often_waits() {
    let app = limited(60, 6_000);
    let (_, program) = organization(&app, "often", &[]);
    let first = program.get("/api/v1/organization").expect(200);
    assert_eq!(
        first.header("ratelimit-policy"),
        "\"key\";q=60;w=60, \"organization\";q=6000;w=60"
    );
    assert_eq!((left(&first, "key"), left(&first, "organization")), (59, 5_999));
    // Changes and errors count as well.
    program
        .send("POST", "/api/v1/companies", &[], Some("[".into()))
        .expect(400);
    let refused = used_up(&program).expect(429);
    assert_eq!(problem(&refused), "too-many-requests");
    assert_eq!(left(&refused, "key"), 0);
    let wait: u64 = refused.header("retry-after").parse().expect("seconds");
    assert!((1..=2).contains(&wait), "{wait}");
    app.advance(Duration::from_secs(wait));
    program.get("/api/v1/organization").expect(200);
    // What was refused does not use up the quota of the organization.
    app.advance(Duration::from_secs(60));
    let later = program.get("/api/v1/organization").expect(200);
    assert_eq!((left(&later, "key"), left(&later, "organization")), (59, 5_999));
}

#[test]
fn the_keys_of_an_organization_share_a_quota() {
    let app = limited(6_000, 60);
    let (organization, first) = organization(&app, "shared-quota", &[]);
    let second = app.fixtures(|fixtures| {
        let olivia = fixtures.user("olivia@shared-quota.test");
        fixtures.api_key(organization, olivia, EVERY_SCOPE, None).1
    });
    let refused = used_up(&first).expect(429);
    assert_eq!(left(&refused, "organization"), 0);
    program(&app, &second).get("/api/v1/organization").expect(429);
    let (_, other) = crate::api_test::organization(&app, "other-quota", &[]);
    other.get("/api/v1/organization").expect(200);
}

#[test]
fn an_address_that_sends_unknown_keys_waits_and_its_known_keys_do_not() {
    let app = TestApp::open();
    let (_, known) = organization(&app, "guesses", &[]);
    known.get("/api/v1/organization").expect(200);
    let statuses: Vec<u16> = (0..70)
        .map(|_| {
            program(&app, api_key::fresh().as_str())
                .get("/api/v1/organization")
                .status
        })
        .collect();
    assert_eq!(statuses.first(), Some(&401));
    assert_eq!(statuses.last(), Some(&429), "{statuses:?}");
    known.get("/api/v1/organization").expect(200);
    app.advance(Duration::from_secs(60));
    let page = program(&app, api_key::fresh().as_str()).get("/api/v1/organization");
    assert_eq!(problem(&page.expect(401)), "invalid-key");
}

#[test]
fn a_quota_can_be_off() {
    let app = TestApp::with(|config| {
        config.api_quotas.key = None;
        config.api_quotas.organization = None;
    });
    let (_, program) = organization(&app, "no-quota", &[]);
    let page = program.get("/api/v1/organization").expect(200);
    assert_eq!((page.header("ratelimit-policy"), page.header("ratelimit")), ("", ""));
}

#[test]
fn every_answer_of_the_api_says_what_the_quotas_are() {
    let app = TestApp::open();
    let (_, program) = organization(&app, "policies", &[]);
    for page in [
        program.get("/api/v1/organization").expect(200),
        program.get("/api/v1/companies/nothing").expect(404),
        program.get("/api/v1/nothing").expect(404),
        app.client().get("/api/v1/organization").expect(401),
    ] {
        assert!(
            page.header("ratelimit-policy").starts_with("\"key\";q=6000;w=60"),
            "{}",
            page.request
        );
    }
    assert_eq!(app.client().get("/login").header("ratelimit-policy"), "");
}
