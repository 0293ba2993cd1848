//! A server that is killed while many programs send usage: nothing acknowledged is lost, and nothing counts twice.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use tenantry::common::time::Clock;

use crate::harness::client::Client;
use crate::harness::people::{PASSWORD, create_organization};
use crate::harness::rounds;
use crate::harness::server_process::{ServerProcess, output_text};

/// Programs that send at the same time.
const WRITERS: usize = 32;

/// Different events. Each program sends most of them, in an order of its own.
const EVENTS: usize = 600;

/// A new organization “usage” with a company North. Returns a key that may send events.
fn key(server: &ServerProcess) -> String {
    let client = server.client();
    let fields = [
        ("name", "Olivia Hart"),
        ("email", "olivia@usage.test"),
        ("password", PASSWORD),
        ("terms", "on"),
    ];
    client.post("/signup", &fields).expect(303);
    let link = server.mail_to("olivia@usage.test").link("/verify/");
    client.post(&link, &[]).expect(303);
    create_organization(&client, "Usage", "usage", "olivia@usage.test");
    client
        .post(
            "/organizations/usage/companies",
            &[("name", "North"), ("slug", "north")],
        )
        .expect(303);
    let fields = [
        ("name", "Dialer"),
        ("scopes", "events:write facts:write"),
        ("expires_at", ""),
    ];
    let page = client
        .post("/organizations/usage/settings/developers/keys", &fields)
        .expect(303)
        .follow(&client);
    page.texts("[data-key]").first().expect("the key").trim().to_owned()
}

/// The quantity of an event, in units.
fn quantity(event: usize) -> i64 {
    (event % 7) as i64 + 1
}

/// Sends a batch until it is acknowledged.
fn send(client: &Client, batch: &[Value], end: Instant) {
    let body = Value::Array(batch.to_vec()).to_string();
    let headers = [("Content-Type", "application/cloudevents-batch+json")];
    loop {
        // The connection breaks when the server is killed.
        let answer = client.try_send("POST", "/api/v1/events", &headers, Some(body.clone()));
        if answer.as_ref().is_ok_and(|page| page.status == 200) {
            return;
        }
        assert!(Instant::now() < end, "never acknowledged: {answer:?}");
        std::thread::sleep(Duration::from_millis(5));
    }
}

#[test]
fn each_event_counts_once_however_often_the_server_is_killed() {
    let mut server = ServerProcess::spawn();
    let key = key(&server);
    let end = Instant::now() + Duration::from_secs(180);
    let programs: Vec<Client> = (0..WRITERS)
        .map(|_| server.client().with("Authorization", &format!("Bearer {key}")))
        .collect();
    std::thread::scope(|scope| {
        let writers: Vec<_> = programs
            .into_iter()
            .enumerate()
            .map(|(writer, client)| {
                scope.spawn(move || {
                    let events: Vec<Value> = (0..EVENTS)
                        .map(|at| (at * 7 + writer * 31) % EVENTS)
                        .filter(|event| event % WRITERS != writer)
                        .map(|event| {
                            json!({
                                "specversion": "1.0", "id": event.to_string(), "source": "dialer", "type": "calls",
                                "subject": "north", "data": { "quantity": quantity(event) }
                            })
                        })
                        .collect();
                    for batch in events.chunks(40) {
                        send(&client, batch, end);
                    }
                })
            })
            .collect();
        // On this thread: the server ends with the thread that started it.
        let mut kills = 0;
        while !writers.iter().all(std::thread::ScopedJoinHandle::is_finished) && kills < rounds(20, 6) {
            std::thread::sleep(Duration::from_millis(40 + 37 * (kills as u64 % 5)));
            server.kill();
            server.start();
            kills += 1;
        }
        for writer in writers {
            writer.join().expect("a program");
        }
        assert!(kills >= 3, "too few kills to say anything");
    });
    let events = server.database.number("SELECT count(*) AS value FROM usage_events");
    assert_eq!(events, EVENTS as i64);
    let expected: i64 = (0..EVENTS).map(quantity).sum();
    for table in ["usage_days", "usage_months"] {
        let sum = format!("SELECT CAST(SUM(quantity) AS BIGINT) AS value FROM {table} WHERE scope = 'active'");
        assert_eq!(server.database.number(&sum), expected * 1_000_000, "{table}");
    }
    let output = server.run(&["doctor"]);
    assert_eq!(output.status.code(), Some(0), "{}", output_text(&output));
}

#[test]
fn sums_that_were_damaged_are_made_anew_while_the_server_runs() {
    let server = ServerProcess::spawn();
    let key = key(&server);
    let client = server.client().with("Authorization", &format!("Bearer {key}"));
    let batch: Vec<Value> = (0..30)
        .map(|event| {
            json!({
                "specversion": "1.0", "id": event.to_string(), "source": "dialer", "type": (["calls", "leads"][event % 2]),
                "subject": "north", "data": { "quantity": quantity(event) }
            })
        })
        .collect();
    send(&client, &batch, Instant::now() + Duration::from_secs(20));
    let day = &Clock::default().now().iso()[..10];
    let facts = format!("/api/v1/companies/north/facts/{day}");
    let figures =
        json!({ "cases_open": 12, "cases_new": 3, "cases_closed": 1, "placed_minor": 500, "recovered_minor": 80 });
    client
        .send(
            "PUT",
            &facts,
            &[("Content-Type", "application/json")],
            Some(figures.to_string()),
        )
        .expect(200);
    let sums = || {
        let read = |table: &str, at: &str| {
            server.database.words(&format!(
                "SELECT scope || ' ' || meter || ' ' || {at} || ' ' || quantity || ' ' || events AS value FROM {table} ORDER BY 1"
            ))
        };
        let figures = |table: &str, at: &str| {
            server.database.words(&format!(
                "SELECT scope || ' ' || {at} || ' ' || reports || ' ' || cases_new || ' ' || placed_minor || ' ' || recovered_minor AS value FROM {table} ORDER BY 1"
            ))
        };
        (
            (read("usage_days", "day"), read("usage_months", "month")),
            (figures("fact_days", "day"), figures("fact_months", "month")),
        )
    };
    let before = sums();
    let rebuild = || {
        let output = server.run(&["rollup", "rebuild"]);
        assert_eq!(output.status.code(), Some(0), "{}", output_text(&output));
        output_text(&output)
    };
    assert!(rebuild().contains("All sums match"));
    for damage in [
        "UPDATE usage_days SET quantity = quantity + 1 WHERE scope <> 'active'",
        "UPDATE usage_days SET events = 99 WHERE scope = 'active'",
        "DELETE FROM usage_days",
        "DELETE FROM usage_months WHERE meter = 'leads'",
        "UPDATE usage_months SET quantity = 5",
        "UPDATE fact_days SET placed_minor = placed_minor + 1",
        "UPDATE fact_months SET cases_new = cases_new + 1 WHERE scope <> 'active'",
        "DELETE FROM fact_days",
        "INSERT INTO usage_days (organization_id, scope, meter, day, quantity, events) SELECT organization_id, scope, meter, day - 70, 7, 1 FROM usage_days",
    ] {
        server.database.execute(damage);
        let doctor = server.run(&["doctor"]);
        assert_eq!(doctor.status.code(), Some(1), "{damage}: {}", output_text(&doctor));
        assert!(rebuild().contains("corrected"), "{damage}");
        assert_eq!(sums(), before, "{damage}");
        let doctor = server.run(&["doctor"]);
        assert_eq!(doctor.status.code(), Some(0), "{damage}: {}", output_text(&doctor));
    }
    let unknown = server.run(&["rollup", "rebuild", "--organization", "nobody"]);
    assert_eq!(unknown.status.code(), Some(1));
}
