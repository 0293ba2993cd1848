//! Overview and reporting of 1,000 companies, while the events behind their counters grow a thousandfold.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Text};

use crate::fill::{OWNER, psql};
use crate::load::{self, Load};
use crate::machine;
use crate::served::{Database, Served, binary};
use crate::tables::verdict;

const SLUG: &str = "large";

/// How much more a page may cost with the most events than with the fewest.
const GROWTH: f64 = 1.15;

/// How much more a page may cost than the queries alone.
const BESIDE_QUERIES: f64 = 2.0;

/// Days that have events.
const DAYS: usize = 365;

/// Events of `DAYS` days in the order of time, by company and meter, and the counters that they make.
fn grow(database: &Database, from: usize, to: usize) {
    let began = Instant::now();
    let more = to - from;
    // Few enough that the fewest events have a part in every sum of a month.
    let meters = "CASE i / 1000 % 3 WHEN 0 THEN 'voice_seconds' WHEN 1 THEN 'calls' ELSE 'sms_segments' END";
    let (numbers, today, id, month) = if database.is_sqlite() {
        (
            format!(
                "(WITH RECURSIVE n(i) AS (SELECT {from} UNION ALL SELECT i + 1 FROM n WHERE i < {to} - 1) SELECT i FROM n) AS n"
            ),
            "CAST(strftime('%s', 'now') / 86400 AS INTEGER)",
            "printf('%032x', i)",
            "(CAST(strftime('%Y', day * 86400, 'unixepoch') AS INTEGER) - 1970) * 12 + CAST(strftime('%m', day * 86400, 'unixepoch') AS INTEGER) - 1",
        )
    } else {
        (
            format!("generate_series({from}::bigint, {to} - 1) AS n(i)"),
            "CAST(floor(extract(epoch FROM now()) / 86400) AS INTEGER)",
            "lpad(to_hex(i), 32, '0')",
            "(CAST(extract(year FROM DATE '1970-01-01' + day) AS INTEGER) - 1970) * 12 + CAST(extract(month FROM DATE '1970-01-01' + day) AS INTEGER) - 1",
        )
    };
    let day = format!(
        "{today} - {} + CAST((i - {from}) * {DAYS} / {more} AS INTEGER)",
        DAYS - 1
    );
    let organization = format!("SELECT organization_id FROM organization_slugs WHERE slug = '{SLUG}'");
    let counters = |table: &str, per: &str, scope: &str| {
        format!(
            "INSERT INTO {table} (organization_id, scope, meter, {per}, quantity, events) \
             SELECT (SELECT o FROM bench_places LIMIT 1), {scope}, meter, {at}, SUM(events) * 1000000, SUM(events) FROM bench_days WHERE TRUE \
             GROUP BY {by} \
             ON CONFLICT (organization_id, scope, meter, {per}) DO UPDATE \
             SET quantity = {table}.quantity + excluded.quantity, events = {table}.events + excluded.events;",
            at = if per == "day" { "day" } else { month },
            by = match (per, scope) {
                ("day", "'active'") => "meter, day".to_owned(),
                ("day", _) => "company, meter, day".to_owned(),
                (_, "'active'") => format!("meter, {month}"),
                _ => format!("company, meter, {month}"),
            }
        )
    };
    let sql = format!(
        "CREATE TEMPORARY TABLE bench_places AS SELECT organization_id AS o, id AS company, \
           ROW_NUMBER() OVER (ORDER BY id) - 1 AS at FROM companies WHERE organization_id = ({organization}) AND status = 'active'; \
         CREATE INDEX bench_places_by_number ON bench_places (at); \
         INSERT INTO usage_events (organization_id, id, company_id, meter, quantity, occurred_at, day, received_at, source, event_id, sender_id, conflicts) \
           SELECT o, {id}, company, {meters}, 1000000, ({day}) * 86400000000, {day}, ({day}) * 86400000000, 'before', 'before-' || i, company, 0 \
           FROM {numbers} JOIN bench_places ON at = i % (SELECT COUNT(*) FROM bench_places); \
         CREATE TEMPORARY TABLE bench_days AS SELECT company, {meters} AS meter, {day} AS day, COUNT(*) AS events \
           FROM {numbers} JOIN bench_places ON at = i % (SELECT COUNT(*) FROM bench_places) GROUP BY 1, 2, 3; \
         {}{}{}{} DROP TABLE bench_days; DROP TABLE bench_places;",
        counters("usage_days", "day", "company"),
        counters("usage_days", "day", "'active'"),
        counters("usage_months", "month", "company"),
        counters("usage_months", "month", "'active'"),
    );
    if database.is_sqlite() {
        let mut conn = SqliteConnection::establish(&database.url).unwrap();
        conn.batch_execute("PRAGMA busy_timeout=60000; PRAGMA cache_size=-1000000; PRAGMA synchronous=OFF; BEGIN")
            .unwrap();
        conn.batch_execute(&sql).unwrap();
        conn.batch_execute("COMMIT; PRAGMA wal_checkpoint(TRUNCATE); ANALYZE usage_days; ANALYZE usage_months")
            .unwrap();
    } else {
        psql(
            &database.url,
            &format!("{sql} ANALYZE usage_days; ANALYZE usage_months;"),
        );
    }
    println!("{to} events: filled in {:.0} s", began.elapsed().as_secs_f64());
}

#[derive(QueryableByName)]
struct Sum {
    #[diesel(sql_type = Text)]
    scope: String,
    #[diesel(sql_type = Text)]
    meter: String,
    #[diesel(sql_type = BigInt)]
    quantity: i64,
}

/// The CPU time in milliseconds of the counters behind a page, by queries written for it: the sums of each company in the latest
/// months, and in as many months before.
fn queries(database: &Database, organization: &str, months: i64) -> f64 {
    let sql = |from: i64, to: i64| {
        format!(
            "SELECT scope, meter, CAST(SUM(quantity) AS BIGINT) AS quantity FROM usage_months WHERE organization_id = '{organization}' \
             AND month BETWEEN {from} AND {to} GROUP BY scope, meter"
        )
    };
    let last = database.number(&format!(
        "SELECT CAST(MAX(month) AS BIGINT) AS n FROM usage_months WHERE organization_id = '{organization}'"
    ));
    let statements = [sql(last - months + 1, last), sql(last - 2 * months + 1, last - months)];
    macro_rules! measure {
        ($connection:ty) => {{
            let mut conn = <$connection>::establish(&database.url).unwrap();
            let (began, own, server) = (Instant::now(), machine::cpu(std::process::id()), database.cpu());
            let mut times = 0;
            while began.elapsed() < Duration::from_secs(2) || times < 5 {
                for sql in &statements {
                    let rows: Vec<Sum> = diesel::sql_query(sql).load(&mut conn).unwrap();
                    assert!(
                        rows.iter()
                            .all(|row| !row.scope.is_empty() && !row.meter.is_empty() && row.quantity >= 0)
                    );
                }
                times += 1;
            }
            (machine::cpu(std::process::id()) - own + database.cpu() - server) * 1e3 / f64::from(times)
        }};
    }
    if database.is_sqlite() {
        measure!(SqliteConnection)
    } else {
        measure!(PgConnection)
    }
}

/// Overview, reports and the file of a year, with more and more events.
pub fn table(database: &Database, quick: bool, grown: bool) {
    println!("\n### Overview and reporting of the large organization\n");
    let steps: &[usize] = match (quick, grown) {
        (true, _) => &[50_000, 500_000],
        (false, false) => &[50_000, 5_000_000],
        (false, true) => &[50_000, 5_000_000, 50_000_000],
    };
    let organization = organization(database);
    let had = database.number(&format!(
        "SELECT COUNT(*) AS n FROM usage_events WHERE organization_id = '{organization}' AND source = 'before'"
    ));
    let pages = [
        ("overview", format!("/organizations/{SLUG}"), 1),
        ("overview, table", format!("/organizations/{SLUG}?view=table"), 1),
        (
            "reporting, month to date",
            format!("/organizations/{SLUG}/reporting?period=mtd"),
            1,
        ),
        (
            "reporting, 90 days",
            format!("/organizations/{SLUG}/reporting?period=90d"),
            3,
        ),
        (
            "reporting, year to date",
            format!("/organizations/{SLUG}/reporting?period=ytd"),
            11,
        ),
    ];
    let mut first: Vec<f64> = Vec::new();
    let mut present = usize::try_from(had).unwrap();
    for step in steps {
        if present < *step {
            grow(database, present, *step);
            present = *step;
        }
        let server = Served::start(&binary(), database);
        let cookie = server.sign_in(OWNER);
        println!(
            "\n| {step} events | CPU ms | of it database | p50 ms | p99 ms | growth | queries alone, CPU ms | ratio |"
        );
        println!("|---|---:|---:|---:|---:|---:|---:|---:|");
        for (at, (name, path, months)) in pages.iter().enumerate() {
            let load = Load {
                seconds: 3,
                connections: 4,
                ..Load::of(path, &cookie)
            };
            let run = load::run(&server, &load.distinct());
            if first.len() <= at {
                first.push(run.cpu());
            }
            let growth = run.cpu() / first[at];
            let alone = queries(database, &organization, *months);
            let ratio = run.cpu() / alone;
            println!(
                "| {name}{} | {:.2} | {:.2} | {:.1} | {:.1} | {growth:.2} ({}) | {alone:.2} | {ratio:.1} ({}) |",
                if run.failed { " **failed**" } else { "" },
                run.cpu(),
                run.database,
                run.p50,
                run.p99,
                verdict(growth <= GROWTH),
                verdict(ratio <= BESIDE_QUERIES)
            );
        }
        file_of_a_year(&server, &cookie);
        server.stop();
    }
}

fn organization(database: &Database) -> String {
    #[derive(QueryableByName)]
    struct Id {
        #[diesel(sql_type = Text)]
        id: String,
    }
    let sql = format!("SELECT organization_id AS id FROM organization_slugs WHERE slug = '{SLUG}'");
    if database.is_sqlite() {
        let mut conn = SqliteConnection::establish(&database.url).unwrap();
        diesel::sql_query(sql).get_result::<Id>(&mut conn).unwrap().id
    } else {
        psql(&database.url, &sql).trim().to_owned()
    }
}

/// The CSV of a year: when the first byte comes, and what it takes.
fn file_of_a_year(server: &Served, cookie: &str) {
    let before = server.memory("RssAnon");
    let now = std::process::Command::new("date")
        .args(["-u", "+%Y-%m-%d"])
        .output()
        .unwrap();
    let ago = std::process::Command::new("date")
        .args(["-u", "-d", "364 days ago", "+%Y-%m-%d"])
        .output()
        .unwrap();
    let (from, to) = (
        String::from_utf8(ago.stdout).unwrap(),
        String::from_utf8(now.stdout).unwrap(),
    );
    let path = format!(
        "/organizations/{SLUG}/reporting.csv?period=custom&from={}&to={}",
        from.trim(),
        to.trim()
    );
    let mut stream = TcpStream::connect(server.address()).unwrap();
    let began = Instant::now();
    write!(
        stream,
        "GET {path} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\nCookie: {cookie}\r\n\r\n",
        server.address()
    )
    .unwrap();
    let mut answer = Vec::new();
    let mut piece = [0; 64 * 1024];
    let mut first = None;
    let mut most = before;
    while let Ok(count @ 1..) = stream.read(&mut piece) {
        first.get_or_insert(began.elapsed());
        answer.extend_from_slice(&piece[..count]);
        most = most.max(server.memory("RssAnon"));
    }
    assert!(
        answer.starts_with(b"HTTP/1.1 200"),
        "{}",
        String::from_utf8_lossy(&answer[..200])
    );
    let lines = answer.iter().filter(|byte| **byte == b'\n').count();
    let first = first.unwrap();
    println!(
        "\nCSV of a year: first byte after {:.0} ms (aim: 1,000, {}), {lines} lines, {:.1} MB in {:.1} s; the server has {most:.0} MB \
         while it sends, {before:.0} before (aim: 100, {}).",
        first.as_secs_f64() * 1e3,
        verdict(first < Duration::from_secs(1)),
        answer.len() as f64 / 1e6,
        began.elapsed().as_secs_f64(),
        verdict(most < 100.0)
    );
}
