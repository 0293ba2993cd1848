//! A check of the security checklist, and the score.

use crate::auth::actor::Actor;
use crate::authz::decision::Permissions;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CheckResult {
    Passed,
    Failed,
    /// It can't be measured.
    Unknown,
}

#[derive(Debug, Clone)]
pub struct SecurityCheck {
    pub title: &'static str,
    pub result: CheckResult,
    /// What was measured.
    pub fact: String,
    /// Why it matters.
    pub why: &'static str,
    /// The page where it is changed: words and address.
    pub fix: Option<(&'static str, String)>,
}

impl SecurityCheck {
    /// The state in words, and its tone.
    pub fn badge(&self) -> (&'static str, &'static str) {
        match self.result {
            CheckResult::Passed => ("Passed", "success"),
            CheckResult::Failed => ("To do", "warning"),
            CheckResult::Unknown => ("Not measured", ""),
        }
    }
}

/// How many checks passed, of how many that were measured.
pub fn score(checks: &[SecurityCheck]) -> (i32, i32) {
    let count = |wanted: fn(CheckResult) -> bool| {
        i32::try_from(checks.iter().filter(|check| wanted(check.result)).count()).unwrap_or(i32::MAX)
    };
    (
        count(|result| result == CheckResult::Passed),
        count(|result| result != CheckResult::Unknown),
    )
}

/// Makes checks for a reader.
pub struct Checker<'a>(pub &'a Actor);

impl Checker<'_> {
    pub fn check(
        &self,
        title: &'static str,
        passed: Option<bool>,
        fact: String,
        why: &'static str,
        (allowed, words, path): (fn(Permissions) -> bool, &'static str, &str),
    ) -> SecurityCheck {
        SecurityCheck {
            title,
            result: match passed {
                Some(true) => CheckResult::Passed,
                Some(false) => CheckResult::Failed,
                None => CheckResult::Unknown,
            },
            fact,
            why,
            fix: allowed(self.0.permissions).then(|| (words, self.0.path(path))),
        }
    }
}
