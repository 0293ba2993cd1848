//! Sends invitations again, with a new link.

use diesel::Connection;
use serde_json::json;

use crate::audit::{Action, Event, Events};
use crate::auth::actor::Actor;
use crate::authz::role::Role;
use crate::common::error::AppError;
use crate::common::time::Time;
use crate::db::Conn;
use crate::db::types::organization::InvitationStatus;
use crate::models::invitation;
use crate::models::invitation::{Invitation, search};
use crate::models::invitation_block;
use crate::models::membership::by_user;
use crate::services::invitations::allowance;
use crate::services::invitations::allowance::InvitationAllowance;
use crate::services::invitations::authority;
use crate::services::invitations::authority::InviteAuthority;
use crate::services::invitations::email;
use crate::services::invitations::transition;
use crate::services::invitations::transition::InvitationEvent;
use crate::services::invitations::visible::VisibleInvitation;

/// Why an invitation was not sent again.
pub enum ResendError {
    RoleNotAllowed(Role),
    Closed(InvitationStatus),
    /// The address has a newer invitation.
    NewerOpen,
    AlreadyMember,
    AccessEnded(Time),
    /// It was sent a moment ago.
    Cooldown {
        seconds: i64,
    },
    /// It was sent again too often within a day.
    TooOften {
        times: usize,
        from: Time,
    },
    DailyLimit(InvitationAllowance),
    /// The address accepts no invitations from this organization or this sender.
    Blocked,
    /// Another request changed it in between.
    Changed,
    Failed(AppError),
}

crate::change_error!(ResendError);

/// Sends one invitation again.
pub fn resend(conn: &mut Conn, actor: &Actor, id: &str) -> Result<(Invitation, Events), ResendError> {
    let authority = InviteAuthority::of(conn, actor)?;
    let visible = VisibleInvitation::find(conn, actor, &authority, id)?;
    if !visible.is_covered_by(&authority) {
        return Err(authority::refusal(conn, actor, visible.invitation.role)?.into());
    }
    let events = send(conn, actor, &authority, &visible)?;
    Ok((visible.invitation, events))
}

/// The result of sending several again: how many were sent, and why the others were not.
pub struct ResendResults {
    pub sent: usize,
    pub refused: Vec<(String, ResendError)>,
}

/// Sends several invitations again. Each can fail; the others are sent all the same.
pub fn resend_all(conn: &mut Conn, actor: &Actor, ids: &[String]) -> Result<(ResendResults, Events), AppError> {
    let authority = InviteAuthority::of(conn, actor)?;
    // All are read before the first is sent: an unknown id changes nothing.
    let mut selected = Vec::with_capacity(ids.len());
    for id in ids {
        selected.push(VisibleInvitation::find(conn, actor, &authority, id)?);
    }
    let mut results = ResendResults {
        sent: 0,
        refused: Vec::new(),
    };
    let mut events = Events::none("nothing was selected");
    for visible in &selected {
        match conn.transaction(|conn| send(conn, actor, &authority, visible)) {
            Ok(more) => {
                results.sent += 1;
                events = events.and(more);
            }
            Err(ResendError::Failed(error)) => return Err(error),
            Err(error) => results.refused.push((visible.invitation.email.clone(), error)),
        }
    }
    Ok((results, events))
}

fn send(
    conn: &mut Conn,
    actor: &Actor,
    authority: &InviteAuthority,
    visible: &VisibleInvitation,
) -> Result<Events, ResendError> {
    check(conn, actor, authority, visible)?;
    let (cx, was) = (&actor.cx, &visible.invitation);
    // The creator of the organization is part of what it hands over.
    let by = if was.hands_over { was.invited_by } else { authority.user };
    let Some(seed) = invitation::renew(conn, cx, was, by, actor.person.id)? else {
        return Err(ResendError::Changed);
    };
    let row = invitation::find(conn, actor.organization, was.id)?.ok_or(AppError::NotFound)?;
    email::replace(conn, actor, &row, visible.grants.clone(), seed)?;
    let event = Event::new(Action::InvitationResent, "invitation", was.id, &was.email)
        .before(json!({ "status": was.status.as_str(), "sent": was.sent_count, "expires": was.expires_at.iso() }))
        .after(json!({ "status": row.status.as_str(), "sent": row.sent_count, "expires": row.expires_at.iso() }));
    Ok(actor.event(event))
}

fn check(
    conn: &mut Conn,
    actor: &Actor,
    authority: &InviteAuthority,
    visible: &VisibleInvitation,
) -> Result<(), ResendError> {
    let (organization, now, was) = (actor.organization, actor.cx.now, &visible.invitation);
    if !visible.is_covered_by(authority) {
        return Err(ResendError::RoleNotAllowed(was.role));
    }
    let status = was.status_at(now);
    if transition::next(status, InvitationEvent::Resend).is_none() {
        return Err(ResendError::Closed(status));
    }
    if search::has_newer(conn, was)? {
        return Err(ResendError::NewerOpen);
    }
    if !by_user::members_among(conn, organization, &[was.email.as_str()])?.is_empty() {
        return Err(ResendError::AlreadyMember);
    }
    if let Some(end) = was.access_until.filter(|end| *end < now) {
        return Err(ResendError::AccessEnded(end));
    }
    let resent = allowance::resent(conn, was, now)?;
    if let Some(from) = transition::resend_from(was.last_sent_at, &resent, now) {
        let seconds = (from - now).as_seconds() + 1;
        return Err(if seconds <= 60 {
            ResendError::Cooldown { seconds }
        } else {
            let times = resent.len();
            ResendError::TooOften { times, from }
        });
    }
    if let Some(allowance) = allowance::refuses_again(conn, &actor.cx, was, actor.person.id)? {
        return Err(ResendError::DailyLimit(allowance));
    }
    let sender = actor.person.id;
    if !invitation_block::blocked_among(conn, organization, sender, &[was.email.as_str()])?.is_empty() {
        return Err(ResendError::Blocked);
    }
    Ok(())
}
