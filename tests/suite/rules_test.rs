//! The rules of dependency (docs/ARCHITECTURE.md), read off the sources. A breach names file and line.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use crate::harness::places::repository;

/// A source file without its unit tests and comments, so that line numbers stay right.
struct Source {
    path: String,
    lines: Vec<String>,
}

#[test]
fn floors_know_only_the_floors_below() {
    let mut breaches = Vec::new();
    for source in sources() {
        let own = module(&source.path);
        for (line, target) in source.imports() {
            // One floor may import itself; of two on one level only the top one's parts know each other.
            let (Some(from), Some(to)) = (floor(&own), floor(&target)) else {
                continue;
            };
            let allowed = to < from || own == target || from >= TOP;
            if !allowed {
                breaches.push(format!("{}:{line}: {own} imports {target}", source.path));
            }
        }
    }
    none(&breaches);
}

#[test]
fn a_room_never_imports_a_room() {
    let mut breaches = Vec::new();
    for source in sources() {
        let Some(room) = room(&source.path) else { continue };
        for (at, line) in source.numbered() {
            for other in words_after(line, "rooms::").chain(words_after(line, "super::super::")) {
                if other != room && repository().join("src/rooms").join(&other).is_dir() {
                    breaches.push(format!("{}:{at}: {room} imports {other}", source.path));
                }
            }
        }
    }
    none(&breaches);
}

#[test]
fn in_a_room_pages_hold_no_queries_stores_no_pages_and_rules_neither() {
    const QUERIES: &[&str] = &[
        "diesel::",
        "sql_query",
        "gate::schema",
        "schema::",
        "SELECT ",
        "INSERT ",
        "UPDATE ",
        "DELETE FROM",
    ];
    const WEB: &[&str] = &["actix_web", "askama", "HttpRequest", "HttpResponse"];
    let mut breaches = Vec::new();
    for source in sources() {
        if room(&source.path).is_none() {
            continue;
        }
        let banned: Vec<&str> = match file_name(&source.path) {
            "mod.rs" => continue,
            "store.rs" | "read.rs" => WEB.to_vec(),
            // A store of several subjects is a folder.
            _ if source.path.contains("/store/") => WEB.to_vec(),
            "rules.rs" => [QUERIES, WEB, &["Conn", "store::"]].concat(),
            "letter.rs" => QUERIES.to_vec(),
            _page => [QUERIES, &["web::block", ".unwrap()", ".expect("]].concat(),
        };
        breaches.extend(source.with_any(&banned));
    }
    none(&breaches);
}

#[test]
fn the_present_moment_has_one_home() {
    let elsewhere = |path: &str| path != "src/common/time.rs";
    none(&breaches_of(elsewhere, &["Utc::now", "SystemTime::now", "Local::now"]));
}

#[test]
fn the_database_engines_and_the_blocking_pool_have_one_home() {
    let engines = |path: &str| !path.starts_with("src/db/");
    none(&breaches_of(
        engines,
        &["SqliteConnection", "PgConnection", "diesel::pg", "diesel::sqlite"],
    ));
    none(&breaches_of(|path| !path.starts_with("src/auth/"), &["web::block"]));
}

#[test]
fn nobody_but_commands_speaks_on_the_terminal() {
    let elsewhere = |path: &str| !path.starts_with("src/cli") && path != "src/main.rs";
    none(&breaches_of(elsewhere, &["println!", "print!(", "dbg!"]));
}

#[test]
fn the_style_sheets_stay_below_30_kilobytes() {
    let sheets = files("static", "css");
    assert!(!sheets.is_empty());
    let size = |path: &&PathBuf| path.metadata().map_or(0, |m| m.len());
    let everywhere = |path: &&PathBuf| file_name(&relative(path)) != "extra.css";
    let total: u64 = sheets.iter().filter(everywhere).map(|path| size(&path)).sum();
    assert!(total < 30_000, "{total} bytes that every page loads");
    let total: u64 = sheets.iter().map(|path| size(&path)).sum();
    assert!(total < 40_000, "{total} bytes in all");
}

#[test]
fn every_template_is_used() {
    let templates = files("templates", "");
    let mut told: String = sources()
        .iter()
        .flat_map(|s| s.lines.iter())
        .fold(String::new(), |all, line| all + line + "\n");
    for path in &templates {
        told += &read(path);
    }
    let unused: Vec<String> = templates
        .iter()
        .map(|path| relative(path).trim_start_matches("templates/").to_owned())
        .filter(|name| !told.contains(&format!("\"{name}\"")))
        .collect();
    none(&unused);
}

#[test]
fn no_template_needs_inline_script_or_style_or_skips_escaping() {
    let mut breaches = Vec::new();
    for path in files("templates", "html") {
        let name = relative(&path);
        // Letters must carry their styles; mail programs fetch none.
        if name.starts_with("templates/mail/") {
            continue;
        }
        for (at, line) in read(&path).lines().enumerate() {
            for word in [
                "<style",
                " style=",
                "<script>",
                "hx-on",
                "javascript:",
                "js:",
                " onclick=",
                " onsubmit=",
                " onchange=",
            ] {
                if line.contains(word) {
                    breaches.push(format!("{name}:{}: {word}", at + 1));
                }
            }
            // The form macros take more attributes as text, unescaped; so callers may only write that text down.
            let unescaped = line.replace(" attrs|safe ", " ").contains("safe }}");
            let composed = line.split("attrs=").skip(1).any(|given| {
                let written = given.strip_prefix('"').and_then(|text| text.split_once('"'));
                written.is_none_or(|(_, after)| after.trim_start().starts_with('~'))
            });
            if unescaped || composed {
                breaches.push(format!(
                    "{name}:{}: unescaped text that is not written down in a template",
                    at + 1
                ));
            }
        }
    }
    none(&breaches);
}

const TOP: u8 = 5;

/// `ground ← gate ← post, books ← people ← rooms ← routes, clock, server, commands`; `None` is no floor (a macro at the root).
fn floor(module: &str) -> Option<u8> {
    match module {
        "ground" => Some(0),
        "gate" => Some(1),
        "post" | "books" => Some(2),
        "people" => Some(3),
        "rooms" => Some(4),
        "routes" | "clock" | "server" | "commands" | "main" | "lib" => Some(TOP),
        _ => None,
    }
}

impl Source {
    fn numbered(&self) -> impl Iterator<Item = (usize, &str)> {
        self.lines.iter().enumerate().map(|(at, line)| (at + 1, line.as_str()))
    }

    /// Every module of this crate that a line names: `crate::gate::…`, `crate::{ground, gate::db}`.
    fn imports(&self) -> Vec<(usize, String)> {
        let mut found = Vec::new();
        for (at, line) in self.numbered() {
            found.extend(words_after(line, "crate::").map(|word| (at, word)));
            if let Some((_, group)) = line.split_once("crate::{") {
                // What stands one level deep in the braces, on this line.
                let mut depth = 0;
                let mut word = String::new();
                for letter in group.chars() {
                    match letter {
                        '{' => depth += 1,
                        '}' if depth > 0 => depth -= 1,
                        ',' | '}' | ':' if depth == 0 && !word.is_empty() => {
                            found.push((at, std::mem::take(&mut word)))
                        }
                        letter if depth == 0 && (letter.is_alphanumeric() || letter == '_') => word.push(letter),
                        _ => {}
                    }
                }
            }
        }
        found
    }

    fn with_any(&self, banned: &[&str]) -> Vec<String> {
        let mut found = Vec::new();
        for (at, line) in self.numbered() {
            for word in banned.iter().filter(|word| line.contains(**word)) {
                found.push(format!("{}:{at}: {word}", self.path));
            }
        }
        found
    }
}

fn breaches_of(applies: impl Fn(&str) -> bool, banned: &[&str]) -> Vec<String> {
    sources()
        .iter()
        .filter(|source| applies(&source.path))
        .flat_map(|source| source.with_any(banned))
        .collect()
}

#[track_caller]
fn none(breaches: &[String]) {
    assert!(
        breaches.is_empty(),
        "{} breaches:\n{}",
        breaches.len(),
        breaches.join("\n")
    );
}

fn sources() -> Vec<Source> {
    let all: Vec<Source> = files("src", "rs")
        .iter()
        .map(|path| Source {
            path: relative(path),
            lines: product_lines(&read(path)),
        })
        .collect();
    assert!(all.len() > 10, "the sources are read");
    all
}

/// The lines of the product: comments and everything from the unit tests on are empty.
fn product_lines(text: &str) -> Vec<String> {
    let end = text.find("#[cfg(test)]").unwrap_or(text.len());
    text[..end]
        .lines()
        .map(|line| {
            if line.trim_start().starts_with("//") {
                String::new()
            } else {
                line.to_owned()
            }
        })
        .collect()
}

/// The identifiers that follow each `mark` in a line.
fn words_after<'a>(line: &'a str, mark: &'a str) -> impl Iterator<Item = String> + 'a {
    line.match_indices(mark).filter_map(move |(at, _)| {
        let rest = &line[at + mark.len()..];
        let word: String = rest.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
        (!word.is_empty() && !rest[word.len()..].starts_with('!')).then_some(word)
    })
}

/// The top module that a file belongs to: `gate` of `src/gate/db.rs`, `clock` of `src/clock.rs`.
fn module(path: &str) -> String {
    let inside = path.trim_start_matches("src/");
    inside
        .split('/')
        .next()
        .unwrap_or(inside)
        .trim_end_matches(".rs")
        .to_owned()
}

/// The room that a file belongs to.
fn room(path: &str) -> Option<String> {
    let (room, _) = path.strip_prefix("src/rooms/")?.split_once('/')?;
    Some(room.to_owned())
}

fn file_name(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

fn relative(path: &Path) -> String {
    path.strip_prefix(repository()).unwrap_or(path).display().to_string()
}

fn read(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// All files below a folder, sorted; `ending` "" takes every ending.
fn files(folder: &str, ending: &str) -> BTreeSet<PathBuf> {
    let mut found = BTreeSet::new();
    let mut folders = vec![repository().join(folder)];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder)
            .unwrap_or_else(|error| panic!("{}: {error}", folder.display()))
            .flatten()
        {
            let path = entry.path();
            if path.is_dir() {
                folders.push(path);
            } else if ending.is_empty() || path.extension().is_some_and(|e| e == ending) {
                found.insert(path);
            }
        }
    }
    found
}
