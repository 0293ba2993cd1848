//! Blocks by the link in an invitation, without an account: whoever has the link got the email.
//!
//! An address that blocked an organization or a sender gets no invitation from it. The inviter gets one sentence for both,
//! and learns nothing about other senders.

use crate::app::Ctx;
use crate::audit::{Action, Event, Events};
use crate::common::email::Email;
use crate::common::error::AppError;
use crate::common::token::Token;
use crate::db::Conn;
use crate::mail::outbox;
use crate::models::invitation;
use crate::models::invitation::Invitation;
use crate::models::invitation_block;
use crate::models::login_attempt;

/// From whom an address accepts no invitations.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BlockScope {
    Organization,
    /// The inviter, in any organization.
    Sender,
}

impl BlockScope {
    pub fn parse(text: &str) -> Option<Self> {
        match text {
            "organization" => Some(Self::Organization),
            "sender" => Some(Self::Sender),
            _ => None,
        }
    }
}

/// The invitation of a link for a change by it, which is limited.
pub fn invitation_of(conn: &mut Conn, cx: &Ctx, token: &Token) -> Result<Invitation, AppError> {
    let found = invitation::find_by_token(conn, token)?
        .ok_or(AppError::NotFound)?
        .invitation;
    // The event is in its log, or the address in its rows.
    found.organization_id.advisory_lock(conn)?;
    login_attempt::block::take_block(conn, cx, &Email::stored(found.email.clone()))?;
    Ok(found)
}

/// Blocks further invitations to the address of the link. An email that was not sent yet is withdrawn.
pub fn block(conn: &mut Conn, cx: &Ctx, token: &Token, scope: BlockScope) -> Result<Events, AppError> {
    let of = invitation_of(conn, cx, token)?;
    let blocked = match scope {
        BlockScope::Organization => invitation_block::block_organization(conn, cx.now, of.organization_id, &of.email)?,
        BlockScope::Sender => invitation_block::block_sender(conn, cx.now, of.invited_by, &of.email)?,
    };
    if !blocked {
        return Ok(Events::none("it was blocked before"));
    }
    if let Some(mail) = of.mail_id {
        outbox::withdraw(conn, mail)?;
    }
    Ok(events(&of, scope, Action::InvitationsBlocked, Action::SenderBlocked))
}

/// Ends a block.
pub fn unblock(conn: &mut Conn, cx: &Ctx, token: &Token, scope: BlockScope) -> Result<Events, AppError> {
    let of = invitation_of(conn, cx, token)?;
    let unblocked = match scope {
        BlockScope::Organization => invitation_block::unblock_organization(conn, of.organization_id, &of.email)?,
        BlockScope::Sender => invitation_block::unblock_sender(conn, of.invited_by, &of.email)?,
    };
    if !unblocked {
        return Ok(Events::none("it was not blocked"));
    }
    Ok(events(
        &of,
        scope,
        Action::InvitationsUnblocked,
        Action::SenderUnblocked,
    ))
}

/// In the log of the organization, or in the one of the sender's account.
fn events(of: &Invitation, scope: BlockScope, organization: Action, sender: Action) -> Events {
    match scope {
        BlockScope::Organization => Events::organization(
            of.organization_id,
            Event::new(organization, "invitation", of.id, &of.email),
        ),
        BlockScope::Sender => Events::account(of.invited_by, Event::new(sender, "account", of.invited_by, &of.email)),
    }
}
