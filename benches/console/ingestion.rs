//! Usage by the API: durable events a second, beside the same rows by prepared statements in transactions of the same size.

use std::path::Path;
use std::time::{Duration, Instant};

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::sql_types::Text;
use tenantry::db::schema::{usage_days, usage_event_keys, usage_events, usage_months};

use crate::fill::{OWNER, fresh, psql, sha256};
use crate::load::{self, Load};
use crate::served::{Cookies, Database, Served, binary};
use crate::tables::verdict;

const SLUG: &str = "twenty";

/// Events a second and core that batches of 100 shall reach, and calls a second with one event each.
const AIM_BATCHES: f64 = 40_000.0;
const AIM_CALLS: f64 = 5_000.0;

/// Each request has events that no other one has.
const BATCHES: &str = r#"
local n = 0
local headers = { ["Authorization"] = "Bearer KEY", ["Content-Type"] = "application/cloudevents-batch+json" }
function request()
  n = n + 1
  local events = {}
  for at = 1, SIZE do
    events[at] = '{"specversion":"1.0","id":"' .. n .. "-" .. at .. '","source":"RUN","type":"calls","subject":"company-0","data":{"quantity":1}}'
  end
  return wrk.format("POST", "/api/v1/events", headers, "[" .. table.concat(events, ",") .. "]")
end
"#;

/// An API key of the organization, made in the console.
fn key(server: &Served, cookies: &Cookies) -> String {
    let cookie = format!("Cookie: {}", cookies.owner);
    let form = "name=Bench&scopes=events%3Awrite&expires_at=";
    let path = format!("/organizations/{SLUG}/settings/developers/keys");
    let answer = server.request("POST", &path, &["Sec-Fetch-Site: same-origin", &cookie], form);
    assert_eq!(answer.status, 303, "no key was made");
    let shown = answer.header("location").unwrap().to_owned();
    let cookie = match answer.header("set-cookie") {
        Some(new) => format!("Cookie: {}", new.split(';').next().unwrap()),
        None => cookie,
    };
    let page = String::from_utf8(server.get(&shown, &[&cookie]).body).unwrap();
    let rest = page.split("data-key=\"").nth(1).expect("the key on the page");
    rest.split('"').next().unwrap().to_owned()
}

/// What is kept: from the sums, which are rows of a few months.
fn kept(database: &Database) -> f64 {
    let sql = "SELECT CAST(COALESCE(SUM(events), 0) AS BIGINT) AS n FROM usage_months WHERE scope = 'active'";
    database.number(sql) as f64
}

/// The organization and a company of it.
fn place(database: &Database) -> (String, String) {
    #[derive(QueryableByName)]
    struct Place {
        #[diesel(sql_type = Text)]
        line: String,
    }
    let sql = format!(
        "SELECT s.organization_id || ' ' || MIN(c.id) AS line FROM organization_slugs s \
         JOIN companies c ON c.organization_id = s.organization_id WHERE s.slug = '{SLUG}' GROUP BY s.organization_id"
    );
    let line = if database.is_sqlite() {
        let mut conn = SqliteConnection::establish(&database.url).unwrap();
        diesel::sql_query(sql).get_result::<Place>(&mut conn).unwrap().line
    } else {
        psql(&database.url, &sql).trim().to_owned()
    };
    let (organization, company) = line.split_once(' ').unwrap();
    (organization.to_owned(), company.to_owned())
}

/// Adds events of the past with their keys.
fn grow(database: &Database, count: usize) {
    let (organization, company) = place(database);
    let began = Instant::now();
    let (hex, numbers, time) = if database.is_sqlite() {
        (
            "lower(hex(randomblob(16)))",
            format!(
                "(WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {count}) SELECT i FROM n)"
            ),
            "CAST(strftime('%s', 'now') AS INTEGER) * 1000000",
        )
    } else {
        (
            "replace(gen_random_uuid()::text, '-', '')",
            format!("generate_series(1, {count}) AS n(i)"),
            "CAST(extract(epoch FROM now()) AS BIGINT) * 1000000",
        )
    };
    let sql = format!(
        "INSERT INTO usage_events (organization_id, id, company_id, meter, quantity, occurred_at, day, received_at, source, event_id, sender_id, conflicts) \
         SELECT '{organization}', {hex}, '{company}', 'calls', 1000000, {time}, 20000 + i % 300, {time}, 'before', 'before-' || i, '{company}', 0 FROM {numbers}; \
         INSERT INTO usage_event_keys (organization_id, event_key, usage_event_id, content, received_at) \
         SELECT '{organization}', {hex} || {hex}, {hex}, {hex}, {time} FROM {numbers};"
    );
    if database.is_sqlite() {
        let mut conn = SqliteConnection::establish(&database.url).unwrap();
        conn.batch_execute("PRAGMA busy_timeout=60000; PRAGMA cache_size=-400000; BEGIN")
            .unwrap();
        conn.batch_execute(&sql).unwrap();
        conn.batch_execute("COMMIT").unwrap();
    } else {
        psql(&database.url, &sql);
    }
    println!("{count} events more: {:.0} s", began.elapsed().as_secs_f64());
}

/// The same rows by prepared statements, without HTTP and without any check.
macro_rules! bare {
    ($connection:ty, $setup:expr, $database:expr, $size:expr) => {{
        let (organization, company) = place($database);
        let mut conn = <$connection>::establish(&$database.url).unwrap();
        conn.batch_execute($setup).unwrap();
        let (began, mut done) = (Instant::now(), 0_u64);
        while began.elapsed() < Duration::from_secs(2) {
            conn.transaction::<_, diesel::result::Error, _>(|conn| {
                for _ in 0..$size {
                    let id = fresh();
                    let digest = sha256(&id);
                    diesel::insert_into(usage_event_keys::table)
                        .values((
                            usage_event_keys::organization_id.eq(&organization),
                            usage_event_keys::event_key.eq(&digest),
                            usage_event_keys::usage_event_id.eq(&id),
                            usage_event_keys::content.eq(&digest),
                            usage_event_keys::received_at.eq(1_790_000_000_000_000_i64),
                        ))
                        .execute(conn)?;
                    diesel::insert_into(usage_events::table)
                        .values((
                            usage_events::organization_id.eq(&organization),
                            usage_events::id.eq(&id),
                            usage_events::company_id.eq(&company),
                            usage_events::meter.eq("calls"),
                            usage_events::quantity.eq(1_000_000_i64),
                            usage_events::occurred_at.eq(1_790_000_000_000_000_i64),
                            usage_events::day.eq(20_700),
                            usage_events::received_at.eq(1_790_000_000_000_000_i64),
                            usage_events::source.eq("bare"),
                            usage_events::event_id.eq(&id),
                            usage_events::sender_id.eq(&company),
                            usage_events::conflicts.eq(0),
                        ))
                        .execute(conn)?;
                    done += 1;
                }
                // The sums of the company, and of all.
                for scope in [company.as_str(), "bare"] {
                    diesel::update(usage_days::table.find((&organization, scope, "calls", 20_700)))
                        .set(usage_days::quantity.eq(usage_days::quantity + 1_i64))
                        .execute(conn)?;
                    diesel::update(usage_months::table.find((&organization, scope, "calls", 680)))
                        .set(usage_months::quantity.eq(usage_months::quantity + 1_i64))
                        .execute(conn)?;
                }
                Ok(())
            })
            .unwrap();
        }
        done as f64 / began.elapsed().as_secs_f64()
    }};
}

fn bare(database: &Database, size: usize) -> f64 {
    if database.is_sqlite() {
        let setup = "PRAGMA busy_timeout=60000; PRAGMA synchronous=FULL; PRAGMA foreign_keys=OFF";
        bare!(SqliteConnection, setup, database, size)
    } else {
        bare!(PgConnection, "SET synchronous_commit = on", database, size)
    }
}

/// Pages by 4 connections, alone and while batches of 100 come at 64 connections.
fn pages_beside(dir: &Path, server: &Served, cookies: &Cookies, key: &str) {
    let script = dir.join("events-beside.lua");
    let text = BATCHES.replace("KEY", key).replace("SIZE", "100");
    std::fs::write(&script, text.replace("RUN", &fresh())).unwrap();
    for (what, distinct) in [("unchanged page", false), ("first view", true)] {
        let page = Load {
            connections: 4,
            seconds: 5,
            distinct,
            ..Load::of(&format!("/organizations/{SLUG}/members"), &cookies.owner)
        };
        let alone = load::run(server, &page);
        let beside = std::thread::scope(|scope| {
            let events = Load {
                connections: 64,
                seconds: 7,
                script: Some(script.clone()),
                ..Load::of("/", "")
            };
            scope.spawn(move || load::run(server, &events));
            std::thread::sleep(Duration::from_secs(1));
            load::run(server, &page)
        });
        println!(
            "{what}: {} alone; {} beside usage (aim: p99 of 5, {})",
            alone.words(),
            beside.words(),
            verdict(beside.p99 <= 5.0)
        );
    }
}

/// Batches of 1, 100 and 1,000 at 8 and 64 connections, on an empty table and on one that has grown.
pub fn table(dir: &Path, database: &Database, quick: bool) {
    println!("\n### Usage events\n");
    println!(
        "| events before | a batch | connections | events/s | a second of CPU | p50 ms | p99 ms | bare, events/s | of it |"
    );
    println!("|---:|---:|---:|---:|---:|---:|---:|---:|---:|");
    let more = if quick { 50_000 } else { 5_000_000 };
    let seconds = if quick { 3 } else { 5 };
    for before in [0, more] {
        if before > 0 {
            grow(database, before);
        }
        let server = Served::start(&binary(), database);
        let cookies = Cookies {
            owner: server.sign_in(OWNER),
            traveller: String::new(),
        };
        let key = key(&server, &cookies);
        for size in [1, 100, 1_000] {
            let limit = bare(database, size);
            for connections in [8, 64] {
                let script = dir.join("events.lua");
                let text = BATCHES.replace("KEY", &key).replace("SIZE", &size.to_string());
                std::fs::write(&script, text.replace("RUN", &fresh())).unwrap();
                let load = Load {
                    connections,
                    seconds,
                    script: Some(script),
                    ..Load::of("/", "")
                };
                let (had, began, cpu) = (kept(database), Instant::now(), server.cpu() + database.cpu());
                let run = load::run(&server, &load);
                let took = began.elapsed().as_secs_f64();
                let events = kept(database) - had;
                let by_core = events / (server.cpu() + database.cpu() - cpu).max(0.01);
                let aim = match (size, connections) {
                    (100, 64) => format!(" ({})", verdict(by_core >= AIM_BATCHES)),
                    (1, 64) => format!(" ({})", verdict(events / took >= AIM_CALLS)),
                    _ => String::new(),
                };
                let failed = if run.failed { " failed" } else { "" };
                println!(
                    "| {before} | {size} | {connections} | {:.0}{failed} | {by_core:.0}{aim} | {:.1} | {:.1} | {limit:.0} | {:.2} |",
                    events / took,
                    run.p50,
                    run.p99,
                    events / took / limit
                );
            }
        }
        println!("\nMemory: {:.0} MB", server.memory("RssAnon"));
        pages_beside(dir, &server, &cookies, &key);
        server.stop();
    }
}
