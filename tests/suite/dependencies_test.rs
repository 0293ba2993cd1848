//! The dependency policy of `deny.toml`: licenses, banned crates and sources. `cargo deny check` also checks security
//! advisories but takes minutes to build; this test reads `cargo metadata`.

use std::process::Command;

use serde::Deserialize;
use serde_json::Value;

use crate::harness::places::repository;

/// The part of `deny.toml` that this test checks. An unknown setting is an error.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Policy {
    graph: Graph,
    #[serde(rename = "advisories")]
    _advisories: toml::Table,
    licenses: Licenses,
    bans: Bans,
    sources: Sources,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Graph {
    targets: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct Licenses {
    allow: Vec<String>,
    #[serde(rename = "confidence-threshold")]
    _confidence_threshold: f32,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct Bans {
    multiple_versions: Level,
    wildcards: Level,
    deny: Vec<Banned>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Banned {
    name: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct Sources {
    unknown_registry: Level,
    unknown_git: Level,
}

#[derive(Deserialize, PartialEq, Debug)]
#[serde(rename_all = "kebab-case")]
enum Level {
    Allow,
    Deny,
}

#[derive(Clone)]
struct Package {
    name: String,
    license: Option<String>,
    /// `None` for a path on this machine.
    source: Option<String>,
    requirements: Vec<(String, String)>,
}

const CRATES_IO: &str = "registry+https://github.com/rust-lang/crates.io-index";

fn policy() -> Policy {
    let text = std::fs::read_to_string(repository().join("deny.toml")).expect("deny.toml");
    let policy: Policy = toml::from_str(&text).unwrap_or_else(|error| panic!("deny.toml: {error}"));
    // The checks below assume these settings.
    assert_eq!(policy.bans.multiple_versions, Level::Allow);
    assert_eq!(policy.bans.wildcards, Level::Deny);
    assert_eq!(policy.sources.unknown_registry, Level::Deny);
    assert_eq!(policy.sources.unknown_git, Level::Deny);
    policy
}

/// Every package that is built for one of the targets, for the product, its build script or its tests.
fn packages(targets: &[String]) -> Vec<Package> {
    let mut command = Command::new(env!("CARGO"));
    command
        .args(["metadata", "--format-version=1", "--locked"])
        .args(targets.iter().flat_map(|target| ["--filter-platform", target]))
        .current_dir(repository());
    let output = command.output().expect("cargo metadata");
    let error = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "cargo metadata: {error}");
    let metadata: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    let list = |value: &Value| value.as_array().cloned().expect("a list");
    let text = |value: &Value| value.as_str().map(str::to_owned);
    let used: Vec<Value> = list(&metadata["resolve"]["nodes"])
        .iter()
        .map(|n| n["id"].clone())
        .collect();
    list(&metadata["packages"])
        .iter()
        .filter(|package| used.contains(&package["id"]))
        .map(|package| Package {
            name: text(&package["name"]).expect("a name"),
            license: text(&package["license"]),
            source: text(&package["source"]),
            requirements: list(&package["dependencies"])
                .iter()
                .map(|on| {
                    (
                        text(&on["name"]).expect("a name"),
                        text(&on["req"]).expect("a requirement"),
                    )
                })
                .collect(),
        })
        .collect()
}

/// One sentence for each violation of the policy.
fn faults(policy: &Policy, packages: &[Package]) -> Vec<String> {
    let mut faults = Vec::new();
    let allow = &policy.licenses.allow;
    let mut licenses = Vec::new();
    for package in packages {
        let name = &package.name;
        match package.license.as_deref().map(Expression::parse) {
            None => faults.push(format!("{name} names no license")),
            Some(Err(error)) => faults.push(format!("{name}: {error}")),
            Some(Ok(license)) => {
                if !license.is_allowed(|id| allow.iter().any(|allowed| allowed == id)) {
                    faults.push(format!("{name} is licensed under {license:?}, which is not allowed"));
                }
                licenses.push(license);
            }
        }
        if policy.bans.deny.iter().any(|banned| banned.name == *name) {
            faults.push(format!("{name} is banned"));
        }
        match &package.source {
            Some(source) if source != CRATES_IO => faults.push(format!("{name} comes from {source}")),
            _ => {}
        }
        let open = package.requirements.iter().filter(|(_, version)| version == "*");
        faults.extend(open.map(|(on, _)| format!("{name} accepts any version of {on}")));
    }
    let stale = allow.iter().filter(|entry| {
        let other = |id: &str| allow.iter().any(|allowed| allowed == id && allowed != *entry);
        licenses.iter().all(|license| {
            license.is_allowed(other) || !license.is_allowed(|id| allow.iter().any(|allowed| allowed == id))
        })
    });
    faults.extend(stale.map(|entry| format!("{entry} is allowed, but no dependency needs it")));
    faults
}

/// An SPDX license expression, or `MIT/Apache-2.0` as older crates write it.
#[derive(Debug, PartialEq)]
enum Expression {
    License(String),
    Any(Vec<Expression>),
    All(Vec<Expression>),
}

impl Expression {
    fn parse(text: &str) -> Result<Self, String> {
        let spaced = text.replace('(', " ( ").replace(')', " ) ").replace('/', " OR ");
        let mut words = spaced.split_whitespace().peekable();
        let parsed = Self::any(&mut words).ok_or_else(|| format!("cannot read the license “{text}”"))?;
        match words.next() {
            None => Ok(parsed),
            Some(word) => Err(format!("cannot read “{word}” in the license “{text}”")),
        }
    }

    fn any<'a>(words: &mut std::iter::Peekable<impl Iterator<Item = &'a str>>) -> Option<Self> {
        let mut parts = vec![Self::all(words)?];
        while words.next_if_eq(&"OR").is_some() {
            parts.push(Self::all(words)?);
        }
        Some(if parts.len() == 1 {
            parts.remove(0)
        } else {
            Self::Any(parts)
        })
    }

    fn all<'a>(words: &mut std::iter::Peekable<impl Iterator<Item = &'a str>>) -> Option<Self> {
        let mut parts = vec![Self::one(words)?];
        while words.next_if_eq(&"AND").is_some() {
            parts.push(Self::one(words)?);
        }
        Some(if parts.len() == 1 {
            parts.remove(0)
        } else {
            Self::All(parts)
        })
    }

    fn one<'a>(words: &mut std::iter::Peekable<impl Iterator<Item = &'a str>>) -> Option<Self> {
        match words.next()? {
            "(" => {
                let inner = Self::any(words)?;
                (words.next()? == ")").then_some(inner)
            }
            ")" | "AND" | "OR" | "WITH" => None,
            license if words.next_if_eq(&"WITH").is_some() => {
                Some(Self::License(format!("{license} WITH {}", words.next()?)))
            }
            license => Some(Self::License(license.to_owned())),
        }
    }

    fn is_allowed(&self, allowed: impl Fn(&str) -> bool + Copy) -> bool {
        match self {
            Self::License(license) => allowed(license),
            Self::Any(parts) => parts.iter().any(|part| part.is_allowed(allowed)),
            Self::All(parts) => parts.iter().all(|part| part.is_allowed(allowed)),
        }
    }
}

#[test]
fn every_dependency_is_allowed_by_deny_toml() {
    let policy = policy();
    let packages = packages(&policy.graph.targets);
    assert!(packages.len() > 200, "only {} packages were read", packages.len());
    let faults = faults(&policy, &packages);
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn a_disallowed_dependency_is_reported() {
    let policy = policy();
    let targets = &policy.graph.targets;
    let packages = packages(targets);
    let sound = packages.iter().find(|package| package.name == "serde").expect("serde");
    let report = |change: fn(&mut Package)| {
        let mut packages = packages.clone();
        let mut changed = sound.clone();
        change(&mut changed);
        packages.push(changed);
        faults(&policy, &packages)
    };
    assert_eq!(report(|_| {}), Vec::<String>::new());
    for (change, expected) in [
        (
            (|package| package.license = Some("GPL-3.0-only".to_owned())) as fn(&mut Package),
            "serde is licensed under License(\"GPL-3.0-only\"), which is not allowed",
        ),
        (|package| package.license = None, "serde names no license"),
        (
            |package| package.license = Some("MIT OR".to_owned()),
            "serde: cannot read the license “MIT OR”",
        ),
        (|package| package.name = "native-tls".to_owned(), "native-tls is banned"),
        (
            |package| package.source = Some("git+https://example.com/serde".to_owned()),
            "serde comes from git+https://example.com/serde",
        ),
        (
            |package| package.requirements.push(("syn".to_owned(), "*".to_owned())),
            "serde accepts any version of syn",
        ),
    ] {
        assert_eq!(report(change), [expected]);
    }
    // A missing license and an unused one.
    let mut other = policy;
    other.licenses.allow.retain(|license| license != "MPL-2.0");
    other.licenses.allow.push("AGPL-3.0-or-later".to_owned());
    let faults = faults(&other, &packages);
    assert!(faults.iter().any(|fault| fault.contains("\"MPL-2.0\"")), "{faults:#?}");
    assert!(
        faults
            .iter()
            .any(|fault| fault == "AGPL-3.0-or-later is allowed, but no dependency needs it"),
        "{faults:#?}"
    );
}

#[test]
fn license_expressions_support_and_or_and_with() {
    let allowed = |id: &str| ["MIT", "Unicode-3.0", "Apache-2.0 WITH LLVM-exception"].contains(&id);
    for (text, expected) in [
        ("MIT", true),
        ("GPL-2.0-only", false),
        ("MIT OR Apache-2.0", true),
        ("Apache-2.0/MIT", true),
        ("Apache-2.0 / ISC", false),
        ("MIT AND Unicode-3.0", true),
        ("MIT AND ISC", false),
        ("(MIT OR Apache-2.0) AND Unicode-3.0", true),
        ("(ISC OR Apache-2.0) AND Unicode-3.0", false),
        // AND binds closer than OR.
        ("MIT OR ISC AND Zlib", true),
        ("Apache-2.0 WITH LLVM-exception", true),
        ("Apache-2.0 WITH LLVM-exception AND ISC", false),
        ("MIT WITH LLVM-exception", false),
    ] {
        let license = Expression::parse(text).unwrap_or_else(|error| panic!("{error}"));
        assert_eq!(license.is_allowed(allowed), expected, "{text}");
    }
    for text in ["", "MIT OR", "(MIT", "MIT)", "MIT Apache-2.0", "AND MIT", "MIT WITH"] {
        assert!(Expression::parse(text).is_err(), "{text}");
    }
}
