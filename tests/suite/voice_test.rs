//! Words that the product does not use, kept out of templates, emails, messages and command output.

use std::fs;

use crate::rules_test::{expect_no_breaches, files, relative};

/// Banned words, and what to write instead.
const NEVER: &[(&str, &str)] = &[
    ("letter", "email"),
    ("right", "permission"),
    ("rights", "permissions"),
    ("proven", "verified"),
    ("proof", "verification"),
    ("taken off", "removed"),
    ("take off", "remove"),
    ("takes off", "removes"),
    ("stands", "is"),
    ("lies", "is"),
    ("somebody", "someone"),
    ("whoever", "anyone"),
    ("nobody", "no one"),
    ("everybody", "everyone"),
    ("at once", "immediately"),
    ("from the next click on", "immediately"),
    ("look in", "view as support"),
    ("looks in", "views as support"),
    ("let in", "approve"),
    ("lets in", "approves"),
    ("shut out", "suspend"),
    ("vouched", "approved"),
    ("last day", "access ends"),
    ("all of it", "View all"),
    ("order of command", "role level"),
    ("at the height of", "at the level of"),
    ("chores", "background jobs"),
    ("deeds", "audit events"),
    ("deed", "audit event"),
    ("the house", "Tenantry"),
    ("switched against", "override"),
];

#[test]
fn pages_emails_and_messages_use_the_standard_words() {
    let mut breaches = Vec::new();
    for path in files("templates", "") {
        let text = fs::read_to_string(&path).expect("a template");
        for (at, line) in visible(&text).lines().enumerate() {
            breaches.extend(banned_words(line).map(|word| format!("{}:{}: {word}", relative(&path), at + 1)));
        }
    }
    for path in files("src", "rs") {
        let text = fs::read_to_string(&path).expect("a source file");
        let product = text.find("#[cfg(test)]").map_or(text.as_str(), |end| &text[..end]);
        for (at, sentence) in sentences(product) {
            breaches.extend(
                banned_words(&sentence).map(|word| format!("{}:{at}: {word} in “{sentence}”", relative(&path))),
            );
        }
    }
    expect_no_breaches(&breaches);
}

#[test]
fn a_banned_word_is_reported() {
    let words = |text: &str| {
        banned_words(text)
            .map(|hit| hit.split(':').next().unwrap_or_default().to_owned())
            .collect::<Vec<_>>()
    };
    assert_eq!(words("The letter lies in the data folder"), ["letter", "lies"]);
    assert_eq!(words("Copyright, bright and a newsletter"), Vec::<String>::new());
    assert_eq!(sentences("let a = \"Nobody may\"; // \"Nobody\"").count(), 1);
    assert!(!visible("<p class=\"right\">{{ letter }}</p>{# rights #}Hello").contains("right"));
}

/// The banned words in a text.
fn banned_words(text: &str) -> impl Iterator<Item = String> {
    let text = text.to_lowercase();
    NEVER.iter().filter_map(move |(never, instead)| {
        let used = text.match_indices(never).any(|(at, _)| {
            let inside = |c: Option<char>| c.is_some_and(|c| c.is_alphanumeric() || c == '_' || c == '-');
            let now = *never == "right" && text[at..].starts_with("right now");
            !now && !inside(text[..at].chars().next_back()) && !inside(text[at + never.len()..].chars().next())
        });
        used.then(|| format!("{never}: write “{instead}”"))
    })
}

/// A template without tags, expressions and comments; line numbers stay the same.
fn visible(template: &str) -> String {
    let mut shown = String::with_capacity(template.len());
    let mut rest = template;
    while let Some(at) = rest.find(['<', '{']) {
        shown.push_str(&rest[..at]);
        let end = match &rest[at..] {
            tail if tail.starts_with("{{") => "}}",
            tail if tail.starts_with("{%") => "%}",
            tail if tail.starts_with("{#") => "#}",
            tail if tail.starts_with('<') => ">",
            _ => "",
        };
        let Some(length) = rest[at..].find(end).filter(|_| !end.is_empty()) else {
            shown.push_str(&rest[at..=at]);
            rest = &rest[at + 1..];
            continue;
        };
        let gone = &rest[at..at + length + end.len()];
        // Text passed to a macro is displayed too.
        if end == "}}" || end == "%}" {
            for (_, sentence) in sentences(gone) {
                shown.push(' ');
                shown.push_str(&sentence);
            }
        }
        shown.extend(gone.chars().filter(|c| *c == '\n'));
        rest = &rest[at + gone.len()..];
    }
    shown.push_str(rest);
    shown
}

/// The string literals of a source that are sentences or labels, with their lines: they begin with a capital letter or
/// contain a space, and are no SQL.
fn sentences(source: &str) -> impl Iterator<Item = (usize, String)> {
    let mut found = Vec::new();
    for (at, line) in source.lines().enumerate() {
        let code = line.trim_start();
        // Reasons and log lines are for engineers.
        if code.starts_with("//")
            || code.contains("reason = ")
            || code.contains("tracing::")
            || code.contains("Events::none")
        {
            continue;
        }
        let mut parts = line.split('"');
        parts.next();
        let mut inside = true;
        for part in parts {
            if inside {
                let sql = ["SELECT ", "INSERT ", "UPDATE ", "DELETE ", "CREATE ", " AS "]
                    .iter()
                    .any(|word| part.contains(word));
                if !sql && (part.contains(' ') || part.starts_with(|c: char| c.is_uppercase())) {
                    found.push((at + 1, part.to_owned()));
                }
            } else if part.contains("//") {
                break;
            }
            inside = !inside;
        }
    }
    found.into_iter()
}
