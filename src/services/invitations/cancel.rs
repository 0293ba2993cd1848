//! Cancels invitations.

use serde_json::json;

use crate::audit::{Action, Event, Events};
use crate::auth::actor::Actor;
use crate::common::error::AppError;
use crate::common::id::UserId;
use crate::db::Conn;
use crate::db::types::organization::InvitationStatus;
use crate::mail::outbox;
use crate::models::invitation;
use crate::models::invitation::Invitation;
use crate::services::invitations::authority::InviteAuthority;
use crate::services::invitations::transition;
use crate::services::invitations::transition::InvitationEvent;
use crate::services::invitations::visible::VisibleInvitation;

/// Why an invitation was not cancelled.
pub enum CancelError {
    /// It is not open.
    Closed,
    Failed(AppError),
}

crate::change_error!(CancelError);

pub fn cancel(conn: &mut Conn, actor: &Actor, id: &str) -> Result<(Invitation, Events), CancelError> {
    let authority = InviteAuthority::of(conn, actor)?;
    let was = VisibleInvitation::find_authorized(conn, actor, &authority, id)?.invitation;
    if transition::next(was.status_at(actor.cx.now), InvitationEvent::Cancel).is_none() {
        return Err(CancelError::Closed);
    }
    let events = close(conn, actor, &was)?.ok_or(CancelError::Closed)?;
    Ok((was, events))
}

/// Cancels the open invitations that a member sent.
pub fn cancel_sent_by(conn: &mut Conn, actor: &Actor, user: UserId) -> Result<Events, AppError> {
    let mut events = Events::none("no invitation was open");
    for was in invitation::pending_sent_by(conn, actor.organization, user)? {
        if let Some(cancelled) = close(conn, actor, &was)? {
            events = events.and(cancelled);
        }
    }
    Ok(events)
}

/// `None` when it is not open anymore.
pub(super) fn close(conn: &mut Conn, actor: &Actor, was: &Invitation) -> Result<Option<Events>, AppError> {
    let to = InvitationStatus::Cancelled;
    if !invitation::close(conn, &actor.cx, actor.organization, was.id, to)? {
        return Ok(None);
    }
    if let Some(mail) = was.mail_id {
        outbox::withdraw(conn, mail)?;
    }
    let event = Event::new(Action::InvitationCancelled, "invitation", was.id, &was.email)
        .before(json!({ "status": was.status.as_str() }))
        .after(json!({ "status": to.as_str() }));
    Ok(Some(actor.event(event)))
}
