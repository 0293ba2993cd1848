//! What the pages cost: `bin/bench` says how to run it and `docs/PERFORMANCE.md` what it gave.
//!
//! The real binary serves on one core, the load comes from the other. Beside each page runs a bare actix handler that
//! answers the same bytes on the same core, and the same page of an organization with 20 members.

#![allow(
    clippy::disallowed_macros,
    clippy::disallowed_methods,
    clippy::pedantic,
    clippy::unwrap_used,
    clippy::expect_used,
    missing_docs
)]

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use actix_web::{HttpResponse, HttpServer, web};
use diesel::prelude::*;
use tenantry::app::App;
use tenantry::audit::Events;
use tenantry::auth::System;
use tenantry::common::config::Config;
use tenantry::common::id::RawId;
use tenantry::common::time::Clock;
use tenantry::common::{password, search};
use tenantry::db::Conn;
use tenantry::db::schema::{
    audit_events, companies, company_assignments, member_search_terms, memberships, organization_slugs, organizations,
    role_counts, users,
};
use tenantry::on_each;

const LARGE: usize = 100_000;
const SMALL: usize = 20;
const COMPANIES: usize = 1_000;
const PASSWORD: &str = "correct-horse-battery-9";
const FIRST: &[&str] = &[
    "Maya",
    "Daniel",
    "Ingrid",
    "Tomasz",
    "Priya",
    "Leon",
    "Aaliyah",
    "Kenji",
    "Sofia",
    "Oluwaseun",
    "Hana",
    "Olivia",
    "Noah",
    "Emma",
    "Liam",
    "Ava",
    "Mateo",
    "Zoé",
    "Jürgen",
    "Chloé",
    "Ravi",
    "Mei",
    "Fatima",
    "Omar",
    "Elena",
    "Ivan",
    "Sara",
    "Tim",
    "Nora",
    "Ana",
];
const LAST: &[&str] = &[
    "Okonkwo",
    "Reyes",
    "Solberg",
    "Wójcik",
    "Raman",
    "Fischer",
    "Brooks",
    "Watanabe",
    "Marchetti",
    "Adeyemi",
    "Kim",
    "Hart",
    "Stone",
    "Berg",
    "Costa",
    "Novak",
    "Silva",
    "Müller",
    "Dubois",
    "Ortega",
    "Larsen",
    "Kowalski",
    "Rossi",
    "Haddad",
    "Ivanova",
    "Petrov",
    "Lindqvist",
    "Moreau",
];

fn main() {
    let args: Vec<String> = std::env::args().skip(1).filter(|arg| arg != "--bench").collect();
    if let [flag, file, port] = args.as_slice()
        && flag == "--reference"
    {
        return reference(Path::new(file), port.parse().unwrap());
    }
    if let [flag, binary, dir] = args.as_slice()
        && flag == "--compare"
    {
        return compare(Path::new(binary), Path::new(dir));
    }
    // With TENANTRY_BENCH_DIR the database stays there and is not filled again: for profiling.
    let kept = std::env::var_os("TENANTRY_BENCH_DIR").map(PathBuf::from);
    let dir = kept
        .clone()
        .unwrap_or_else(|| std::env::temp_dir().join(format!("tenantry-bench-{}", std::process::id())));
    std::fs::create_dir_all(&dir).unwrap();
    let database = args
        .first()
        .cloned()
        .unwrap_or_else(|| dir.join("bench.sqlite3").display().to_string());
    run(&dir, &database);
    if kept.is_none() {
        std::fs::remove_dir_all(&dir).unwrap();
    }
}

/// A server that knows one answer.
fn reference(file: &Path, port: u16) {
    let bytes = web::Bytes::from(std::fs::read(file).unwrap());
    actix_web::rt::System::new().block_on(async move {
        HttpServer::new(move || {
            let bytes = bytes.clone();
            actix_web::App::new().default_service(web::to(move || {
                let bytes = bytes.clone();
                async move { HttpResponse::Ok().content_type("text/html; charset=utf-8").body(bytes) }
            }))
        })
        .workers(1)
        .bind(("127.0.0.1", port))
        .unwrap()
        .run()
        .await
        .unwrap();
    });
}

fn run(dir: &Path, database: &str) {
    println!("== filling: {LARGE} members and {COMPANIES} companies in one organization, {SMALL} members in another");
    let began = Instant::now();
    if Path::new(database).exists() {
        println!("   kept from before");
    } else {
        fill(dir, database);
    }
    println!("   {:.1} s", began.elapsed().as_secs_f64());
    if std::env::var_os("TENANTRY_BENCH_FILL_ONLY").is_some() {
        return;
    }

    let starts: Vec<f64> = (0..5)
        .map(|_| {
            let began = Instant::now();
            let server = Served::start(&binary(), dir, database);
            let took = began.elapsed().as_secs_f64() * 1000.0;
            drop(server);
            took
        })
        .collect();
    println!(
        "== start on the existing database, until it is ready: {} ms",
        summary(&starts)
    );

    let server = Served::start(&binary(), dir, database);
    let cookie = server.sign_in();
    let pages = pages(&server.page_thousand(&cookie));
    measure(dir, &server, &cookie, &pages);
}

/// What is measured: a name, its path in the large organization and in the small one.
fn pages(after: &str) -> Vec<(&'static str, String, String)> {
    vec![
        (
            "members, page 1",
            "/organizations/large/members".into(),
            "/organizations/small/members".into(),
        ),
        (
            "members, page 1,000",
            format!("/organizations/large/members?after={after}"),
            "/organizations/small/members".into(),
        ),
        (
            "members, role=viewer",
            "/organizations/large/members?role=viewer".into(),
            "/organizations/small/members?role=viewer".into(),
        ),
        (
            "members, q=kate",
            "/organizations/large/members?q=kate".into(),
            "/organizations/small/members?q=kate".into(),
        ),
        (
            "members, q=a",
            "/organizations/large/members?q=a".into(),
            "/organizations/small/members?q=a".into(),
        ),
        (
            "access",
            "/organizations/large/access".into(),
            "/organizations/small/access".into(),
        ),
        (
            "access, companies",
            "/organizations/large/access?tab=company".into(),
            "/organizations/small/access?tab=company".into(),
        ),
        (
            "access, q=kate",
            "/organizations/large/access?q=kate".into(),
            "/organizations/small/access?q=kate".into(),
        ),
        (
            "matrix",
            "/organizations/large/access/matrix".into(),
            "/organizations/small/access/matrix".into(),
        ),
        ("overview", "/organizations/large".into(), "/organizations/small".into()),
        (
            "companies",
            "/organizations/large/companies".into(),
            "/organizations/small/companies".into(),
        ),
    ]
}

fn measure(dir: &Path, server: &Served, cookie: &str, pages: &[(&str, String, String)]) {
    println!("== pages: server on core 0, load of 8 connections from core 1, uncompressed");
    println!(
        "   page                    bytes |   req/s    p50 ms    p99 ms | same bytes, bare handler | small organization: req/s    p50 ms   large/small"
    );
    for (what, large, small) in pages {
        let bytes = server.get(large, cookie, "identity").1;
        let large_run = wrk(server.port, large, cookie);
        let file = dir.join("page.html");
        std::fs::write(&file, &bytes).unwrap();
        let bare_run = bare(&file, server.port + 1);
        let small_run = wrk(server.port, small, cookie);
        println!(
            "   {what:<22} {:>6} | {:>7.0} {:>9.2} {:>9.2} | {:>8.0} ({:>5.1} %)       | {:>8.0} {:>21.2} {:>10.2}x",
            bytes.len(),
            large_run.rate,
            large_run.p50,
            large_run.p99,
            bare_run.rate,
            large_run.rate / bare_run.rate * 100.0,
            small_run.rate,
            small_run.p50,
            small_run.rate / large_run.rate,
        );
    }
    println!("== one request at a time");
    for (what, large, _) in pages {
        let times: Vec<f64> = (0..200)
            .map(|_| {
                let began = Instant::now();
                server.get(large, cookie, "identity");
                began.elapsed().as_secs_f64() * 1000.0
            })
            .collect();
        println!("   {what:<22} {} ms", summary(&times));
    }
    let page = String::from_utf8(server.get("/organizations/large/members", cookie, "identity").1).unwrap();
    let mut total = server.get("/organizations/large/members", cookie, "gzip").1.len();
    println!("== first load of the members page\n   html {total} bytes (gzip)");
    let mut requests = 1;
    for asset in assets(&page) {
        let bytes = server.get(&asset, "", "br, gzip").1.len();
        println!("   {asset} {bytes} bytes");
        total += bytes;
        requests += 1;
    }
    println!("   together {total} bytes in {requests} requests");
    println!(
        "== memory of the server after all this: {} at most, {} now",
        server.memory("VmHWM"),
        server.memory("VmRSS")
    );
}

/// This build beside the build of another commit, in turns: each page three times on both, each server with its own copy of the
/// same data. CPU is the server's own time, by request.
fn compare(binary_before: &Path, dir_before: &Path) {
    let dir = std::env::temp_dir().join(format!("tenantry-bench-{}", std::process::id()));
    std::fs::create_dir_all(&dir).unwrap();
    let database = |dir: &Path| dir.join("bench.sqlite3").display().to_string();
    println!("== filling the database of this build");
    fill(&dir, &database(&dir));
    let sides = [(binary_before, dir_before), (&*binary(), &*dir)];
    let starts = sides.map(|(binary, dir)| {
        let times: Vec<f64> = (0..9)
            .map(|_| {
                let began = Instant::now();
                drop(Served::start(binary, dir, &database(dir)));
                began.elapsed().as_secs_f64() * 1000.0
            })
            .collect();
        median(&times)
    });
    let servers = sides.map(|(binary, dir)| Served::start(binary, dir, &database(dir)));
    let cookies = servers.each_ref().map(Served::sign_in);
    let paths = [0, 1].map(|side: usize| pages(&servers[side].page_thousand(&cookies[side])));
    println!("== before and after, in turns: the server's CPU by request in microseconds, and requests/s");
    println!("   page                    CPU before   CPU after   after/before | req/s before   req/s after");
    for (page, (what, ..)) in paths[0].iter().enumerate() {
        let mut cpu = [Vec::new(), Vec::new()];
        let mut rate = [Vec::new(), Vec::new()];
        for _ in 0..3 {
            for side in 0..2 {
                let (server, path) = (&servers[side], &paths[side][page].1);
                let began = server.cpu();
                let run = wrk(server.port, path, &cookies[side]);
                cpu[side].push((server.cpu() - began) / run.requests * 1e6);
                rate[side].push(run.rate);
            }
        }
        let [before, after] = cpu.map(|times| median(&times));
        let [slow, fast] = rate.map(|rates| median(&rates));
        println!(
            "   {:<22} {before:>11.0} {after:>11.0} {:>14.2} | {slow:>12.0} {fast:>13.0}",
            what,
            after / before
        );
    }
    println!(
        "   start until ready      {:>9.1} ms {:>9.1} ms {:>11.2}",
        starts[0],
        starts[1],
        starts[1] / starts[0]
    );
    let memory = servers.each_ref().map(|server| server.memory("VmHWM"));
    println!("   memory at most       {:>11} {:>11}", memory[0], memory[1]);
    drop(servers);
    std::fs::remove_dir_all(&dir).unwrap();
}

fn median(numbers: &[f64]) -> f64 {
    let mut sorted = numbers.to_vec();
    sorted.sort_by(f64::total_cmp);
    sorted[sorted.len() / 2]
}

/// What a browser fetches for a page: style, script, icons.
fn assets(page: &str) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    for (at, _) in page.match_indices("/static/") {
        let end = page[at..].find(['"', '#', '\'']).unwrap();
        let asset = page[at..at + end].to_owned();
        if !found.contains(&asset) {
            found.push(asset);
        }
    }
    found
}

fn summary(times: &[f64]) -> String {
    let mut sorted = times.to_vec();
    sorted.sort_by(f64::total_cmp);
    format!(
        "p50 {:.2}, p99 {:.2}",
        sorted[sorted.len() / 2],
        sorted[(sorted.len() * 99 / 100).min(sorted.len() - 1)]
    )
}

struct Served {
    child: Child,
    port: u16,
}

impl Served {
    fn start(binary: &Path, dir: &Path, database: &str) -> Self {
        let port = free_port();
        let child = Command::new("taskset")
            .args(["-c", "0"])
            .arg(binary)
            .env("TENANTRY_LISTEN", format!("127.0.0.1:{port}"))
            .env("TENANTRY_DATA_DIR", dir)
            .env("TENANTRY_DATABASE_URL", database)
            .env("TENANTRY_LOG", "warn")
            .stderr(Stdio::null())
            .spawn()
            .expect("taskset and the release binary");
        let server = Self { child, port };
        let deadline = Instant::now() + Duration::from_secs(20);
        while std::net::TcpStream::connect(("127.0.0.1", port)).is_err()
            || ureq::get(&server.url("/health/ready")).call().is_err()
        {
            assert!(Instant::now() < deadline, "the server did not start");
            std::thread::sleep(Duration::from_micros(500));
        }
        server
    }

    fn url(&self, path: &str) -> String {
        format!("http://127.0.0.1:{}{path}", self.port)
    }

    fn sign_in(&self) -> String {
        let agent: ureq::Agent = ureq::Agent::config_builder()
            .max_redirects(0)
            .max_redirects_will_error(false)
            .build()
            .into();
        let answer = agent
            .post(&self.url("/login"))
            .header("Sec-Fetch-Site", "same-origin")
            .send_form([("email", "owner@bench.example"), ("password", PASSWORD)])
            .expect("login");
        let cookie = answer
            .headers()
            .get("set-cookie")
            .expect("a session cookie")
            .to_str()
            .unwrap();
        cookie.split(';').next().unwrap().to_owned()
    }

    fn get(&self, path: &str, cookie: &str, encoding: &str) -> (u16, Vec<u8>) {
        let agent: ureq::Agent = ureq::Agent::config_builder().http_status_as_error(false).build().into();
        let mut stream = std::net::TcpStream::connect(("127.0.0.1", self.port)).unwrap();
        // By hand: the length on the wire counts, and no client may decompress it.
        write!(stream, "GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{}\r\nCookie: {cookie}\r\nAccept-Encoding: {encoding}\r\nConnection: close\r\n\r\n", self.port).unwrap();
        let mut answer = Vec::new();
        std::io::Read::read_to_end(&mut stream, &mut answer).unwrap();
        let head = answer
            .windows(4)
            .position(|four| four == b"\r\n\r\n")
            .expect("an answer");
        let status = std::str::from_utf8(&answer[9..12]).unwrap().parse().unwrap();
        assert_eq!(status, 200, "{path}");
        drop(agent);
        (status, answer[head + 4..].to_vec())
    }

    /// Follows the link to the next page 999 times.
    fn page_thousand(&self, cookie: &str) -> String {
        let mut after = String::new();
        for _ in 0..999 {
            let query = if after.is_empty() {
                String::new()
            } else {
                format!("?after={after}")
            };
            let page = String::from_utf8(
                self.get(&format!("/organizations/large/members{query}"), cookie, "identity")
                    .1,
            )
            .unwrap();
            let at = page.rfind("after=").expect("a next page");
            let end = page[at..].find(['"', '&']).unwrap();
            after = page[at + "after=".len()..at + end].to_owned();
        }
        after
    }

    /// The CPU time of the process so far, in seconds.
    fn cpu(&self) -> f64 {
        let stat = std::fs::read_to_string(format!("/proc/{}/stat", self.child.id())).unwrap();
        let fields: Vec<&str> = stat[stat.rfind(')').unwrap() + 2..].split(' ').collect();
        // Fields 14 and 15 of proc(5), in ticks of 10 ms.
        (fields[11].parse::<f64>().unwrap() + fields[12].parse::<f64>().unwrap()) / 100.0
    }

    fn memory(&self, what: &str) -> String {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).unwrap();
        let line = status.lines().find(|line| line.starts_with(what)).unwrap();
        let kilobytes: f64 = line.split_whitespace().nth(1).unwrap().parse().unwrap();
        format!("{:.1} MB", kilobytes / 1024.0)
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn binary() -> PathBuf {
    std::env::current_exe()
        .unwrap()
        .ancestors()
        .find(|dir| dir.ends_with("release"))
        .unwrap()
        .join("tenantry")
}

fn free_port() -> u16 {
    std::net::TcpListener::bind(("127.0.0.1", 0))
        .unwrap()
        .local_addr()
        .unwrap()
        .port()
}

struct Run {
    /// Requests in the whole run, with the second to warm up.
    requests: f64,
    rate: f64,
    p50: f64,
    p99: f64,
}

fn bare(file: &Path, _near: u16) -> Run {
    let port = free_port();
    let mut child = Command::new("taskset")
        .args(["-c", "0"])
        .arg(std::env::current_exe().unwrap())
        .args(["--reference", file.to_str().unwrap(), &port.to_string()])
        .spawn()
        .unwrap();
    while std::net::TcpStream::connect(("127.0.0.1", port)).is_err() {
        std::thread::sleep(Duration::from_millis(2));
    }
    let run = wrk(port, "/", "");
    child.kill().unwrap();
    child.wait().unwrap();
    run
}

/// A second to warm up, then four measured, on loopback only.
fn wrk(port: u16, path: &str, cookie: &str) -> Run {
    let run = |seconds: &str| {
        let out = Command::new("taskset")
            .args(["-c", "1", "wrk", "-t1", "-c8", "-d", seconds, "--latency", "-H"])
            .arg(format!("Cookie: {cookie}"))
            .arg(format!("http://127.0.0.1:{port}{path}"))
            .output()
            .expect("wrk");
        String::from_utf8(out.stdout).unwrap()
    };
    let warm = run("1s");
    let text = run("4s");
    assert!(!text.contains("Non-2xx"), "{path}: {text}");
    let field = |label: &str| {
        text.lines()
            .find_map(|line| line.trim().strip_prefix(label))
            .unwrap_or_else(|| panic!("{text}"))
            .trim()
            .to_owned()
    };
    let requests = |text: &str| -> f64 {
        let line = text
            .lines()
            .find(|line| line.contains(" requests in "))
            .unwrap_or_else(|| panic!("{text}"));
        line.split_whitespace().next().unwrap().parse().unwrap()
    };
    Run {
        requests: requests(&warm) + requests(&text),
        rate: field("Requests/sec:").parse().unwrap(),
        p50: milliseconds(&field("50%")),
        p99: milliseconds(&field("99%")),
    }
}

fn milliseconds(text: &str) -> f64 {
    let number: f64 = text.trim_end_matches(|c: char| c.is_alphabetic()).parse().unwrap();
    match text.trim_start_matches(|c: char| c.is_ascii_digit() || c == '.') {
        "us" => number / 1000.0,
        "ms" => number,
        "s" => number * 1000.0,
        other => panic!("{other}"),
    }
}

fn fill(dir: &Path, database: &str) {
    let config = Config::local(dir, database.to_owned());
    let app = tenantry::server::open(config, Clock::default()).expect("a database");
    let system = System::of(&app, "bench");
    let hash = password::hash_now(PASSWORD).unwrap();
    let owner = RawId::fresh().as_str().to_owned();
    system
        .write(|cx, conn| {
            let row = (
                users::id.eq(&owner),
                users::email.eq("owner@bench.example"),
                users::name.eq("Olivia Owner"),
                users::password_hash.eq(&hash),
                users::email_verified_at.eq(Some(cx.now.0)),
                users::is_operator.eq(false),
                users::created_at.eq(cx.now.0),
            );
            diesel::insert_into(users::table).values(row).execute(conn)?;
            Ok(((), Events::none("a benchmark's data")))
        })
        .unwrap();
    organization(&app, "small", &owner, SMALL, 5);
    organization(&app, "large", &owner, LARGE, COMPANIES);
    let analyze = || {
        system
            .read(|_, conn| Ok(on_each!(conn, c => diesel::sql_query("ANALYZE").execute(c))?))
            .unwrap();
    };
    // Without statistics, SQLite counts the members of each company by reading all assignments.
    analyze();
    // The counts that the product's own verbs keep with each change.
    let people = "UPDATE companies SET member_count = (SELECT COUNT(*) FROM company_assignments a JOIN memberships m \
                  ON m.organization_id = a.organization_id AND m.id = a.membership_id WHERE a.organization_id = \
                  companies.organization_id AND a.company_id = companies.id AND m.role = 'member')";
    system.write(|_, conn| {
        let counts = "UPDATE organizations SET assignment_count = (SELECT COALESCE(SUM(member_count), 0) FROM companies WHERE organization_id = organizations.id)";
        on_each!(conn, c => diesel::sql_query(people).execute(c))?;
        on_each!(conn, c => diesel::sql_query(counts).execute(c))?;
        Ok(((), Events::none("a benchmark's data")))
    })
    .unwrap();
    analyze();
}

fn organization(app: &App, slug: &str, owner: &str, members: usize, company_count: usize) {
    let system = System::of(app, "bench");
    let org = RawId::fresh().as_str().to_owned();
    let mut company_ids = Vec::new();
    system
        .write(|cx, conn| {
            let now = cx.now.0;
            diesel::insert_into(organizations::table)
                .values((
                    organizations::id.eq(&org),
                    organizations::name.eq(format!("The {slug} organization")),
                    organizations::organization_type.eq("enterprise"),
                    organizations::unit_label.eq("company"),
                    organizations::status.eq("active"),
                    organizations::region.eq("eu"),
                    organizations::domain.eq(""),
                    organizations::owner_count.eq(1),
                    organizations::active_companies.eq(i64::try_from(company_count).unwrap()),
                    organizations::created_by.eq(owner),
                    organizations::created_at.eq(now),
                ))
                .execute(conn)?;
            diesel::insert_into(organization_slugs::table)
                .values((
                    organization_slugs::slug.eq(slug),
                    organization_slugs::organization_id.eq(&org),
                    organization_slugs::is_current.eq(true),
                    organization_slugs::created_at.eq(now),
                ))
                .execute(conn)?;
            for at in 0..company_count {
                let id = RawId::fresh().as_str().to_owned();
                let name = format!("Company {at:04}");
                diesel::insert_into(companies::table)
                    .values((
                        companies::organization_id.eq(&org),
                        companies::id.eq(&id),
                        companies::name.eq(&name),
                        companies::slug.eq(format!("company-{at}")),
                        companies::sort_name.eq(search::sort_key(&name)),
                        companies::status.eq("active"),
                        companies::created_at.eq(now),
                    ))
                    .execute(conn)?;
                company_ids.push(id);
            }
            for at in 0..30i64 {
                diesel::insert_into(audit_events::table)
                    .values((
                        audit_events::organization_id.eq(&org),
                        audit_events::id.eq(RawId::fresh().as_str().to_owned()),
                        audit_events::v.eq(2),
                        audit_events::at.eq(now - at),
                        audit_events::actor_kind.eq("user"),
                        audit_events::actor_id.eq(Some(owner)),
                        audit_events::actor_name.eq("Olivia Owner"),
                        audit_events::company_id.eq(&company_ids[0]),
                        audit_events::ip.eq(""),
                        audit_events::agent.eq(""),
                        audit_events::request_id.eq("bench"),
                        audit_events::action.eq("company.created"),
                        audit_events::target_kind.eq("company"),
                        audit_events::target_id.eq(&company_ids[0]),
                        audit_events::target_label.eq("Company 0000"),
                        audit_events::before.eq("{}"),
                        audit_events::after.eq("{}"),
                    ))
                    .execute(conn)?;
            }
            Ok(((), Events::none("a benchmark's data")))
        })
        .unwrap();
    let mut counts = std::collections::BTreeMap::<&str, i64>::new();
    for from in (0..members).step_by(1000) {
        let people = (from..(from + 1000).min(members))
            .map(|at| Somebody::make(slug, at, owner))
            .collect::<Vec<_>>();
        for member in &people {
            *counts.entry(member.role).or_default() += 1;
        }
        system
            .write(|cx, conn| {
                Ok((
                    insert(conn, &org, &company_ids, &people, cx.now.0)?,
                    Events::none("a benchmark's data"),
                ))
            })
            .unwrap();
    }
    system
        .write(|_, conn| {
            for role in [
                "owner",
                "admin",
                "billing_admin",
                "user_admin",
                "editor",
                "viewer",
                "member",
            ] {
                diesel::insert_into(role_counts::table)
                    .values((
                        role_counts::organization_id.eq(&org),
                        role_counts::role.eq(role),
                        role_counts::members.eq(counts.get(role).copied().unwrap_or_default()),
                    ))
                    .execute(conn)?;
            }
            Ok(((), Events::none("a benchmark's data")))
        })
        .unwrap();
}

struct Somebody {
    user: String,
    membership: String,
    name: String,
    email: String,
    role: &'static str,
    at: usize,
    is_owner: bool,
}

impl Somebody {
    fn make(slug: &str, at: usize, owner: &str) -> Self {
        let is_owner = at == 0;
        // A small fixed scatter: no two runs differ.
        let dice = at.wrapping_mul(2_654_435_761) >> 7;
        let first = if dice % 200 == 7 {
            "Kate"
        } else {
            FIRST[dice % FIRST.len()]
        };
        let last = LAST[(dice / 31) % LAST.len()];
        let role = match at {
            0 => "owner",
            _ => match dice % 100 {
                0 => "admin",
                1 => "billing_admin",
                2 => "user_admin",
                3..=9 => "editor",
                10..=19 => "viewer",
                _ => "member",
            },
        };
        let (user, name, email) = if is_owner {
            (
                owner.to_owned(),
                "Olivia Owner".to_owned(),
                "owner@bench.example".to_owned(),
            )
        } else {
            (
                RawId::fresh().as_str().to_owned(),
                format!("{first} {last}"),
                format!("{}.{}.{at}@{slug}.example", search::fold(first), search::fold(last)),
            )
        };
        Self {
            user,
            membership: RawId::fresh().as_str().to_owned(),
            name,
            email,
            role,
            at,
            is_owner,
        }
    }
}

fn insert(
    conn: &mut Conn,
    org: &str,
    company_ids: &[String],
    people: &[Somebody],
    now: i64,
) -> Result<(), tenantry::common::error::AppError> {
    for chunk in people.chunks(100) {
        let rows: Vec<_> = chunk
            .iter()
            .filter(|p| !p.is_owner)
            .map(|p| {
                (
                    users::id.eq(&p.user),
                    users::email.eq(&p.email),
                    users::name.eq(&p.name),
                    users::password_hash.eq("!"),
                    users::email_verified_at.eq(Some(now)),
                    users::is_operator.eq(false),
                    users::created_at.eq(now),
                )
            })
            .collect();
        on_each!(conn, c => diesel::insert_into(users::table).values(&rows).execute(c))?;
        let rows: Vec<_> = chunk
            .iter()
            .map(|p| {
                (
                    memberships::organization_id.eq(org),
                    memberships::id.eq(&p.membership),
                    memberships::user_id.eq(&p.user),
                    memberships::role.eq(p.role),
                    memberships::direct_role.eq(p.role),
                    memberships::status.eq("active"),
                    memberships::joined_at.eq(now - i64::try_from(p.at).unwrap() * 1_000_000),
                    memberships::last_seen_at.eq(Some(now - i64::try_from(p.at).unwrap() * 60_000_000)),
                    memberships::sort_name.eq(Some(search::sort_key(&p.name))),
                )
            })
            .collect();
        on_each!(conn, c => diesel::insert_into(memberships::table).values(&rows).execute(c))?;
        let rows: Vec<_> = chunk
            .iter()
            .flat_map(|p| {
                search::person_words(&p.name, &p.email).into_iter().map(move |word| {
                    (
                        member_search_terms::organization_id.eq(org),
                        member_search_terms::word.eq(word),
                        member_search_terms::sort_name.eq(search::sort_key(&p.name)),
                        member_search_terms::membership_id.eq(&p.membership),
                    )
                })
            })
            .collect();
        on_each!(conn, c => diesel::insert_into(member_search_terms::table).values(&rows).execute(c))?;
        let rows: Vec<_> = chunk
            .iter()
            .filter(|p| matches!(p.role, "member" | "viewer"))
            .flat_map(|p| {
                (0..=(p.at % 3)).map(move |n| {
                    (
                        company_assignments::organization_id.eq(org),
                        company_assignments::membership_id.eq(&p.membership),
                        company_assignments::company_id.eq(&company_ids[(p.at * 7 + n) % company_ids.len()]),
                        company_assignments::role.eq("viewer"),
                        company_assignments::direct_role.eq(Some("viewer")),
                        company_assignments::origin.eq("direct"),
                        company_assignments::sort_name.eq(search::sort_key(&p.name)),
                        company_assignments::created_at.eq(now),
                    )
                })
            })
            .collect();
        on_each!(conn, c => diesel::insert_into(company_assignments::table).values(&rows).execute(c))?;
    }
    Ok(())
}
