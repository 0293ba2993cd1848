//! What `bin/bench` asks for: sizes, engines, statistics. `bin/bench --help` explains the flags.

use std::path::PathBuf;

/// How much is filled.
#[derive(Debug, Clone, Copy)]
pub struct Sizes {
    pub organizations: usize,
    /// In the large organization.
    pub members: usize,
    pub companies: usize,
    pub groups: usize,
    pub invitations: usize,
    pub events: usize,
    /// Pending invitations in the other organizations together.
    pub other_invitations: usize,
    /// The organizations of one person.
    pub memberships: usize,
}

impl Sizes {
    const FULL: Self = Self {
        organizations: 1_000,
        members: 100_000,
        companies: 1_000,
        groups: 5_000,
        invitations: 10_000,
        events: 1_000_000,
        other_invitations: 4_000,
        memberships: 200,
    };
    const QUICK: Self = Self {
        organizations: 150,
        members: 20_000,
        companies: 300,
        groups: 1_000,
        invitations: 2_000,
        events: 50_000,
        other_invitations: 600,
        memberships: 100,
    };
    const GROWN: Self = Self {
        organizations: 10_000,
        members: 1_000_000,
        ..Self::FULL
    };
}

/// The sizes of organizations that the large one is compared with.
pub const TWENTY: usize = 20;
pub const FIFTY: usize = 50;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Statistics {
    No,
    Yes,
}

impl Statistics {
    pub fn label(self) -> &'static str {
        match self {
            Self::No => "without statistics",
            Self::Yes => "with statistics",
        }
    }
}

#[derive(Debug, Clone)]
pub struct Options {
    pub sizes: Sizes,
    pub quick: bool,
    pub grown: bool,
    pub sqlite: bool,
    pub postgres: bool,
    pub statistics: Vec<Statistics>,
    /// The binary of another commit, and the binary that fills a database for it.
    pub before: Option<(PathBuf, PathBuf)>,
    /// Only fill the databases, for the build of another commit.
    pub fills_only: bool,
    /// The name of the PostgreSQL database.
    pub name: String,
    /// Parts that were asked for; empty for all.
    pub parts: Vec<String>,
}

impl Options {
    pub fn read(args: &[String]) -> Self {
        let mut options = Self {
            sizes: Sizes::FULL,
            quick: false,
            grown: false,
            sqlite: true,
            postgres: std::env::var_os("TENANTRY_BENCH_POSTGRES").is_some(),
            statistics: vec![Statistics::No, Statistics::Yes],
            before: None,
            fills_only: false,
            name: "after".to_owned(),
            parts: Vec::new(),
        };
        let mut args = args.iter().map(String::as_str);
        while let Some(flag) = args.next() {
            let mut value = || args.next().unwrap_or_else(|| panic!("{flag} needs a value"));
            match flag {
                "--quick" => {
                    options.quick = true;
                    options.sizes = Sizes::QUICK;
                    options.statistics = vec![Statistics::Yes];
                }
                "--grow" => {
                    options.grown = true;
                    options.sizes = Sizes::GROWN;
                }
                "--fill-only" => {
                    options.fills_only = true;
                    options.name = value().to_owned();
                }
                "--part" => options.parts.push(value().to_owned()),
                "--before" => options.before = Some((value().into(), value().into())),
                "--only" => match value() {
                    "sqlite" => options.postgres = false,
                    "postgres" => options.sqlite = false,
                    other => panic!("--only takes sqlite or postgres, not {other}"),
                },
                "--statistics" => {
                    options.statistics = match value() {
                        "no" => vec![Statistics::No],
                        "yes" => vec![Statistics::Yes],
                        "both" => vec![Statistics::No, Statistics::Yes],
                        other => panic!("--statistics takes no, yes or both, not {other}"),
                    }
                }
                other => panic!("{other} is no flag of the benchmark"),
            }
        }
        options
    }

    pub fn wants(&self, part: &str) -> bool {
        self.parts.is_empty() || self.parts.iter().any(|wanted| wanted == part)
    }
}
