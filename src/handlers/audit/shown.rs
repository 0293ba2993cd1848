//! A line of the log as pages show it.

use crate::audit::{Action, Category, Entry};
use crate::common::device;
use crate::common::html::query_value;
use crate::common::time::Time;
use crate::handlers::audit::asked::AuditQuery;
use crate::handlers::audit::rules;
use crate::handlers::audit::rules::Change;

/// A line in words.
pub struct Shown {
    pub seq: i64,
    /// What was done, as a sentence that names its actor elsewhere.
    pub sentence: String,
    pub actor: String,
    /// The list of what the same person did.
    pub actor_href: Option<String>,
    pub on_behalf_of: Option<String>,
    pub at: Time,
    /// When, for people.
    pub ago: String,
    /// From where, and with what; nothing for what the house did.
    pub origin: Option<(String, String)>,
    /// What the browser said of itself.
    pub agent: String,
    pub request_id: String,
    /// The action's name.
    pub action: String,
    /// A word for the kind and its tone, where it is no plain change.
    pub badge: Option<(&'static str, &'static str)>,
    /// What it was done to, in words.
    pub target: String,
    /// The list of what was done to the same thing.
    pub target_href: String,
    /// What changed.
    pub changes: Vec<Change>,
}

impl Shown {
    /// The line for people, with links into the list at `base`.
    pub fn of(line: &Entry, base: &str, now: Time) -> Self {
        let (before, after) = line.details();
        let only = |name: &str, value: &str| format!("{base}{}", AuditQuery::default().query((name, value), ""));
        let target = format!("{}:{}", line.target_kind, line.target_id);
        let known = !line.ip.is_empty();
        Self {
            seq: line.seq,
            sentence: rules::capital(&line.sentence()),
            actor: line.actor_name.clone(),
            actor_href: line.actor_id.as_deref().map(|id| only("actor", id)),
            on_behalf_of: line.on_behalf_of.clone(),
            at: line.at,
            ago: line.at.ago(now),
            origin: known.then(|| {
                let words = device::device(&line.agent).words;
                (
                    line.ip.clone(),
                    words
                        .replace("An unknown", "an unknown")
                        .replace("A browser", "a browser"),
                )
            }),
            agent: line.agent.clone(),
            request_id: line.request_id.clone(),
            action: line.action.clone(),
            badge: line.action().and_then(badge),
            target: format!("{} ({})", line.target_label, line.target_kind.replace('_', " ")),
            target_href: only("target", &target),
            changes: rules::changes(&before, &after),
        }
    }

    /// The line's own page, under the list at `base`.
    pub fn href(&self, base: &str) -> String {
        format!("{base}/{}", self.seq)
    }

    /// Its request, as the list is narrowed to it.
    pub fn request_href(&self, base: &str) -> String {
        format!("{base}?q={}", query_value(&self.request_id))
    }
}

fn badge(action: Action) -> Option<(&'static str, &'static str)> {
    match (action, action.kind()) {
        (Action::SignInFailed | Action::AccountLocked, _) => Some(("Security", "danger")),
        (_, Category::Change) => None,
        (_, Category::Login) => Some(("Sign-in", "info")),
        (_, Category::Security) => Some(("Security", "warning")),
    }
}
