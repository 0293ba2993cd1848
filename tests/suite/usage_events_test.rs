//! Usage events through the API: each counts once, sums follow, and what cannot count says why.

use std::time::Duration;

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use serde_json::{Value, json};
use tenantry::common::time::Time;

use crate::api_test::{document, organization, problem, program};
use crate::harness::client::Client;
use crate::harness::page::Page;
use crate::harness::test_app::TestApp;

const BATCH: &str = "application/cloudevents-batch+json";
const DAY: u64 = 24 * 3600;

fn event(id: &str, meter: &str, company: &str, quantity: &Value) -> Value {
    json!({
        "specversion": "1.0", "id": id, "source": "dialer", "type": meter, "subject": company, "data": { "quantity": quantity }
    })
}

fn send_to(client: &Client, path: &str, events: &[Value]) -> Page {
    let body = Value::Array(events.to_vec()).to_string();
    client.send("POST", path, &[("Content-Type", BATCH)], Some(body))
}

#[track_caller]
fn send(client: &Client, events: &[Value]) -> Value {
    document(&send_to(client, "/api/v1/events", events).expect(200))
}

/// The status and the reason of each event.
fn results(report: &Value) -> Vec<(String, String)> {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let results = report["results"].as_array().expect("results");
    results
        .iter()
        .map(|result| (text(&result["status"]), text(&result["reason"])))
        .collect()
}

fn counts(report: &Value) -> [i64; 3] {
    ["accepted", "duplicates", "rejected"].map(|name| report[name].as_i64().expect("a number"))
}

/// A sum of an organization in millionths.
fn sum(app: &TestApp, slug: &str, table: &str, scope: &str, meter: &str) -> i64 {
    app.database.number(&format!(
        "SELECT CAST(COALESCE(SUM(u.quantity), 0) AS BIGINT) AS value FROM {table} u JOIN organization_slugs s ON \
         s.organization_id = u.organization_id WHERE s.slug = '{slug}' AND u.scope = '{scope}' AND u.meter = '{meter}'"
    ))
}

fn company(app: &TestApp, slug: &str, company: &str) -> String {
    app.fixtures(|fixtures| {
        let organization = fixtures.organization_of(slug);
        fixtures.company_of(organization, company).to_string()
    })
}

fn at(app: &TestApp, days: i64, minutes: i64) -> String {
    Time(app.now() + (days * 1440 + minutes) * 60_000_000).iso()
}

#[test]
fn an_array_is_not_taken_for_an_event() {
    let app = TestApp::open();
    let (_, key) = organization(&app, "usage-arrays", &["North"]);
    let in_order = json!(["1.0", "1", "dialer", "calls", "north", null, { "quantity": 1 }]);
    let mut data = event("2", "calls", "north", &json!(1));
    data["data"] = json!([1]);
    let report = send(&key, &[in_order, data, event("3", "calls", "north", &json!(1))]);
    assert_eq!(counts(&report), [1, 0, 2], "{report}");
    for (_, reason) in results(&report).into_iter().take(2) {
        assert!(reason.contains("an object"), "{reason}");
    }
}

#[test]
fn an_event_counts_once_however_often_and_in_whatever_form_it_is_sent() {
    let app = TestApp::open();
    let (_, key) = organization(&app, "usage-once", &["North", "South"]);
    let time = at(&app, 0, -1);
    let mut one = event("1", "calls", "north", &json!(2));
    one["time"] = json!(time);
    assert_eq!(counts(&send(&key, &[one.clone(), one.clone()])), [1, 1, 0]);
    let single = key.send(
        "POST",
        "/api/v1/events",
        &[("Content-Type", "application/cloudevents+json")],
        Some(one.to_string()),
    );
    assert_eq!(counts(&document(&single)), [0, 1, 0]);
    let binary = key.send(
        "POST",
        "/api/v1/events",
        &[
            ("Content-Type", "application/json"),
            ("ce-specversion", "1.0"),
            ("ce-id", "%31"),
            ("ce-source", "dialer"),
            ("ce-type", "calls"),
            ("ce-subject", "north"),
            ("ce-time", &time),
        ],
        Some(r#"{"quantity":2}"#.to_owned()),
    );
    assert_eq!(counts(&document(&binary)), [0, 1, 0], "{}", binary.body);

    let mut other = one.clone();
    other["data"]["quantity"] = json!(3);
    let report = send(&key, &[other]);
    assert_eq!(counts(&report), [0, 1, 0]);
    assert!(results(&report)[0].1.starts_with("conflict"), "{report}");
    let conflicts = "SELECT CAST(SUM(conflicts) AS BIGINT) AS value FROM usage_events";
    assert_eq!(app.database.number(conflicts), 1);
    let untimed = [event("2", "leads", "north", &json!(1))];
    send(&key, &untimed);
    app.advance(Duration::from_secs(3600));
    let again = send(&key, &untimed);
    assert_eq!(
        results(&again),
        [("duplicate".to_owned(), String::new())],
        "the time of the request is no content"
    );
    assert_eq!(sum(&app, "usage-once", "usage_days", "active", "calls"), 2_000_000);
    assert_eq!(sum(&app, "usage-once", "usage_months", "active", "calls"), 2_000_000);
    let north = company(&app, "usage-once", "north");
    assert_eq!(sum(&app, "usage-once", "usage_days", &north, "calls"), 2_000_000);
}

#[test]
fn what_cannot_count_is_rejected_with_the_reason_and_the_rest_is_kept() {
    let app = TestApp::open();
    let (_, key) = organization(&app, "usage-faults", &["North", "Old"]);
    organization(&app, "usage-others", &["Their"]);
    app.database
        .execute("UPDATE companies SET status = 'archived', archived_at = 1 WHERE slug = 'old'");
    let timed = |id: &str, days: i64, minutes: i64| {
        let mut event = event(id, "calls", "north", &json!(1));
        event["time"] = json!(at(&app, days, minutes));
        event
    };
    let mut unknown = event("unknown", "calls", "north", &json!(1));
    unknown["tiem"] = json!("2026-01-01T00:00:00Z");
    let mut version = event("version", "calls", "north", &json!(1));
    version["specversion"] = json!("0.3");
    let cases = [
        (event("ok", "calls", "north", &json!(1)), "accepted", ""),
        (
            event("meter", "faxes", "north", &json!(1)),
            "rejected",
            "type is no known meter",
        ),
        (
            event("other", "calls", "their", &json!(1)),
            "rejected",
            "subject is no company",
        ),
        (
            event("none", "calls", "No Slug'", &json!(1)),
            "rejected",
            "subject is no company",
        ),
        (event("old", "calls", "old", &json!(1)), "rejected", "archived"),
        (
            event("negative", "calls", "north", &json!(-1)),
            "rejected",
            "must not be below 0",
        ),
        (
            event("fine", "calls", "north", &json!(0.000_000_1)),
            "rejected",
            "six decimals",
        ),
        (
            event("text", "calls", "north", &json!("5")),
            "rejected",
            "must be a number",
        ),
        (event("", "calls", "north", &json!(1)), "rejected", "id must have"),
        (timed("late", -35, -1), "rejected", "35 days ago"),
        (timed("in-time", -35, 1), "accepted", ""),
        (timed("early", 0, 6), "rejected", "five minutes ahead"),
        (unknown, "rejected", "unknown field `tiem`"),
        (version, "rejected", "specversion must be 1.0"),
        (json!({ "id": "bare" }), "rejected", "missing field"),
        (json!(7), "rejected", "invalid type"),
    ];
    let events: Vec<Value> = cases.iter().map(|(event, ..)| event.clone()).collect();
    let refused = send_to(&key, "/api/v1/events?mode=all", &events).expect(422);
    let report: Value = serde_json::from_slice(&refused.bytes).expect("JSON");
    assert_eq!(counts(&report), [0, 0, 14]);
    assert_eq!(
        sum(&app, "usage-faults", "usage_days", "active", "calls"),
        0,
        "all or nothing"
    );

    let report = send(&key, &events);
    assert_eq!(counts(&report), [2, 0, 14]);
    for ((event, status, reason), result) in cases.iter().zip(results(&report)) {
        assert_eq!(
            (result.0.as_str(), result.1.contains(reason)),
            (*status, true),
            "{event}: {result:?}"
        );
    }
    assert_eq!(sum(&app, "usage-faults", "usage_days", "active", "calls"), 2_000_000);
    assert_eq!(report["results"][14]["id"], "bare");
}

#[test]
fn bodies_that_are_no_batch_get_a_problem_document() {
    let app = TestApp::open();
    let (_, key) = organization(&app, "usage-bodies", &["North"]);
    let post = |kind: &str, body: &str| {
        key.send(
            "POST",
            "/api/v1/events",
            &[("Content-Type", kind)],
            Some(body.to_owned()),
        )
    };
    let deep = format!("{}{}", "[".repeat(40), "]".repeat(40));
    let many = format!("[{}]", vec!["1"; 1_001].join(","));
    let large = format!("[\"{}\"]", "x".repeat(1_100_000));
    for (kind, body, status, name) in [
        (BATCH, "", 400, "unreadable"),
        (BATCH, "{", 400, "unreadable"),
        (BATCH, "{}", 422, "invalid-value"),
        (BATCH, deep.as_str(), 400, "unreadable"),
        (BATCH, many.as_str(), 422, "invalid-value"),
        (BATCH, large.as_str(), 400, "unreadable"),
        ("text/plain", "[]", 415, "unsupported-media-type"),
    ] {
        let answer = post(kind, body);
        assert_eq!(
            (answer.status, problem(&answer).as_str()),
            (status, name),
            "{kind}: {:.80}",
            body
        );
    }
    let huge = "[{\"specversion\":\"1.0\",\"id\":\"1\",\"source\":\"s\",\"type\":\"calls\",\"subject\":\"north\",\"data\":{\"quantity\":99999999999999999999999}}]";
    assert!(
        results(&document(&post(BATCH, huge)))[0]
            .1
            .contains("at most 1000000000")
    );
    let odd = send_to(&key, "/api/v1/events?mode=some", &[]);
    assert_eq!(problem(&odd), "invalid-value");
    assert_eq!(counts(&send(&key, &[])), [0, 0, 0]);
}

#[test]
fn a_voided_event_stays_and_leaves_the_sums() {
    let app = TestApp::open();
    let (_, key) = organization(&app, "usage-void", &["North"]);
    let (_, others) = organization(&app, "usage-void-2", &["North"]);
    send(
        &key,
        &[
            event("1", "leads", "north", &json!(5)),
            event("2", "leads", "north", &json!(7)),
        ],
    );
    let void = |client: &Client, id: &str, reason: &str| {
        let body = json!({ "source": "dialer", "id": id, "reason": reason }).to_string();
        client.send(
            "POST",
            "/api/v1/events/voiding",
            &[("Content-Type", "application/json")],
            Some(body),
        )
    };
    assert_eq!(void(&others, "1", "Not ours").status, 404);
    assert_eq!(problem(&void(&key, "1", " ")), "invalid-value");
    assert_eq!(
        document(&void(&key, "1", "Counted twice").expect(200))["status"],
        "voided"
    );
    assert_eq!(problem(&void(&key, "1", "Again").expect(409)), "already-voided");
    assert_eq!(void(&key, "3", "Never sent").status, 404);
    for table in ["usage_days", "usage_months"] {
        assert_eq!(sum(&app, "usage-void", table, "active", "leads"), 7_000_000, "{table}");
    }
    assert_eq!(
        app.database
            .number("SELECT count(*) AS value FROM usage_events WHERE void_reason = 'Counted twice'"),
        1
    );
    assert_eq!(
        app.database
            .number("SELECT count(*) AS value FROM audit_events WHERE action = 'usage.event_voided'"),
        1
    );
    assert_eq!(
        counts(&send(&key, &[event("1", "leads", "north", &json!(5))])),
        [0, 1, 0],
        "it was sent"
    );
}

#[test]
fn a_key_of_one_company_reports_for_this_company_only() {
    let app = TestApp::open();
    let key = app.fixtures(|fixtures| {
        let olivia = fixtures.account("Olivia Hart", "olivia@usage-own.test", true);
        let organization = fixtures.organization("Lakeside Agency", "usage-own", olivia);
        let north = fixtures.company(organization, "North", "north");
        fixtures.company(organization, "South", "south");
        fixtures.api_key(organization, olivia, "events:write", Some(north)).1
    });
    let key = program(&app, &key);
    let report = send(
        &key,
        &[
            event("1", "calls", "north", &json!(1)),
            event("2", "calls", "south", &json!(1)),
        ],
    );
    assert_eq!(counts(&report), [1, 0, 1]);
    assert!(results(&report)[1].1.contains("may report for"));
}

#[test]
fn archived_companies_leave_the_total_and_return_to_it() {
    let app = TestApp::open();
    let (_, key) = organization(&app, "usage-archive", &["North", "South"]);
    let owner = app.fixtures(|fixtures| {
        let olivia = fixtures.user("olivia@usage-archive.test");
        fixtures.session_cookie(olivia)
    });
    let owner = app.client_with(&owner);
    send(
        &key,
        &[
            event("1", "calls", "north", &json!(1)),
            event("2", "calls", "south", &json!(10)),
        ],
    );
    let total = |scope: &str| sum(&app, "usage-archive", "usage_days", scope, "calls");
    owner
        .post("/organizations/usage-archive/companies/south/archiving", &[])
        .expect(303);
    assert_eq!((total("active"), total("archived")), (1_000_000, 10_000_000));
    owner
        .post("/organizations/usage-archive/companies/south/restoring", &[])
        .expect(303);
    assert_eq!((total("active"), total("archived")), (11_000_000, 0));
}

#[test]
fn days_follow_the_time_zone_and_a_new_zone_counts_from_the_next_day() {
    let app = TestApp::open();
    let (_, key) = organization(&app, "usage-zone", &["North"]);
    app.database
        .execute("UPDATE organizations SET timezone = 'Pacific/Kiritimati' WHERE id IN (SELECT organization_id FROM organization_slugs WHERE slug = 'usage-zone')");
    send(&key, &[event("1", "calls", "north", &json!(1))]);
    let days = || {
        app.database
            .words("SELECT CAST(day AS TEXT) AS value FROM usage_days WHERE scope = 'active' ORDER BY day")
    };
    // Kiritimati is 14 hours ahead of UTC.
    let ahead = (app.now() / 1_000_000 + 14 * 3600) / DAY as i64;
    assert_eq!(days(), [ahead.to_string()]);
    app.advance(Duration::from_secs(1));
    assert_eq!(
        counts(&send(&key, &[event("2", "calls", "north", &json!(1))])),
        [1, 0, 0]
    );
    assert_eq!(days().len(), 1);
}

#[test]
fn the_sums_are_those_of_the_events_after_any_batches() {
    let app = TestApp::open();
    let (_, key) = organization(&app, "usage-random", &["North", "South", "West"]);
    let one = (0..40_u32, 0..3_usize, 0..6_usize, 0..2_000_000_i64, 0..30_i64);
    let batches = vec(vec(one, 0..12), 1..4);
    let mut runner = TestRunner::new(Config::with_cases(12));
    let meters = [
        "voice_seconds",
        "calls",
        "sms_segments",
        "self_healing_actions",
        "waba_fee",
        "leads",
    ];
    runner
        .run(&batches, |batches| {
            for batch in batches {
                let events: Vec<Value> = batch
                    .iter()
                    .map(|(id, company, meter, micro, days)| {
                        let mut event = event(
                            &id.to_string(),
                            meters[*meter],
                            ["north", "south", "west"][*company],
                            &serde_json::from_str(&format!("{}.{:06}", micro / 1_000_000, micro % 1_000_000)).unwrap(),
                        );
                        event["time"] = json!(at(&app, -days, 0));
                        event
                    })
                    .collect();
                send(&key, &events);
            }
            let sums = "SELECT COUNT(*) AS value FROM usage_days d WHERE d.scope <> 'active' AND d.scope <> 'archived' AND d.quantity <> \
                (SELECT COALESCE(SUM(e.quantity), 0) FROM usage_events e WHERE e.organization_id = d.organization_id \
                AND e.company_id = d.scope AND e.meter = d.meter AND e.day = d.day AND e.voided_at IS NULL)";
            prop_assert_eq!(app.database.number(sums), 0);
            for meter in meters {
                let events = app.database.number(&format!(
                    "SELECT CAST(COALESCE(SUM(quantity), 0) AS BIGINT) AS value FROM usage_events WHERE meter = '{meter}'"
                ));
                for table in ["usage_days", "usage_months"] {
                    prop_assert_eq!(sum(&app, "usage-random", table, "active", meter), events);
                }
            }
            Ok(())
        })
        .unwrap();
}

#[test]
fn overlapping_batches_of_many_writers_count_each_event_once() {
    let app = TestApp::open();
    let (_, key) = organization(&app, "usage-writers", &["North", "South"]);
    std::thread::scope(|scope| {
        for writer in 0..32_usize {
            let key = key.clone();
            scope.spawn(move || {
                for round in 0..4_usize {
                    let first = (writer * 3 + round * 7) % 90;
                    let events: Vec<Value> = (first..first + 20)
                        .map(|n| event(&n.to_string(), "calls", ["north", "south"][n % 2], &json!(1)))
                        .collect();
                    loop {
                        let answer = send_to(&key, "/api/v1/events", &events);
                        if answer.status == 200 {
                            break;
                        }
                        assert!(matches!(answer.status, 429 | 503), "{}: {}", answer.status, answer.body);
                    }
                }
            });
        }
    });
    let kept = app.database.number("SELECT count(*) AS value FROM usage_events");
    let distinct = app
        .database
        .number("SELECT count(DISTINCT event_id) AS value FROM usage_events");
    assert_eq!(kept, distinct);
    assert_eq!(
        sum(&app, "usage-writers", "usage_days", "active", "calls"),
        kept * 1_000_000
    );
    assert!(kept >= 100, "{kept}");
}

#[test]
fn the_figures_of_a_day_are_set_whole_or_by_name() {
    let app = TestApp::open();
    let (_, key) = organization(&app, "usage-facts", &["North", "Old"]);
    let (_, others) = organization(&app, "usage-facts-2", &["Their"]);
    app.database
        .execute("UPDATE companies SET status = 'archived', archived_at = 1 WHERE slug = 'old'");
    let today = at(&app, 0, 0)[..10].to_owned();
    let call = |client: &Client, method: &str, path: &str, body: &Value| {
        let path = format!("/api/v1/companies/{path}");
        client.send(
            method,
            &path,
            &[("Content-Type", "application/json")],
            Some(body.to_string()),
        )
    };
    let north = format!("north/facts/{today}");
    let whole = json!({ "cases_open": 120, "cases_new": 7, "placed_minor": 900_000, "recovered_minor": 225_000 });
    let set = document(&call(&key, "PUT", &north, &whole).expect(200));
    assert_eq!(
        (&set["cases_open"], &set["cases_closed"], &set["day"]),
        (&json!(120), &Value::Null, &json!(today))
    );
    let changed = document(&call(&key, "PATCH", &north, &json!({ "cases_closed": 4, "cases_new": null })).expect(200));
    assert_eq!(
        (&changed["cases_open"], &changed["cases_closed"], &changed["cases_new"]),
        (&json!(120), &json!(4), &Value::Null)
    );
    let again = document(&call(&key, "PUT", &north, &json!({ "cases_open": 1 })).expect(200));
    assert_eq!(
        (&again["cases_open"], &again["cases_closed"]),
        (&json!(1), &Value::Null)
    );
    let events = "SELECT count(*) AS value FROM audit_events WHERE action = 'usage.facts_changed'";
    assert_eq!(app.database.number(events), 3);
    call(&key, "PUT", &north, &json!({ "cases_open": 1 })).expect(200);
    assert_eq!(app.database.number(events), 3, "nothing changed");

    let tomorrow = &at(&app, 2, 0)[..10];
    for (path, body, status, name) in [
        (north.clone(), json!({ "cases_open": -1 }), 422, "invalid-value"),
        (north.clone(), json!({ "cases_open": 1.5 }), 422, "invalid-value"),
        (
            north.clone(),
            json!({ "cases_open": 99_999_999_999_999_999_u64 }),
            422,
            "invalid-value",
        ),
        (north.clone(), json!({ "cases": 1 }), 422, "unknown-field"),
        (north.clone(), json!([1]), 422, "invalid-value"),
        (format!("north/facts/{tomorrow}"), json!({}), 422, "invalid-value"),
        ("north/facts/2026-02-30".to_owned(), json!({}), 422, "invalid-value"),
        ("north/facts/2020-01-01".to_owned(), json!({}), 422, "invalid-value"),
        (format!("old/facts/{today}"), json!({}), 409, "company-archived"),
        (format!("none/facts/{today}"), json!({}), 404, "not-found"),
    ] {
        let answer = call(&key, "PUT", &path, &body);
        assert_eq!(
            (answer.status, problem(&answer).as_str()),
            (status, name),
            "{path} {body}"
        );
    }
    assert_eq!(call(&others, "PUT", &north, &json!({ "cases_open": 9 })).status, 404);
    assert_eq!(
        app.database
            .number("SELECT count(*) AS value FROM company_facts WHERE cases_open = 9"),
        0
    );
}

#[test]
fn the_key_of_an_event_is_forgotten_after_90_days() {
    let app = TestApp::open();
    let (_, key) = organization(&app, "usage-keys", &["North"]);
    assert_eq!(
        counts(&send(&key, &[event("1", "calls", "north", &json!(1))])),
        [1, 0, 0]
    );
    let keys = || app.database.number("SELECT count(*) AS value FROM usage_event_keys");
    app.advance(Duration::from_secs(89 * DAY));
    app.sweep();
    assert_eq!(keys(), 1);
    assert_eq!(
        results(&send(&key, &[event("1", "calls", "north", &json!(1))]))[0].0,
        "duplicate"
    );
    app.advance(Duration::from_secs(2 * DAY));
    app.sweep();
    assert_eq!(keys(), 0);
    assert_eq!(
        counts(&send(&key, &[event("1", "calls", "north", &json!(1))])),
        [1, 0, 0]
    );
}

#[test]
fn a_sum_beyond_64_bits_keeps_nothing_of_the_batch() {
    let app = TestApp::open();
    let (_, key) = organization(&app, "usage-huge", &["North"]);
    send(&key, &[event("1", "calls", "north", &json!(1))]);
    app.database
        .execute("UPDATE usage_days SET quantity = 8999999999999999999");
    let refused = send_to(
        &key,
        "/api/v1/events",
        &[event("2", "calls", "north", &json!(1_000_000_000))],
    );
    assert_eq!((refused.status, problem(&refused).as_str()), (422, "sum-too-large"));
    assert_eq!(app.database.number("SELECT count(*) AS value FROM usage_events"), 1);
    assert_eq!(app.database.number("SELECT count(*) AS value FROM usage_event_keys"), 1);
}

#[test]
fn an_event_names_a_company_by_its_reference_its_slug_or_a_former_slug() {
    let app = TestApp::open();
    let (_, key) = organization(&app, "usage-named", &["North", "South"]);
    let (_, others) = organization(&app, "usage-unnamed", &["Their"]);
    let olivia = app.signed_in("olivia@usage-named.test");
    let north = "/organizations/usage-named/companies/north/settings";
    olivia
        .post(&format!("{north}/reference"), &[("external_ref", "CRM:0012/eu")])
        .expect(303);
    olivia
        .post(north, &[("name", "North"), ("slug", "northern")])
        .expect(303);
    for (at, name) in ["CRM:0012/eu", "northern", "north"].into_iter().enumerate() {
        let report = send(&key, &[event(&at.to_string(), "calls", name, &json!(1))]);
        assert_eq!(counts(&report), [1, 0, 0], "{name}: {report}");
    }
    let both = [
        event("mixed-1", "calls", "CRM:0012/eu", &json!(1)),
        event("mixed-2", "calls", "south", &json!(1)),
        event("mixed-3", "calls", "crm:0012/EU", &json!(1)),
        event("mixed-4", "calls", "x\",\"north", &json!(1)),
        event("mixed-5", "calls", "x,south", &json!(1)),
    ];
    let report = send(&key, &both);
    assert_eq!(counts(&report), [2, 0, 3], "{report}");
    assert_eq!(
        counts(&send(&others, &[event("1", "calls", "CRM:0012/eu", &json!(1))])),
        [0, 0, 1]
    );
    let north = company(&app, "usage-named", "northern");
    assert_eq!(sum(&app, "usage-named", "usage_days", &north, "calls"), 4_000_000);
    // A reference that was given up names no company any more; of an archived one, no event counts.
    let settings = "/organizations/usage-named/companies/northern/settings/reference";
    olivia.post(settings, &[("external_ref", "CRM-2")]).expect(303);
    assert_eq!(
        counts(&send(&key, &[event("late", "calls", "CRM:0012/eu", &json!(1))])),
        [0, 0, 1]
    );
    olivia
        .post("/organizations/usage-named/companies/northern/archiving", &[])
        .expect(303);
    let report = send(&key, &[event("archived", "calls", "CRM-2", &json!(1))]);
    assert!(results(&report)[0].1.contains("archived"), "{report}");
}
