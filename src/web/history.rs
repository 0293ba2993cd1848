//! An object's own history: its latest lines on its page, and the way to all of them.

use diesel::prelude::*;

use crate::audit::Entry;
use crate::audit::visibility::Visibility;
use crate::auth::actor::Actor;
use crate::common::error::AppError;
use crate::common::html::query_value;
use crate::db::Conn;
use crate::db::schema::audit_events;

/// What `templates/audit/_history.html` shows.
#[derive(Debug)]
pub struct History {
    /// The log, narrowed to the object.
    pub href: String,
    /// Its latest lines, newest first.
    pub lines: Vec<Told>,
}

/// A line in words.
#[derive(Debug)]
pub struct Told {
    pub actor: String,
    /// What.
    pub sentence: String,
    /// When, for machines.
    pub iso: String,
    /// When, for people.
    pub ago: String,
    /// The line's own page.
    pub href: String,
}

/// So many lines stand on an object's page, of so many that are looked at.
const SHOWN: usize = 5;
const LOOKED_AT: i64 = 40;

/// The history of an object, for a reader who may see the log: `history(conn, member, "company", company.id)`.
pub fn history(
    conn: &mut Conn,
    actor: &Actor,
    kind: &str,
    id: impl std::fmt::Display,
) -> Result<Option<History>, AppError> {
    if !actor.permissions.view_audit() || actor.cx.request.fragment {
        return Ok(None);
    }
    let (id, sight) = (id.to_string(), Visibility::of(conn, actor)?);
    let lines: Vec<Entry> = audit_events::table
        .filter(audit_events::organization_id.eq(actor.organization))
        .filter(audit_events::target_kind.eq(kind))
        .filter(audit_events::target_id.eq(&id))
        .filter(audit_events::seq.ge(1))
        .order(audit_events::id.desc())
        .limit(LOOKED_AT)
        .select(Entry::as_select())
        .load(conn)?;
    let lines: Vec<Told> = lines
        .into_iter()
        .filter(|line| sight.sees(line))
        .take(SHOWN)
        .map(|line| Told {
            sentence: line.sentence(),
            iso: line.at.iso(),
            ago: line.at.ago(actor.cx.now),
            href: actor.path(&format!("/settings/audit/{}", line.seq)),
            actor: line.actor_name,
        })
        .collect();
    let target = query_value(&format!("{kind}:{id}"));
    let href = actor.path(&format!("/settings/audit?target={target}"));
    Ok(Some(History { href, lines }))
}
