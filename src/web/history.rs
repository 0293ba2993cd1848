//! An object's own history: its latest lines on its page, and the way to all of them.

use diesel::prelude::*;

use crate::audit::Entry;
use crate::audit::visibility::Sight;
use crate::auth::actor::Member;
use crate::common::error::AppError;
use crate::common::html::query_value;
use crate::db::Conn;
use crate::db::schema::deeds;

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
    /// Who.
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
///
/// # Errors
/// When the database fails.
pub fn history(
    conn: &mut Conn,
    member: &Member,
    kind: &str,
    id: impl std::fmt::Display,
) -> Result<Option<History>, AppError> {
    if !member.rights.view_audit() || member.cx.request.fragment {
        return Ok(None);
    }
    let (id, sight) = (id.to_string(), Sight::of(conn, member)?);
    let lines: Vec<Entry> = deeds::table
        .filter(deeds::organization_id.eq(member.organization))
        .filter(deeds::target_kind.eq(kind))
        .filter(deeds::target_id.eq(&id))
        .filter(deeds::seq.ge(1))
        .order(deeds::id.desc())
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
            ago: line.at.ago(member.cx.now),
            href: member.path(&format!("/settings/audit/{}", line.seq)),
            actor: line.actor_name,
        })
        .collect();
    let target = query_value(&format!("{kind}:{id}"));
    let href = member.path(&format!("/settings/audit?target={target}"));
    Ok(Some(History { href, lines }))
}
