//! Contact addresses of an organization. A new address is used after it is verified by a link.

use serde_json::json;

use crate::app::Ctx;
use crate::audit::{Action, Event, Events};
use crate::auth::actor::Actor;
use crate::change_error;
use crate::common::email::Email;
use crate::common::error::AppError;
use crate::common::token::{Seed, Token};
use crate::db::Conn;
use crate::db::types::org_id::OrgId;
use crate::models::invitation_block;
use crate::models::login_attempt;
use crate::models::login_attempt::{AttemptKind, EmailQuota};
use crate::models::organization::contact;
use crate::models::organization::contact::{ContactKind, ContactVerification};
use crate::services::organizations::email;

#[derive(Debug)]
pub enum ContactError {
    AlreadyVerified,
    /// The address got its emails of this hour.
    TooSoon,
    /// The address accepts no emails from this organization.
    Blocked,
    /// No address waits for its verification.
    NothingPending,
    Failed(AppError),
}

change_error!(ContactError);

/// Saves an address and sends its verification link.
pub fn request(conn: &mut Conn, actor: &Actor, kind: ContactKind, email: &Email) -> Result<((), Events), ContactError> {
    if contact::find(conn, actor.organization, kind)?.email == email.as_str() {
        return Err(ContactError::AlreadyVerified);
    }
    send_link(conn, actor, kind, email)
}

/// Sends a new link to the address that waits for its verification.
pub fn resend(conn: &mut Conn, actor: &Actor, kind: ContactKind) -> Result<((), Events), ContactError> {
    let pending = contact::find(conn, actor.organization, kind)?.pending_email;
    if pending.is_empty() {
        return Err(ContactError::NothingPending);
    }
    send_link(conn, actor, kind, &Email::stored(pending))
}

fn send_link(conn: &mut Conn, actor: &Actor, kind: ContactKind, email: &Email) -> Result<((), Events), ContactError> {
    if invitation_block::blocks_organization(conn, actor.organization, email.as_str())? {
        return Err(ContactError::Blocked);
    }
    if login_attempt::take_email(conn, &actor.cx, AttemptKind::Email, email)? != EmailQuota::Available {
        return Err(ContactError::TooSoon);
    }
    let (seed, events) = record(conn, &actor.cx, actor.organization, kind, email)?;
    email::contact(conn, actor, kind, email, seed)?;
    Ok(((), events))
}

/// Saves an unverified address without an email.
pub fn record(
    conn: &mut Conn,
    cx: &Ctx,
    organization: OrgId,
    kind: ContactKind,
    email: &Email,
) -> Result<(Seed, Events), AppError> {
    let seed = contact::request(conn, cx, organization, kind, email)?;
    let event =
        Event::new(Action::ContactEntered, "contact", kind, kind.label()).after(json!({ "email": email.as_str() }));
    Ok((seed, Events::organization(organization, event)))
}

#[derive(Debug)]
pub enum VerificationError {
    /// The link is used, expired or replaced.
    LinkInvalid,
    Failed(AppError),
}

change_error!(VerificationError);

/// Verifies an address by its link.
pub fn verify(conn: &mut Conn, cx: &Ctx, token: &Token) -> Result<(ContactVerification, Events), VerificationError> {
    let Some(found) = contact::by_token(conn, cx, token)? else {
        return Err(VerificationError::LinkInvalid);
    };
    if !contact::verify(conn, cx, token, &found)? {
        return Err(VerificationError::LinkInvalid);
    }
    let kind = found.contact.kind;
    let event = Event::new(Action::ContactVerified, "contact", kind, kind.label())
        .before(json!({ "email": found.contact.email }))
        .after(json!({ "email": found.contact.pending_email }));
    let events = Events::organization(found.organization, event);
    Ok((found, events))
}

/// Removes the verified address and the one that waits.
pub fn remove(conn: &mut Conn, actor: &Actor, kind: ContactKind) -> Result<((), Events), AppError> {
    let was = contact::find(conn, actor.organization, kind)?;
    if !contact::remove(conn, actor.organization, kind)? {
        return Ok(((), Events::none("no address was saved")));
    }
    let event = Event::new(Action::ContactRemoved, "contact", kind, kind.label())
        .before(json!({ "email": was.email, "waiting": was.pending_email }));
    Ok(((), actor.event(event)))
}
