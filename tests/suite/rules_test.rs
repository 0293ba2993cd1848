//! The architecture rules (docs/ARCHITECTURE.md), checked on the sources. A breach names its file and line.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use crate::harness::places::repository;

/// A source file without its unit tests and comments; line numbers stay the same.
struct Source {
    path: String,
    lines: Vec<String>,
}

/// The modules from bottom to top. A module imports only modules before it.
const LAYERS: [&str; 20] = [
    "common", "authz", "rating", "db", "app", "queue", "audit", "mail", "models", "auth", "api_auth", "services",
    "web", "handlers", "api", "jobs", "routes", "server", "cli", "main",
];

/// Modules on one level, which do not import each other.
const SIBLINGS: [(&str, &str); 7] = [
    ("common", "authz"),
    ("common", "rating"),
    ("authz", "rating"),
    ("audit", "mail"),
    ("handlers", "jobs"),
    ("handlers", "api"),
    ("api", "jobs"),
];

/// Files that consist of one table, and may be as long as it.
const TABLES: [&str; 5] = [
    "src/db/schema.rs",
    "src/routes/mod.rs",
    "src/authz/permission.rs",
    "src/audit/action.rs",
    // The people and companies of the demo.
    "src/cli/demo/fixtures.rs",
];

#[test]
fn modules_import_only_lower_layers() {
    let rank = |module: &str| LAYERS.iter().position(|layer| *layer == module);
    let mut breaches = Vec::new();
    for source in sources() {
        let own = module(&source.path);
        for (line, target) in source.imports() {
            let (Some(from), Some(to)) = (rank(&own), rank(&target)) else {
                continue;
            };
            // authz and rating may use the small helpers of common; no other module uses its sibling.
            let sibling = SIBLINGS[2..].contains(&(target.as_str(), own.as_str()));
            if to > from || sibling {
                breaches.push(format!("{}:{line}: {own} imports {target}", source.path));
            }
        }
    }
    expect_no_breaches(&breaches);
}

#[test]
fn files_in_different_folders_have_no_import_cycle() {
    let sources = sources();
    let files: BTreeSet<String> = sources.iter().map(|source| source.path.clone()).collect();
    let edges: BTreeMap<String, BTreeSet<String>> = sources
        .iter()
        .map(|source| {
            let targets = source
                .paths()
                .into_iter()
                .filter_map(|path| module_file(&files, &path))
                .filter(|target| *target != source.path)
                .collect();
            (source.path.clone(), targets)
        })
        .collect();
    let reaches = |from: &str, to: &str| {
        let (mut seen, mut next) = (BTreeSet::new(), vec![from.to_owned()]);
        while let Some(file) = next.pop() {
            for target in edges.get(&file).into_iter().flatten() {
                if target == to {
                    return true;
                }
                if seen.insert(target.clone()) {
                    next.push(target.clone());
                }
            }
        }
        false
    };
    let folder = |path: &str| {
        path.rsplit_once('/')
            .map_or(String::new(), |(folder, _)| folder.to_owned())
    };
    let mut breaches = Vec::new();
    for (from, targets) in &edges {
        for to in targets {
            let (a, b) = (folder(from), folder(to));
            // Imports between a module and the files below it are allowed.
            let family = a.starts_with(&b) || b.starts_with(&a);
            if !family && reaches(to, from) {
                breaches.push(format!("{from} imports {to}, which leads back"));
            }
        }
    }
    expect_no_breaches(&breaches);
}

#[test]
fn only_data_modules_write_tables_and_only_they_and_queries_read_them() {
    let owners = |path: &str| {
        ["src/models/", "src/audit/", "src/mail/", "src/queue/", "src/db/"]
            .iter()
            .any(|owner| path.starts_with(owner))
    };
    // The demo writes history that no service can create.
    let owners = |path: &str| owners(path) || path.starts_with("src/cli/demo/");
    let queries = |path: &str| owners(path) || path.ends_with("/queries.rs") || path.contains("/queries/");
    let mut breaches = breaches_of(
        |path| !owners(path),
        &[
            "insert_into(",
            "diesel::update(",
            "diesel::delete(",
            "INSERT ",
            "UPDATE ",
            "DELETE FROM",
        ],
    );
    breaches.extend(breaches_of(|path| !queries(path), &["db::schema"]));
    expect_no_breaches(&breaches);
}

#[test]
fn handlers_jobs_and_commands_write_only_through_services() {
    let writers = write_verbs();
    assert!(
        writers.len() > 40,
        "the write verbs of the models are found: {}",
        writers.len()
    );
    let mut breaches = Vec::new();
    for source in sources() {
        let own = module(&source.path);
        // The demo is data, not a way to change things.
        let applies = ["handlers", "api", "jobs", "web", "routes", "server"].contains(&own.as_str())
            || (own == "cli" && !source.path.starts_with("src/cli/demo"));
        if !applies {
            continue;
        }
        let models: BTreeSet<String> = source
            .paths()
            .into_iter()
            .filter(|path| path.starts_with("models::"))
            .flat_map(|path| path.split("::").map(str::to_owned).collect::<Vec<_>>())
            .collect();
        for (at, line) in source.numbered() {
            for (module, verb) in writers.iter().filter(|(module, _)| models.contains(module)) {
                if words_after(line, &format!("{module}::")).any(|word| word == *verb)
                    && line.contains(&format!("{module}::{verb}("))
                {
                    breaches.push(format!("{}:{at}: {module}::{verb}", source.path));
                }
            }
        }
    }
    expect_no_breaches(&breaches);
}

#[test]
fn authz_and_rating_use_no_database_and_no_http() {
    expect_no_breaches(&breaches_of(
        |path| path.starts_with("src/authz/") || path.starts_with("src/rating/"),
        &["diesel::", "actix_web", "crate::db", "schema::"],
    ));
}

#[test]
fn queries_are_used_only_by_their_own_handlers() {
    let mut breaches = Vec::new();
    for source in sources() {
        for path in source.paths() {
            let parts: Vec<&str> = path.split("::").collect();
            let ["handlers", noun, "queries", ..] = parts[..] else {
                continue;
            };
            let own = source.path.starts_with(&format!("src/handlers/{noun}/"));
            if !own && !source.path.starts_with("src/cli/demo/") {
                breaches.push(format!("{} imports {path}", source.path));
            }
        }
    }
    expect_no_breaches(&breaches);
}

#[test]
fn files_functions_and_the_auth_module_stay_within_their_limits() {
    let mut breaches = Vec::new();
    for path in files("src", "rs") {
        let (name, text) = (relative(&path), read(&path));
        let lines = text.lines().count();
        let is_table = TABLES.iter().any(|table| name.starts_with(table));
        if lines > 250 && !is_table {
            breaches.push(format!("{name}: {lines} lines"));
        }
        for (function, length, handler) in functions(&text) {
            let most = if handler && (name.starts_with("src/handlers/") || name.starts_with("src/api/")) {
                40
            } else {
                60
            };
            if length > most && !is_table {
                breaches.push(format!("{name}: {function} has {length} lines"));
            }
        }
    }
    let auth: usize = files("src/auth", "rs")
        .iter()
        .map(|path| read(path).lines().count())
        .sum();
    if auth > 1500 {
        breaches.push(format!("src/auth: {auth} lines"));
    }
    expect_no_breaches(&breaches);
}

#[test]
fn handlers_use_the_seven_standard_action_names() {
    const NAMES: [&str; 7] = ["index", "show", "new", "create", "edit", "update", "destroy"];
    let mut breaches = Vec::new();
    for path in files("src/handlers", "rs").into_iter().chain(files("src/api", "rs")) {
        for (function, _, handler) in functions(&read(&path)) {
            if handler && !NAMES.contains(&function.as_str()) {
                breaches.push(format!("{}: {function}", relative(&path)));
            }
        }
    }
    expect_no_breaches(&breaches);
}

#[test]
fn a_refused_change_is_an_error_that_rolls_back() {
    expect_no_breaches(&breaches_of(
        |_| true,
        &[
            "Ok(Err(",
            "Ok((Err(",
            "Result<Result<",
            "Events::none(\"a rule refused",
            "enum Answer {",
        ],
    ));
}

#[test]
fn only_the_time_module_reads_the_clock() {
    let elsewhere = |path: &str| path != "src/common/time/clock.rs";
    expect_no_breaches(&breaches_of(elsewhere, &["Utc::now", "SystemTime::now", "Local::now"]));
}

#[test]
fn database_engines_and_the_blocking_pool_are_used_in_one_module_each() {
    let engines = |path: &str| !path.starts_with("src/db/");
    expect_no_breaches(&breaches_of(
        engines,
        &["SqliteConnection", "PgConnection", "diesel::pg", "diesel::sqlite"],
    ));
    expect_no_breaches(&breaches_of(|path| !path.starts_with("src/auth/"), &["web::block"]));
}

#[test]
fn only_commands_print_to_the_terminal() {
    let elsewhere = |path: &str| !path.starts_with("src/cli") && path != "src/main.rs";
    expect_no_breaches(&breaches_of(elsewhere, &["println!", "print!(", "dbg!"]));
}

#[test]
fn style_sheets_stay_within_their_size_limits() {
    let sheets = files("static", "css");
    assert!(!sheets.is_empty());
    let size = |path: &&PathBuf| path.metadata().map_or(0, |m| m.len());
    let everywhere =
        |path: &&PathBuf| !["extra.css", "charts.css", "reference.css"].contains(&file_name(&relative(path)));
    let total: u64 = sheets.iter().filter(everywhere).map(|path| size(&path)).sum();
    assert!(total < 34_000, "{total} bytes that every page loads");
    let total: u64 = sheets.iter().map(|path| size(&path)).sum();
    assert!(total < 46_000, "{total} bytes in all");
}

#[test]
fn every_template_is_used() {
    let templates = files("templates", "");
    let mut all_text: String = sources()
        .iter()
        .flat_map(|s| s.lines.iter())
        .fold(String::new(), |all, line| all + line + "\n");
    for path in &templates {
        all_text += &read(path);
    }
    let unused: Vec<String> = templates
        .iter()
        .map(|path| relative(path).trim_start_matches("templates/").to_owned())
        .filter(|name| !all_text.contains(&format!("\"{name}\"")))
        .collect();
    expect_no_breaches(&unused);
}

#[test]
fn template_lines_stay_short_and_use_the_common_macros() {
    for path in files("templates", "") {
        let name = relative(&path);
        for (at, line) in read(&path).lines().enumerate() {
            let length = line.chars().count();
            assert!(length <= 200, "{name}:{}: {length} characters", at + 1);
            // What prints a number or a name is a macro, so that a template needs one import.
            let direct = line.contains("{{ crate::common::html::number(") && !name.starts_with("templates/parts/");
            assert!(!direct, "{name}:{}: use a macro of parts/ui.html", at + 1);
        }
    }
}

#[test]
fn templates_use_no_inline_script_or_style_and_no_unescaped_output() {
    let mut breaches = Vec::new();
    for path in files("templates", "html") {
        let name = relative(&path);
        // Emails must include their styles; mail programs load none.
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
            // The form macros take more attributes as unescaped text, so callers may only pass literals.
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
    expect_no_breaches(&breaches);
}

/// The functions of a file: name, lines, and whether it is a handler (public and async).
fn functions(text: &str) -> Vec<(String, usize, bool)> {
    let lines: Vec<&str> = text.lines().collect();
    let mut found = Vec::new();
    for (at, line) in lines.iter().enumerate() {
        let code = line.trim_start();
        let indent = line.len() - code.len();
        let bare = ["pub ", "pub(super) ", "pub(crate) "]
            .iter()
            .find_map(|visible| code.strip_prefix(visible))
            .unwrap_or(code);
        let is_async = bare.starts_with("async ");
        let bare = bare.trim_start_matches("const ").trim_start_matches("async ");
        let Some(rest) = bare.strip_prefix("fn ") else { continue };
        // A declaration in a trait or of an SQL function has no body.
        let signature = lines[at..]
            .iter()
            .take_while(|line| !line.contains('{') && !line.trim_end().ends_with(';'));
        let last = lines.get(at + signature.count()).copied().unwrap_or_default();
        if !last.contains('{') {
            continue;
        }
        let name: String = rest.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
        let close = format!("{}}}", " ".repeat(indent));
        let length = if line.trim_end().ends_with('}') {
            1
        } else {
            lines[at..]
                .iter()
                .position(|line| *line == close)
                .map_or(1, |end| end + 1)
        };
        found.push((name, length, is_async && code.starts_with("pub ")));
    }
    found
}

/// The public functions of the models that write a table, with their module's last name.
fn write_verbs() -> BTreeSet<(String, String)> {
    let mut verbs = BTreeSet::new();
    for path in files("src/models", "rs") {
        let name = relative(&path);
        let module = match file_name(&name) {
            "mod.rs" => name.rsplit('/').nth(1).unwrap_or_default().to_owned(),
            file => file.trim_end_matches(".rs").to_owned(),
        };
        let text = product_lines(&read(&path)).join("\n");
        for part in text.split("\npub fn ").skip(1) {
            let verb: String = part.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
            let body = part.split("\n}").next().unwrap_or_default();
            if ["insert_into(", "diesel::update(", "diesel::delete("]
                .iter()
                .any(|write| body.contains(write))
            {
                verbs.insert((module.clone(), verb));
            }
        }
    }
    verbs
}

/// The file of a path in this crate: its longest prefix that is a module.
fn module_file(files: &BTreeSet<String>, path: &str) -> Option<String> {
    let parts: Vec<&str> = path.split("::").collect();
    (1..=parts.len()).rev().find_map(|length| {
        let stem = format!("src/{}", parts[..length].join("/"));
        [format!("{stem}.rs"), format!("{stem}/mod.rs")]
            .into_iter()
            .find(|file| files.contains(file))
    })
}

impl Source {
    fn numbered(&self) -> impl Iterator<Item = (usize, &str)> {
        self.lines.iter().enumerate().map(|(at, line)| (at + 1, line.as_str()))
    }

    /// Every top module that a line names: `crate::db::…`, `crate::{common, db::Db}`.
    fn imports(&self) -> Vec<(usize, String)> {
        let mut found = Vec::new();
        for (at, line) in self.numbered() {
            found.extend(words_after(line, "crate::").map(|word| (at, word)));
            if let Some((_, group)) = line.split_once("crate::{") {
                // Modules one level deep in the braces, on this line.
                let mut depth = 0;
                let mut word = String::new();
                for message in group.chars() {
                    match message {
                        '{' => depth += 1,
                        '}' if depth > 0 => depth -= 1,
                        ',' | '}' | ':' if depth == 0 && !word.is_empty() => {
                            found.push((at, std::mem::take(&mut word)))
                        }
                        message if depth == 0 && (message.is_alphanumeric() || message == '_') => word.push(message),
                        _ => {}
                    }
                }
            }
        }
        found
    }

    /// Every path of this crate in the file, with `{…}` expanded.
    fn paths(&self) -> BTreeSet<String> {
        let text = self.lines.join(" ");
        let mut found = BTreeSet::new();
        for (at, _) in text.match_indices("crate::") {
            expand(&text[at + "crate::".len()..], "", &mut found);
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

/// Reads one path or use tree at the beginning of `text`.
fn expand(text: &str, prefix: &str, found: &mut BTreeSet<String>) {
    let word: String = text.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
    let path = if prefix.is_empty() {
        word.clone()
    } else {
        format!("{prefix}::{word}")
    };
    let rest = &text[word.len()..];
    if let Some(group) = rest.strip_prefix("::{") {
        let (mut depth, mut start) = (0usize, 0usize);
        for (at, c) in group.char_indices() {
            match c {
                '{' => depth += 1,
                '}' if depth > 0 => depth -= 1,
                ',' | '}' if depth == 0 => {
                    let part = group[start..at].trim();
                    if !part.is_empty() {
                        expand(part, &path, found);
                    }
                    start = at + 1;
                    if c == '}' {
                        return;
                    }
                }
                _ => {}
            }
        }
    } else if let Some(more) = rest.strip_prefix("::") {
        if more.starts_with(|c: char| c.is_alphanumeric() || c == '_') {
            expand(more, &path, found);
        } else {
            found.insert(path);
        }
    } else if !path.is_empty() {
        found.insert(path.trim_end_matches("::self").to_owned());
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
pub fn expect_no_breaches(breaches: &[String]) {
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

/// The lines without comments and unit tests, which are left empty.
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

/// The top module of a file: `db` of `src/db/mod.rs`, `server` of `src/server.rs`.
fn module(path: &str) -> String {
    let inside = path.trim_start_matches("src/");
    inside
        .split('/')
        .next()
        .unwrap_or(inside)
        .trim_end_matches(".rs")
        .to_owned()
}

fn file_name(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

pub fn relative(path: &Path) -> String {
    path.strip_prefix(repository()).unwrap_or(path).display().to_string()
}

fn read(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// All files below a folder, sorted; an empty `ending` matches every file.
pub fn files(folder: &str, ending: &str) -> BTreeSet<PathBuf> {
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
