//! The statements of each page with their plans. A plan that walks what grows with the instance fails the benchmark.

use std::collections::{BTreeMap, HashSet};
use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use serde_json::Value;

use crate::load;
use crate::options::Statistics;
use crate::pages::{Page, Places, pages};
use crate::plans::{self, Plan};
use crate::served::{Cookies, Database, Served, binary};

/// The most statements of a page of members.
const MEMBERS: usize = 7;

/// Requests before the one that is looked at: by then PostgreSQL has chosen between plans for one value and for all.
const BEFORE: usize = 7;

/// What is no statement of a page: the ends of its transaction.
const CONTROL: &[&str] = &[
    "BEGIN",
    "COMMIT",
    "ROLLBACK",
    "SAVEPOINT",
    "RELEASE",
    "PRAGMA",
    "SET",
    DATA_VERSION,
];

/// `PRAGMA data_version`, as Diesel reads it.
const DATA_VERSION: &str = "SELECT `pragma_data_version`";

/// Requests each page and writes its statements and plans to a file. The answer is what fails.
pub fn check(dir: &Path, database: &Database, statistics: Statistics, places: &Places) -> Vec<String> {
    let log = dir.join("statements.log");
    let errors = std::fs::File::create(&log).unwrap();
    let observed = observed(database);
    let server = Served::start_with(&binary(), &observed, "warn,tenantry::sql=debug", Stdio::from(errors));
    let cookies = server.sign_in_both();
    // Background jobs look for work when the server starts, and then once a minute.
    std::thread::sleep(Duration::from_secs(2));
    let mut report = format!("# Statements and plans: {}, {}\n", database.engine, statistics.label());
    let mut failures = Vec::new();
    let mut walks: BTreeMap<(String, String), Vec<&str>> = BTreeMap::new();
    println!("\n### Statements\n");
    println!("| page | statements | of them twice | the most rows that one reads | walks |\n|---|---|---|---|---|");
    for page in pages(places) {
        let seen = seen(&server, &cookies, &page, &log);
        if seen.is_empty() {
            println!("\nThis build does not log its statements.");
            break;
        }
        let _ = writeln!(report, "\n## {}: {} statements\n", page.name, seen.len());
        for plan in &seen {
            let _ = writeln!(report, "```sql\n{}\n```\n```\n{}```\n", plan.sql, plan.text);
        }
        for plan in &seen {
            for walked in &plan.walked {
                walks
                    .entry((walked.clone(), plan.sql.clone()))
                    .or_default()
                    .push(page.name);
            }
        }
        failures.extend(judge(&page, &seen));
    }
    failures.extend(
        walks
            .into_iter()
            .map(|((walked, sql), pages)| format!("{walked} for {}: {sql}", pages.join(", "))),
    );
    let file = output().join(format!(
        "plans-{}-{}.md",
        database.engine.to_lowercase(),
        statistics.label().replace(' ', "-")
    ));
    std::fs::write(&file, report).unwrap();
    println!(
        "\nAll statements with their plans: {}",
        file.strip_prefix(env!("CARGO_MANIFEST_DIR")).unwrap_or(&file).display()
    );
    let state = format!("{}, {}", database.engine, statistics.label());
    failures
        .into_iter()
        .map(|failure| format!("{state}: {failure}"))
        .collect()
}

/// Prints the page's line. What is wrong with the number of its statements is the answer.
fn judge(page: &Page, seen: &[Plan]) -> Vec<String> {
    let mut texts = HashSet::new();
    let twice: Vec<&Plan> = seen.iter().filter(|plan| !texts.insert(&plan.sql)).collect();
    let walked: Vec<&str> = seen.iter().flat_map(|plan| &plan.walked).map(String::as_str).collect();
    let most = seen.iter().filter_map(|plan| plan.most).max();
    println!(
        "| {} | {} | {} | {} | {} |",
        page.name,
        seen.len(),
        twice.len(),
        most.map_or(String::new(), |rows| rows.to_string()),
        walked.join("; ")
    );
    let mut failures = Vec::new();
    if page.is_members() && seen.len() > MEMBERS {
        failures.push(format!(
            "{}: {} statements instead of at most {MEMBERS}",
            page.name,
            seen.len()
        ));
    }
    if page.is_members() {
        failures.extend(
            twice
                .iter()
                .map(|plan| format!("{}: sent twice: {}", page.name, plan.sql)),
        );
    }
    failures
}

/// The database as the observed server opens it: PostgreSQL says the plan of each statement that it ran.
fn observed(database: &Database) -> Database {
    let mut observed = database.clone();
    if !database.is_sqlite() {
        let settings = [
            "log_min_duration=0",
            "log_analyze=on",
            "log_timing=off",
            "log_format=json",
        ]
        .map(|setting| {
            format!("-c auto_explain.{setting}")
                .replace(' ', "%20")
                .replace('=', "%3D")
        });
        observed.url = format!("{}?options={}", database.url, settings.join("%20"));
    }
    observed
}

/// The statements of one request. Background work can come between, so the shorter of two answers is taken.
fn seen(server: &Served, cookies: &Cookies, page: &Page, log: &Path) -> Vec<Plan> {
    let load = page.load(&page.large, cookies).distinct();
    for _ in 0..BEFORE {
        load::once(server, &load);
    }
    let source = Source::of(&server.database, log);
    let mut looks: Vec<Vec<Plan>> = (0..2)
        .map(|_| {
            std::thread::sleep(Duration::from_millis(60));
            let from = source.length();
            load::once(server, &load);
            std::thread::sleep(Duration::from_millis(60));
            source.after(from)
        })
        .collect();
    looks.sort_by_key(Vec::len);
    looks.swap_remove(0)
}

/// Where statements are read: SQLite's in the log of Tenantry, and explained then; PostgreSQL's in its own log, with the plan.
enum Source {
    Tenantry(PathBuf, String),
    Postgres(PathBuf),
}

impl Source {
    fn of(database: &Database, log: &Path) -> Self {
        if database.is_sqlite() {
            Self::Tenantry(log.to_owned(), database.url.clone())
        } else {
            Self::Postgres(
                std::env::var_os("TENANTRY_BENCH_POSTGRES_LOG")
                    .expect("bin/bench names the log")
                    .into(),
            )
        }
    }

    fn file(&self) -> &Path {
        match self {
            Self::Tenantry(file, _) | Self::Postgres(file) => file,
        }
    }

    fn length(&self) -> usize {
        usize::try_from(std::fs::metadata(self.file()).map_or(0, |data| data.len())).unwrap()
    }

    fn after(&self, from: usize) -> Vec<Plan> {
        let text = String::from_utf8_lossy(&std::fs::read(self.file()).unwrap()[from..]).into_owned();
        let messages: Vec<String> = text
            .lines()
            .filter_map(|line| {
                Some(
                    serde_json::from_str::<Value>(line).ok()?["message"]
                        .as_str()?
                        .to_owned(),
                )
            })
            .collect();
        match self {
            Self::Tenantry(_, database) => messages
                .iter()
                .filter(|sql| !CONTROL.iter().any(|word| sql.trim_start().starts_with(word)))
                .map(|sql| plans::of_sqlite(database, sql))
                .collect(),
            Self::Postgres(_) => messages
                .iter()
                .filter_map(|message| plans::of_postgres(message))
                .collect(),
        }
    }
}

/// Reports of the benchmark, beside the build.
fn output() -> PathBuf {
    let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/bench");
    std::fs::create_dir_all(&dir).unwrap();
    dir
}
