//! The tables of every run: all pages, the large list of members beside an organization of 50, searches.

use std::path::Path;
use std::time::Instant;

use crate::load::{self, Load, Run};
use crate::machine::{median, percentiles};
use crate::pages::{Page, Places};
use crate::served::{Cookies, Served};

/// All pages, unchanged and seen for the first time, in the large organization and in one of 20. The answer is what fails.
pub fn all_pages(server: &Served, cookies: &Cookies, pages: &[Page]) -> Vec<String> {
    let mut failures = Vec::new();
    println!(
        "\n### Pages: server and database on one core, 8 connections from the other, uncompressed; CPU in ms a request\n"
    );
    println!(
        "| page of the large organization | bytes | unchanged, req/s | p50 | p99 | CPU | first view, req/s | p50 | p99 | server CPU | database CPU | organization of 20, first view, CPU | large ÷ 20 |"
    );
    println!("|---|---|---|---|---|---|---|---|---|---|---|---|---|");
    for page in pages {
        let load = page.load(&page.large, cookies);
        let bytes = load::once(server, &load).body.len();
        let unchanged = load::run(server, &load);
        let first = load::run(server, &load.distinct());
        if unchanged.failed || first.failed {
            failures.push(format!(
                "{}: {} was answered with an error",
                server.database.engine, page.name
            ));
        }
        let small =
            (!page.small.is_empty()).then(|| load::run(server, &page.load(&page.small, cookies).distinct()).cpu());
        println!(
            "| {} | {bytes} | {:.0} | {:.2} | {:.2} | {:.3} | {:.0} | {:.2} | {:.2} | {:.3} | {:.3} | {} | {} |",
            page.name,
            unchanged.rate,
            unchanged.p50,
            unchanged.p99,
            unchanged.cpu(),
            first.rate,
            first.p50,
            first.p99,
            first.server,
            first.database,
            small.map_or(String::new(), |cpu| format!("{cpu:.3}")),
            small.map_or(String::new(), |cpu| format!("{:.2}", first.cpu() / cpu)),
        );
    }
    failures
}

/// P3: pages of the large list beside the same 50 rows of an organization of 50, in turns.
pub fn large_beside_fifty(server: &Served, cookies: &Cookies, places: &Places, rounds: usize) {
    println!(
        "\n### 50 rows of the large list beside the 50 of an organization of 50, first view, median of {rounds} turns\n"
    );
    println!("| page | CPU, ms | ÷ organization of 50 | at most 1.25 |");
    println!("|---|---|---|---|");
    let loads: Vec<(&str, Load)> = [
        ("organization of 50", "/organizations/fifty/members".to_owned()),
        ("page 1", "/organizations/large/members".to_owned()),
        (
            "page 1,000",
            format!("/organizations/large/members?after={}", places.after),
        ),
        ("role=viewer", "/organizations/large/members?role=viewer".to_owned()),
    ]
    .map(|(name, path)| (name, Load::of(&path, &cookies.owner).distinct()))
    .into();
    let mut times = vec![Vec::new(); loads.len()];
    for _ in 0..rounds {
        for ((_, load), times) in loads.iter().zip(&mut times) {
            times.push(load::run(server, load).cpu());
        }
    }
    let fifty = median(&times[0]);
    for ((name, _), times) in loads.iter().zip(&times) {
        let ratio = median(times) / fifty;
        println!(
            "| {name} | {:.3} | {ratio:.2} | {} |",
            median(times),
            verdict(ratio <= 1.25)
        );
    }
}

/// P4: terms of a search, one request at a time.
pub fn searches(server: &Served, cookies: &Cookies) {
    println!("\n### Search among the members of the large organization, one request at a time, first view\n");
    println!("| term | p50, ms | p99, ms | p50 ≤ 1 and p99 ≤ 3 |");
    println!("|---|---|---|---|");
    for (name, term) in [
        ("rare: kate", "kate"),
        ("one person: kowalski.77", "kowalski.77"),
        ("no one: zzyzx", "zzyzx"),
        ("common: maya", "maya"),
        ("two words: kate okonkwo", "kate+okonkwo"),
        ("one letter: a", "a"),
        ("one letter: z", "z"),
        ("the domain: large", "large"),
    ] {
        let load = Load::of(&format!("/organizations/large/members?q={term}"), &cookies.owner).distinct();
        let times: Vec<f64> = (0..320)
            .map(|_| {
                let began = Instant::now();
                load::once(server, &load);
                began.elapsed().as_secs_f64() * 1e3
            })
            .skip(20)
            .collect();
        let (p50, p99) = percentiles(&times);
        println!(
            "| {name} | {p50:.2} | {p99:.2} | {} |",
            verdict(p50 <= 1.0 && p99 <= 3.0)
        );
    }
}

/// P12: gzip beside identity, P11: what a revisit gets.
pub fn compression(server: &Served, cookies: &Cookies) {
    println!("\n### Compressed beside uncompressed, members of the organization of 20\n");
    println!("| | bytes | req/s | CPU, ms |\n|---|---|---|---|");
    let load = Load::of("/organizations/twenty/members", &cookies.owner);
    let line = |name: &str, load: &Load| -> Run {
        let bytes = load::once(server, load).body.len();
        let run = load::run(server, load);
        println!("| {name} | {bytes} | {:.0} | {:.4} |", run.rate, run.cpu());
        run
    };
    let zipped = Load {
        encoding: "gzip",
        ..load.clone()
    };
    let plain_run = line("identity, unchanged", &load);
    let zipped_run = line("gzip, unchanged", &zipped);
    line("identity, first view", &load.distinct());
    line("gzip, first view", &zipped.distinct());
    println!(
        "\ngzip ÷ identity, unchanged, requests/s: {:.2}",
        zipped_run.rate / plain_run.rate
    );
    let answer = load::once(server, &load);
    if let Some(tag) = answer.header("etag") {
        let headers = [format!("Cookie: {}", cookies.owner), format!("If-None-Match: {tag}")];
        let headers: Vec<&str> = headers.iter().map(String::as_str).collect();
        let again = server.request("GET", &load.path, &headers, "");
        println!(
            "A revisit with the tag: {}, {} bytes",
            again.status,
            again.head.len() + 4 + again.body.len()
        );
    } else {
        println!(
            "The page has no ETag: a revisit gets it whole, {} bytes",
            answer.head.len() + 4 + answer.body.len()
        );
    }
}

/// What a browser fetches for the first view of the members page.
pub fn first_load(server: &Served, cookies: &Cookies) {
    let zipped = Load {
        encoding: "gzip",
        ..Load::of("/organizations/large/members", &cookies.owner)
    };
    let page = String::from_utf8(load::once(server, &Load::of(&zipped.path, &cookies.owner)).body).unwrap();
    let mut total = load::once(server, &zipped).body.len();
    println!("\n### First load of the members page\n\nhtml {total} bytes (gzip)");
    let files = assets(&page);
    for asset in &files {
        let bytes = server.get(asset, &["Accept-Encoding: br, gzip"]).body.len();
        println!("{asset} {bytes} bytes");
        total += bytes;
    }
    println!("together {total} bytes in {} requests", files.len() + 1);
}

/// Style, script, icons.
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

/// P9: start until ready.
pub fn start(binary: &Path, database: &crate::served::Database) -> f64 {
    let times: Vec<f64> = (0..9)
        .map(|_| {
            let began = Instant::now();
            drop(Served::start(binary, database));
            began.elapsed().as_secs_f64() * 1e3
        })
        .collect();
    median(&times)
}

pub fn verdict(met: bool) -> &'static str {
    if met { "yes" } else { "**no**" }
}
