//! "This wasn't me": the owner of an account reports a sign-in.

use crate::app::Ctx;
use crate::audit::{Action, ActorRef, Events};
use crate::common::error::AppError;
use crate::common::id::SessionId;
use crate::common::token::Token;
use crate::db::Conn;
use crate::models::email_token;
use crate::models::email_token::TokenKind;
use crate::models::{session, sign_in_step, user};
use crate::services::accounts::email;

#[derive(Debug)]
pub enum DenialError {
    /// The link no longer works.
    Ended,
    Failed(AppError),
}
crate::change_error!(DenialError);

/// Ends the session of a link, makes every device count as new, and sends the link to choose a new password.
pub fn deny(conn: &mut Conn, cx: &Ctx, token: &Token) -> Result<(ActorRef, Events), DenialError> {
    let link = email_token::find_open(conn, cx, TokenKind::SignIn, token)?.ok_or(DenialError::Ended)?;
    if !email_token::take(conn, cx, TokenKind::SignIn, token)? {
        return Err(DenialError::Ended);
    }
    let account = &link.account;
    if let Some(id) = SessionId::parse(&link.next) {
        session::end(conn, account.id, id)?;
    }
    sign_in_step::end_all(conn, account.id)?;
    user::forget_devices(conn, account.id)?;
    email::reset(conn, cx, account, "")?;
    Ok((account.actor(), account.event(Action::SignInDenied)))
}
