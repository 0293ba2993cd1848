//! The history of an object: the latest events on its page, and a link to all of them.

use crate::audit::query;
use crate::audit::query::EventFilter;
use crate::auth::actor::Actor;
use crate::common::error::AppError;
use crate::common::html::query_value;
use crate::db::Conn;

/// What `templates/audit/_history.html` shows.
#[derive(Debug)]
pub struct ObjectHistory {
    /// The log, filtered by the object.
    pub href: String,
    /// Its latest events, newest first.
    pub lines: Vec<HistoryLine>,
}

/// An event in words.
#[derive(Debug)]
pub struct HistoryLine {
    pub actor: String,
    pub description: String,
    /// When, for machines.
    pub iso: String,
    /// When, for people.
    pub ago: String,
    /// The page of the event.
    pub href: String,
}

/// Events on the page of an object.
const SHOWN: i64 = 5;

/// The history of an object, for a reader who may view the log: `history(conn, actor, "company", company.id)`.
pub fn history(
    conn: &mut Conn,
    actor: &Actor,
    kind: &str,
    id: impl std::fmt::Display,
) -> Result<Option<ObjectHistory>, AppError> {
    if !actor.permissions.view_audit() || actor.cx.request.fragment {
        return Ok(None);
    }
    let id = id.to_string();
    let visibility = actor.visibility(conn)?;
    let wanted = EventFilter::of_target(kind, &id);
    let lines = query::latest(conn, actor.organization, &wanted, &visibility, SHOWN)?;
    let lines = lines.into_iter().map(|line| HistoryLine {
        description: line.description(),
        iso: line.at.iso(),
        ago: line.at.ago(actor.cx.now, actor.zone),
        href: actor.path(&format!("/settings/audit/{}", line.seq)),
        actor: line.actor_name,
    });
    let target = query_value(&format!("{kind}:{id}"));
    Ok(Some(ObjectHistory {
        href: actor.path(&format!("/settings/audit?target={target}")),
        lines: lines.collect(),
    }))
}
