//! Reads of the log whose cost does not grow with the log. Numbers have no gaps, so a range of numbers limits what a query
//! looks at.

use diesel::prelude::*;

use crate::audit::chain::chained;
use crate::audit::visibility::Visibility;
use crate::audit::{Action, AuditEntry, Category};
use crate::common::id::UserId;
use crate::common::search;
use crate::common::time::Time;
use crate::db::Conn;
use crate::db::schema::audit_events;
use crate::db::types::org_id::OrgId;

/// Which of the visible events are wanted.
#[derive(Debug, Clone, Default)]
pub struct EventFilter {
    /// Words that must all be in an event's names, IP address or request, folded.
    pub words: Vec<Vec<u8>>,
    /// The actor.
    pub actor: Option<ActorFilter>,
    /// One of these actions.
    pub actions: Option<Vec<Action>>,
    /// Without sign-ins and sign-outs.
    pub hide_logins: bool,
    /// The target: kind and id.
    pub target: Option<(String, String)>,
    /// From this moment on.
    pub from: Option<Time>,
    /// Up to this moment.
    pub until: Option<Time>,
}

/// Whether an account did this to a target before.
pub fn has_done(
    conn: &mut Conn,
    organization: OrgId,
    actor: UserId,
    action: Action,
    target: (&str, &str),
) -> QueryResult<bool> {
    diesel::select(diesel::dsl::exists(
        audit_events::table
            .filter(audit_events::organization_id.eq(organization))
            .filter(audit_events::target_kind.eq(target.0))
            .filter(audit_events::target_id.eq(target.1))
            .filter(audit_events::action.eq(action.as_str()))
            .filter(audit_events::actor_id.eq(actor.to_string())),
    ))
    .get_result(conn)
}

/// The actor of a filter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ActorFilter {
    /// An account.
    Account(String),
    /// Every actor whose name at the time has these words, folded.
    Named(Vec<Vec<u8>>),
}

impl EventFilter {
    /// The events on one target.
    pub fn of_target(kind: &str, id: &str) -> Self {
        Self {
            target: Some((kind.to_owned(), id.to_owned())),
            ..Self::default()
        }
    }

    /// Whether an event must be read to tell.
    pub(super) fn is_read(&self) -> bool {
        !self.words.is_empty() || matches!(self.actor, Some(ActorFilter::Named(_)))
    }

    /// Whether an index leads to the events, so that no range of numbers must limit the query.
    pub(super) fn is_led(&self) -> bool {
        let action = self.actions.as_ref().is_some_and(|actions| actions.len() == 1);
        action || self.target.is_some() || matches!(self.actor, Some(ActorFilter::Account(_)))
    }

    /// Whether the words of an event match.
    pub(super) fn reads(&self, line: &AuditEntry) -> bool {
        let by = match &self.actor {
            Some(ActorFilter::Named(words)) => search::contains(&line.actor_name, words),
            _ => true,
        };
        by && (self.words.is_empty() || {
            let text = [
                line.actor_name.as_str(),
                line.on_behalf_of.as_deref().unwrap_or_default(),
                &line.target_label,
                &line.ip,
                &line.request_id,
            ];
            search::contains(&text.join("\n"), &self.words)
        })
    }
}

/// A position in the list, as the parameter `after` has it: below an event or, with a minus sign, above it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SeqCursor {
    /// The newest events.
    Top,
    /// Older than this event.
    Below(i64),
    /// Newer than this event.
    Above(i64),
}

impl SeqCursor {
    /// Reads `after`; a text that is no position is the top.
    pub fn parse(after: &str) -> Self {
        match after.parse::<i64>() {
            Ok(seq) if seq > 0 => Self::Below(seq),
            Ok(seq) if seq < 0 => Self::Above(seq.saturating_neg()),
            _ => Self::Top,
        }
    }
}

/// Events in the order of their numbers, after `after` up to `last`, at most `most`.
pub fn stretch(conn: &mut Conn, organization: OrgId, after: i64, last: i64, most: i64) -> QueryResult<Vec<AuditEntry>> {
    audit_events::table
        .filter(audit_events::organization_id.eq(organization))
        .filter(chained())
        .filter(audit_events::seq.gt(after))
        .filter(audit_events::seq.le(last))
        .order(audit_events::seq)
        .limit(most)
        .select(AuditEntry::as_select())
        .load(conn)
}

/// One event.
pub fn find(conn: &mut Conn, organization: OrgId, seq: i64) -> QueryResult<Option<AuditEntry>> {
    Ok(stretch(conn, organization, seq - 1, seq, 1)?.pop())
}

/// The latest visible events on a target, newest first.
pub fn latest(
    conn: &mut Conn,
    organization: OrgId,
    wanted: &EventFilter,
    visibility: &Visibility,
    most: i64,
) -> QueryResult<Vec<AuditEntry>> {
    between(
        conn,
        organization,
        wanted,
        visibility,
        (0, i64::MAX),
        EventOrder::Down,
        most,
    )
}

/// The direction of a walk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum EventOrder {
    /// To older events.
    Down,
    /// To newer events.
    Up,
}

/// The visible events strictly between two numbers that the database can match.
pub(super) fn between(
    conn: &mut Conn,
    organization: OrgId,
    wanted: &EventFilter,
    visibility: &Visibility,
    (above, below): (i64, i64),
    way: EventOrder,
    most: i64,
) -> QueryResult<Vec<AuditEntry>> {
    let mut query = audit_events::table
        .filter(audit_events::organization_id.eq(organization))
        .filter(audit_events::seq.ge(above.max(0) + 1))
        .filter(audit_events::seq.lt(below))
        .limit(most)
        .select(AuditEntry::as_select())
        .into_boxed();
    match visibility {
        // The condition of the index of numbers; without it SQLite uses the index that leads to the events.
        Visibility::Everything if !wanted.is_led() => query = query.filter(chained()),
        Visibility::Everything => {}
        Visibility::Part(part) => {
            query = query.filter(
                audit_events::actor_id
                    .eq(&part.reader)
                    .or(audit_events::action.eq_any(part.actions()))
                    .or(audit_events::company_id.eq_any(&part.companies)),
            );
        }
    }
    if let Some(ActorFilter::Account(id)) = &wanted.actor {
        query = query.filter(audit_events::actor_id.eq(id));
    }
    match wanted.actions.as_deref() {
        None => {}
        Some([action]) => query = query.filter(audit_events::action.eq(action.as_str())),
        Some(several) => {
            query = query.filter(audit_events::action.eq_any(several.iter().map(|action| action.as_str())));
        }
    }
    if wanted.hide_logins {
        for action in Action::ALL.iter().filter(|action| action.category() == Category::Login) {
            query = query.filter(audit_events::action.ne(action.as_str()));
        }
    }
    if let Some((kind, id)) = &wanted.target {
        query = query
            .filter(audit_events::target_kind.eq(kind))
            .filter(audit_events::target_id.eq(id));
    }
    if let Some(from) = wanted.from {
        query = query.filter(audit_events::at.ge(from));
    }
    if let Some(until) = wanted.until {
        query = query.filter(audit_events::at.le(until));
    }
    match way {
        EventOrder::Down => query.order(audit_events::seq.desc()).load(conn),
        EventOrder::Up => query.order(audit_events::seq).load(conn),
    }
}
