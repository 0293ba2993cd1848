//! Copies the SQLite file into an empty PostgreSQL database, table by table.

use std::io::{BufWriter, Write};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Instant;

use diesel::connection::DefaultLoadingMode;
use diesel::prelude::*;
use tenantry::common::config::Config;
use tenantry::common::time::Clock;

use super::Line;

/// The product writes these itself.
const OWN: &[&str] = &["__diesel_schema_migrations", "instance", "jobs"];

pub fn copy(dir: &Path, file: &Path, url: &str) {
    let began = Instant::now();
    let config = Config::local(dir, url.to_owned());
    drop(tenantry::server::open(config, Clock::default()).expect("a database"));
    let mut conn = SqliteConnection::establish(file.to_str().unwrap()).unwrap();
    let indexes = psql(
        url,
        "SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = 'public' AND NOT EXISTS \
         (SELECT 1 FROM pg_constraint WHERE conname = indexname)",
    );
    let indexes: Vec<(&str, &str)> = indexes.lines().filter_map(|line| line.split_once('\t')).collect();
    for (name, _) in &indexes {
        psql(url, &format!("DROP INDEX {name}"));
    }
    let tables: Vec<Line> =
        diesel::sql_query("SELECT name AS line FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'")
            .load(&mut conn)
            .unwrap();
    for table in tables
        .iter()
        .map(|each| each.line.as_str())
        .filter(|name| !OWN.contains(name))
    {
        rows(&mut conn, url, table);
    }
    for (_, sql) in &indexes {
        psql(url, sql);
    }
    psql(url, "CHECKPOINT");
    println!("   PostgreSQL: {:.0} s", began.elapsed().as_secs_f64());
}

/// Streams one table as lines of COPY.
fn rows(conn: &mut SqliteConnection, url: &str, table: &str) {
    let columns: Vec<Line> = diesel::sql_query(format!(
        "SELECT name || ' ' || type AS line FROM pragma_table_info('{table}')"
    ))
    .load(conn)
    .unwrap();
    let columns: Vec<(&str, &str)> = columns.iter().map(|each| each.line.split_once(' ').unwrap()).collect();
    let values: Vec<String> = columns.iter().map(|(name, kind)| value(name, kind)).collect();
    let names: Vec<String> = columns.iter().map(|(name, _)| format!("\"{name}\"")).collect();
    let sql = format!("SELECT {} AS line FROM \"{table}\"", values.join(" || char(9) || "));
    let mut child = command(url)
        .args([
            "-c",
            &format!("DELETE FROM \"{table}\""),
            "-c",
            &format!("COPY \"{table}\" ({}) FROM STDIN", names.join(", ")),
        ])
        .stdin(Stdio::piped())
        .spawn()
        .expect("psql");
    let mut pipe = BufWriter::with_capacity(1 << 20, child.stdin.take().unwrap());
    for line in diesel::sql_query(sql)
        .load_iter::<Line, DefaultLoadingMode>(conn)
        .unwrap()
    {
        writeln!(pipe, "{}", line.unwrap().line).unwrap();
    }
    drop(pipe);
    assert!(child.wait().unwrap().success(), "COPY of {table}");
}

/// A column as COPY reads it.
fn value(name: &str, kind: &str) -> String {
    let text = match kind {
        "BYTEA" => format!(r#"'\\x' || lower(hex("{name}"))"#),
        "TEXT" => format!(r#"replace(replace(replace("{name}", '\', '\\'), char(9), '\t'), char(10), '\n')"#),
        _ => format!(r#""{name}""#),
    };
    format!(r#"CASE WHEN "{name}" IS NULL THEN '\N' ELSE {text} END"#)
}

/// As a superuser without the checks of foreign keys: the file that is copied has met them.
fn command(url: &str) -> Command {
    let mut command = Command::new("psql");
    command
        .env("PGOPTIONS", "-c session_replication_role=replica -c synchronous_commit=off -c maintenance_work_mem=256MB -c client_min_messages=warning")
        .args(["-X", "-q", "-A", "-t", "-F", "\t", "-v", "ON_ERROR_STOP=1", url]);
    command
}

/// Runs SQL and gives what it prints, columns with tabs between.
pub fn psql(url: &str, sql: &str) -> String {
    let done = command(url).args(["-c", sql]).output().expect("psql");
    assert!(
        done.status.success(),
        "{sql}: {}",
        String::from_utf8_lossy(&done.stderr)
    );
    String::from_utf8(done.stdout).unwrap()
}
