//! An event of the log as pages show it.

use serde_json::Value;

use crate::audit::{Action, AuditEntry, Category};
use crate::common::device;
use crate::common::time::Time;
use crate::handlers::audit::filter::{AuditQuery, AuditZones};
use crate::handlers::audit::labels;
use crate::handlers::audit::links::EventLinks;
use crate::handlers::audit::rules;
use crate::handlers::audit::rules::FieldChange;

/// An event in words.
pub struct EventLine {
    pub seq: i64,
    /// What was done, without the actor.
    pub description: String,
    pub actor: String,
    /// The actor's address, which gives their color.
    pub email: String,
    /// The events of the same actor.
    pub actor_href: Option<String>,
    /// The page of the actor.
    pub actor_page: Option<String>,
    pub on_behalf_of: Option<String>,
    pub at: Time,
    /// When, for people.
    pub ago: String,
    /// To the second, with the time zone.
    pub exact: String,
    /// IP address and device; `None` for Tenantry itself.
    pub origin: Option<(String, String)>,
    /// The browser.
    pub agent: String,
    pub request_id: String,
    /// The stable name of the action.
    pub action: String,
    /// The label and tone of the category, if it is no plain change.
    pub badge: Option<(&'static str, &'static str)>,
    /// The target: its name, and its kind.
    pub target: String,
    pub target_kind: String,
    /// The page of the target.
    pub target_page: Option<String>,
    /// The events on the same target.
    pub target_href: String,
    /// The changed fields, each with the page of the company that it names.
    pub changes: Vec<(FieldChange, Option<String>)>,
    /// Its page.
    pub href: String,
    /// The events of the same request.
    pub request_href: String,
}

impl EventLine {
    /// The event for people, with links into the list at `base`.
    pub fn of(line: &AuditEntry, links: &EventLinks, base: &str, now: Time, zones: AuditZones) -> Self {
        let (before, after) = line.details();
        let all = AuditQuery::unfiltered(zones);
        let only = |name: &str, value: &str| format!("{base}{}", all.query((name, value), ""));
        let target = format!("{}:{}", line.target_kind, line.target_id);
        let known = !line.ip.is_empty();
        Self {
            seq: line.seq,
            description: labels::capital(&line.description()),
            actor: line.actor_name.clone(),
            email: String::new(),
            actor_href: line.actor_id.as_deref().map(|id| only("actor", id)),
            actor_page: line.actor_id.as_deref().and_then(|id| links.person(id)),
            on_behalf_of: line.on_behalf_of.clone(),
            at: line.at,
            ago: line.at.ago(now, zones.times),
            exact: line.at.exact(zones.times),
            origin: known.then(|| (line.ip.clone(), device::device(&line.agent).words)),
            agent: line.agent.clone(),
            request_id: line.request_id.clone(),
            action: line.action.clone(),
            badge: line.action().and_then(badge),
            target: line.target_label.clone(),
            target_kind: line.target_kind.replace('_', " "),
            target_page: links.target(&line.target_kind, &line.target_id),
            target_href: only("target", &target),
            changes: changes(line, &before, &after, links, zones),
            href: format!("{base}/{}{}", line.seq, all.query(("", ""), "")),
            request_href: only("q", &line.request_id),
        }
    }
}

/// The changed fields. Where a request came from has its own lines.
fn changes(
    line: &AuditEntry,
    before: &Value,
    after: &Value,
    links: &EventLinks,
    zones: AuditZones,
) -> Vec<(FieldChange, Option<String>)> {
    let of = |field: &str| after.get(field).and_then(Value::as_str).unwrap_or_default();
    let repeated = of("ip") == line.ip && of("agent") == line.agent;
    rules::changes(before, after, zones)
        .into_iter()
        .filter(|change| !repeated || !["IP address", "Device"].contains(&change.field.as_str()))
        .map(|change| {
            let page = change.company.as_deref().and_then(|id| links.company(id));
            (change, page)
        })
        .collect()
}

fn badge(action: Action) -> Option<(&'static str, &'static str)> {
    match (action, action.category()) {
        (Action::SignInFailed | Action::AccountLocked, _) => Some(("Security", "danger")),
        (_, Category::Change) => None,
        (_, Category::Login) => Some(("Sign-in", "info")),
        (_, Category::Security) => Some(("Security", "warning")),
    }
}
