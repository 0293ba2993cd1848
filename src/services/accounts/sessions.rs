use serde_json::json;

use crate::app::Ctx;
use crate::audit::{Action, ActorRef, Event, Events};
use crate::auth::current_user::CurrentUser;
use crate::authz::session_rules::Proofs;
use crate::common::error::AppError;
use crate::common::id::SessionId;
use crate::common::token::Token;
use crate::db::Conn;
use crate::models::organization::of_user;
use crate::models::session;
use crate::models::user;
use crate::models::user::Account;
use crate::services::accounts::{email, known_device};

/// A session that began, with what its first page depends on.
#[derive(Debug)]
pub struct NewSession {
    pub token: Token,
    pub actor: ActorRef,
    /// Whether the account is an active member of an organization.
    pub has_organization: bool,
    /// The slug of the organization that the account used last.
    pub last_used: Option<String>,
}

/// Begins a session with what was proved. The session that the browser had before ends.
pub fn begin(
    conn: &mut Conn,
    cx: &Ctx,
    before: Option<&CurrentUser>,
    account: &Account,
    proofs: Proofs,
) -> Result<(NewSession, Events), AppError> {
    let mut events = Events::default();
    if let Some(before) = before
        && session::end(conn, before.id, before.session)?
    {
        events = signed_out(before);
    }
    let (token, id) = session::begin(conn, cx, account.id, proofs)?;
    // As it is now: the caller may have changed the password.
    let present = user::by_id(conn, account.id)?;
    if present.first_sign_in_at.is_none() {
        user::note_first_sign_in(conn, account.id, cx.now)?;
    } else if !known_device::is_seen(cx, &present) {
        email::new_device(conn, cx, &present, id)?;
    }
    known_device::remember(cx, &present);
    let event = Event::new(Action::SignedIn, "session", id, "session")
        .after(json!({ "ip": cx.request.ip, "agent": cx.request.agent }));
    let new = NewSession {
        token,
        actor: account.actor(),
        has_organization: user::has_organization(conn, account.id)?,
        last_used: of_user::last_used(conn, account.id, cx.now)?,
    };
    Ok((new, events.and(Events::account(account.id, event))))
}

fn signed_out(user: &CurrentUser) -> Events {
    user.event(Event::new(Action::SignedOut, "session", user.session, "session"))
}

/// Ends the session of the request.
pub fn sign_out(conn: &mut Conn, user: &CurrentUser) -> Result<Events, AppError> {
    session::end(conn, user.id, user.session)?;
    Ok(signed_out(user))
}

/// Notes activity, so that the session does not end for want of it.
pub fn renew(conn: &mut Conn, user: &CurrentUser) -> Result<Events, AppError> {
    user.touch(conn, None)?;
    Ok(Events::none("activity is not audited"))
}

#[derive(Debug)]
pub enum EndSessionError {
    /// The session of the request, which ends by signing out.
    Current,
    Failed(AppError),
}
crate::change_error!(EndSessionError);

/// Ends another session of the user.
pub fn end(conn: &mut Conn, user: &CurrentUser, id: SessionId) -> Result<Events, EndSessionError> {
    if id == user.session {
        return Err(EndSessionError::Current);
    }
    if !session::end(conn, user.id, id)? {
        return Err(AppError::NotFound.into());
    }
    Ok(user.event(Event::new(Action::SessionEnded, "session", id, "session")))
}

/// Ends all other sessions of the user; returns how many.
pub fn end_others(conn: &mut Conn, user: &CurrentUser) -> Result<(usize, Events), AppError> {
    let ended = session::end_all(conn, user.id, Some(user.session))?;
    if ended == 0 {
        return Ok((0, Events::none("there are no other sessions")));
    }
    let event = Event::new(Action::OtherSessionsEnded, "account", user.id, user.email.as_str())
        .after(json!({ "sessions": ended }));
    Ok((ended, user.event(event)))
}
