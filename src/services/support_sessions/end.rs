//! Ending support sessions.

use serde_json::json;

use crate::audit::{Action, Event, Events};
use crate::change_error;
use crate::common::error::AppError;
use crate::common::id::{SupportId, UserId};
use crate::common::time::Time;
use crate::db::Conn;
use crate::db::types::org_id::OrgId;
use crate::models::support_session;
use crate::models::support_session::open;
use crate::models::support_session::open::OpenSession;

/// Why a session ends, as the audit log says it.
#[derive(Debug, Clone, Copy)]
pub enum EndReason {
    ByHand,
    ConsentWithdrawn,
    Expired,
}

impl EndReason {
    fn as_str(self) -> &'static str {
        match self {
            Self::ByHand => "ended by hand",
            Self::ConsentWithdrawn => "consent withdrawn",
            Self::Expired => "time is up",
        }
    }
}

#[derive(Debug)]
pub enum EndSupportError {
    AlreadyEnded,
    Failed(AppError),
}

change_error!(EndSupportError);

/// Ends one session of an organization.
pub fn end(conn: &mut Conn, now: Time, organization: OrgId, id: SupportId) -> Result<((), Events), EndSupportError> {
    if !support_session::exists(conn, organization, id)? {
        return Err(AppError::NotFound.into());
    }
    let open = open::of_organization(conn, organization)?;
    let events = match open.iter().find(|session| session.id == id) {
        Some(session) => close(conn, session, now, EndReason::ByHand)?,
        None => None,
    };
    events.map(|events| ((), events)).ok_or(EndSupportError::AlreadyEnded)
}

/// Ends the active sessions of an operator, in one organization or everywhere.
pub fn end_own(
    conn: &mut Conn,
    now: Time,
    operator: UserId,
    organization: Option<OrgId>,
) -> Result<((), Events), AppError> {
    let mut open = open::of_operator(conn, operator)?;
    open.retain(|session| organization.is_none_or(|only| only == session.organization_id));
    Ok(((), close_all(conn, &open, now, EndReason::ByHand)?))
}

pub fn end_all_in(conn: &mut Conn, now: Time, organization: OrgId, reason: EndReason) -> Result<Events, AppError> {
    let open = open::of_organization(conn, organization)?;
    close_all(conn, &open, now, reason)
}

/// Ends sessions past their end, at most `most`.
pub fn expire(conn: &mut Conn, now: Time, most: i64) -> Result<Events, AppError> {
    let mut events = Events::none("no session is past its end");
    for session in open::overdue(conn, now, most)? {
        if let Some(closed) = close(conn, &session, session.ends_at, EndReason::Expired)? {
            events = events.and(closed);
        }
    }
    Ok(events)
}

fn close_all(conn: &mut Conn, open: &[OpenSession], at: Time, reason: EndReason) -> Result<Events, AppError> {
    let mut events = Events::none("no session is active");
    for session in open {
        if let Some(closed) = close(conn, session, at, reason)? {
            events = events.and(closed);
        }
    }
    Ok(events)
}

/// `None` when it was ended at the same time.
fn close(conn: &mut Conn, session: &OpenSession, at: Time, reason: EndReason) -> Result<Option<Events>, AppError> {
    if !support_session::open::close(conn, session, at)? {
        return Ok(None);
    }
    let event = Event::new(Action::SupportEnded, "support", session.id, &session.operator)
        .before(json!({ "reason": session.reason }))
        .after(json!({ "how": reason.as_str(), "allowed_by": session.consent_by }));
    Ok(Some(Events::organization(session.organization_id, event)))
}
