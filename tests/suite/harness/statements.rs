//! The statements that the product sends to the database in this process, each once.
//!
//! With `TENANTRY_TEST_STATEMENTS` they are also added to that file, so that a later run can explain those of a whole suite.

use std::collections::BTreeSet;
use std::fs::{File, OpenOptions};
use std::io::Write;
use std::path::PathBuf;
use std::sync::{Mutex, OnceLock, PoisonError};

use crate::harness::adapter;

static SEEN: Mutex<BTreeSet<String>> = Mutex::new(BTreeSet::new());

/// The file that collects the statements of a whole run.
pub fn file() -> Option<PathBuf> {
    std::env::var_os("TENANTRY_TEST_STATEMENTS").map(PathBuf::from)
}

/// Collects the statements of all apps that start from now on.
pub fn collect() {
    adapter::observe_statements(note);
}

/// The statements so far.
pub fn seen() -> BTreeSet<String> {
    SEEN.lock().unwrap_or_else(PoisonError::into_inner).clone()
}

fn note(_database: &str, text: &str) {
    let text = one_line(text);
    let mut seen = SEEN.lock().unwrap_or_else(PoisonError::into_inner);
    if seen.contains(&text) {
        return;
    }
    if let Some(mut file) = output() {
        // One call for each line, so that the lines of several processes do not mix.
        let _ = file.write_all(format!("{text}\n").as_bytes());
    }
    seen.insert(text);
}

fn output() -> Option<&'static File> {
    static FILE: OnceLock<Option<File>> = OnceLock::new();
    let open = || OpenOptions::new().create(true).append(true).open(file()?).ok();
    FILE.get_or_init(open).as_ref()
}

/// Statements that differ only by the number of their values are one: rows of an insert, identifiers of a list.
fn one_line(text: &str) -> String {
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    match text.split_once(" VALUES ") {
        Some((insert, _)) if text.starts_with("INSERT") => insert.to_owned(),
        _ => text,
    }
}
