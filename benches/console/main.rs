//! What the pages cost: `bin/bench` says how to run it and `docs/PERFORMANCE.md` what it gave.
//!
//! The real binary serves on one core, its database with it, and the load comes from the other core. Beside it run, on the same
//! core, a handler that only sends the bytes, a server written by hand, and a careful Django.

#![allow(
    clippy::disallowed_macros,
    clippy::disallowed_methods,
    clippy::pedantic,
    clippy::unwrap_used,
    clippy::expect_used,
    missing_docs
)]

mod compare;
mod exports;
mod fill;
mod floor;
mod ingestion;
mod load;
mod machine;
mod options;
mod pages;
mod plans;
mod references;
mod reports;
mod served;
mod statements;
mod tables;
mod writes;

use std::path::{Path, PathBuf};
use std::time::Duration;

use actix_web::{HttpResponse, HttpServer, web};
use diesel::connection::SimpleConnection;
use diesel::prelude::*;

use crate::options::{Options, Statistics};
use crate::pages::Places;
use crate::served::{Database, Served, binary};

fn main() {
    let args: Vec<String> = std::env::args().skip(1).filter(|arg| arg != "--bench").collect();
    match args.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        ["--reference", file, port] => return reference(Path::new(file), port.parse().unwrap()),
        ["--floor", database, frame, port] => return floor::serve(database, Path::new(frame), port.parse().unwrap()),
        _ => {}
    }
    let options = Options::read(&args);
    // With TENANTRY_BENCH_DIR the databases stay there and are not filled again: for profiling.
    let kept = std::env::var_os("TENANTRY_BENCH_DIR").map(PathBuf::from);
    let dir = kept
        .clone()
        .unwrap_or_else(|| std::env::temp_dir().join(format!("tenantry-bench-{}", std::process::id())));
    std::fs::create_dir_all(&dir).unwrap();
    let failures = run(&dir, &options);
    if kept.is_none() {
        std::fs::remove_dir_all(&dir).unwrap();
    }
    if !failures.is_empty() {
        println!("\n## Failed\n");
        for failure in &failures {
            println!("- {failure}");
        }
        std::process::exit(1);
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

fn run(dir: &Path, options: &Options) -> Vec<String> {
    println!("## Filling: {:?}\n", options.sizes);
    let side = fill::prepare(dir, &options.name, options);
    if options.fills_only {
        return Vec::new();
    }
    if options.before.is_some() {
        compare::run(dir, options, &side);
        return Vec::new();
    }
    let places = Places::read(&side.file, options.sizes.members);
    let mut failures = Vec::new();
    for database in &side.databases {
        for statistics in &options.statistics {
            set_statistics(database, *statistics);
            println!("\n## {}, {}", database.engine, statistics.label());
            let last = Some(statistics) == options.statistics.last();
            failures.extend(measure(dir, options, database, &places, last));
            if options.wants("statements") {
                failures.extend(statements::check(dir, database, *statistics, &places));
            }
        }
    }
    failures
}

/// What is measured in every state of the database, and in the last one what does not depend on the state.
fn measure(dir: &Path, options: &Options, database: &Database, places: &Places, last: bool) -> Vec<String> {
    let mut failures = Vec::new();
    settle(database);
    let quiet = Served::start(&binary(), database);
    std::thread::sleep(Duration::from_secs(3));
    let idle = writes::Memory::of(&quiet);
    drop(quiet);
    if options.wants("start") {
        let took = tables::start(&binary(), database);
        println!(
            "\nStart on the filled database until ready: {took:.1} ms (aim: 25, {})",
            tables::verdict(took <= 25.0)
        );
    }
    let server = Served::start(&binary(), database);
    let cookies = server.sign_in_both();
    let rounds = if options.quick { 3 } else { 5 };
    if options.wants("pages") {
        failures.extend(tables::all_pages(&server, &cookies, &pages::pages(places)));
    }
    if options.wants("large") {
        tables::large_beside_fifty(&server, &cookies, places, rounds);
    }
    if options.wants("search") {
        tables::searches(&server, &cookies);
    }
    if !last {
        return failures;
    }
    if options.wants("compression") {
        tables::compression(&server, &cookies);
        tables::first_load(&server, &cookies);
    }
    if options.wants("references") {
        references::table(dir, &server, &cookies, places);
    }
    if options.wants("writes") {
        writes::first_view(&server, &cookies, if options.quick { 200 } else { 400 });
        writes::while_others_write(&server, &cookies);
        writes::invitations(dir, &server, if options.quick { 4 } else { 10 });
    }
    if options.wants("exports") {
        exports::beside_pages(&server, &cookies);
    }
    if options.wants("memory") {
        writes::memory(&server, &cookies, idle);
    }
    server.stop();
    // Last, because it makes the database larger.
    if options.wants("ingestion") {
        ingestion::table(dir, database, options.quick);
    }
    if options.wants("reports") {
        reports::table(database, options.quick, options.grown);
    }
    failures
}

/// Runs a server until its background jobs have sealed the logs that were filled.
fn settle(database: &Database) {
    let server = Served::start(&binary(), database);
    for _ in 0..60 {
        let before = server.cpu();
        std::thread::sleep(Duration::from_secs(1));
        if server.cpu() - before < 0.015 {
            break;
        }
    }
    server.stop();
}

/// Takes the statistics away or makes them. PostgreSQL has none before the first ANALYZE, since nothing analyzes by itself here.
pub fn set_statistics(database: &Database, wanted: Statistics) {
    if let Some(sql) = match wanted {
        Statistics::Yes => Some("ANALYZE"),
        Statistics::No if database.is_sqlite() => None,
        Statistics::No => Some("DELETE FROM pg_statistic"),
    } {
        if database.is_sqlite() {
            let mut conn = SqliteConnection::establish(&database.url).unwrap();
            conn.batch_execute(sql).unwrap();
        } else {
            fill::psql(&database.url, sql);
        }
    }
    if wanted == Statistics::No && database.is_sqlite() {
        let mut conn = SqliteConnection::establish(&database.url).unwrap();
        for table in ["sqlite_stat1", "sqlite_stat4"] {
            // Missing before the first ANALYZE.
            let _ = conn.batch_execute(&format!("DELETE FROM {table}"));
        }
    }
}
