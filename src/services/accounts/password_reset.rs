use crate::app::Ctx;
use crate::audit::{Action, Events};
use crate::auth::Visit;
use crate::common::email::Email;
use crate::common::error::AppError;
use crate::common::token::Token;
use crate::db::Conn;
use crate::models::email_token;
use crate::models::email_token::TokenKind;
use crate::models::login_attempt;
use crate::models::login_attempt::{AttemptKind, EmailQuota};
use crate::models::user;
use crate::services::accounts::password;
use crate::services::accounts::sessions::NewSession;
use crate::services::accounts::{email, sessions, verification};

/// Sends a link to choose a new password, if the address has an account. Nothing may reveal whether it has.
pub fn request(conn: &mut Conn, cx: &Ctx, address: &Email, next: &str) -> Result<Events, AppError> {
    if login_attempt::take_email(conn, cx, AttemptKind::Reset, address)? != EmailQuota::Available {
        return Ok(Events::none("no email was sent"));
    }
    let Some(account) = user::by_email(conn, address)? else {
        return Ok(Events::none("no account has this address"));
    };
    email::reset(conn, cx, &account, next)?;
    Ok(account.event(Action::PasswordResetRequested))
}

#[derive(Debug)]
pub enum ResetPasswordError {
    /// The link no longer works.
    Ended,
    Failed(AppError),
}
crate::change_error!(ResetPasswordError);

/// Sets the password of a link's account and signs in; returns the path to continue with. The link verifies the address.
pub fn reset(
    conn: &mut Conn,
    visit: &Visit,
    token: &Token,
    password_hash: &str,
) -> Result<(NewSession, String, Events), ResetPasswordError> {
    let cx = &visit.cx;
    let link = email_token::find_open(conn, cx, TokenKind::Reset, token)?.ok_or(ResetPasswordError::Ended)?;
    if !email_token::take(conn, cx, TokenKind::Reset, token)? {
        return Err(ResetPasswordError::Ended);
    }
    let account = &link.account;
    password::set(conn, cx, account, password_hash, None)?;
    let verified = verification::mark_verified(conn, cx, account)?;
    let (session, begun) = sessions::begin(conn, cx, visit.person.as_ref(), account)?;
    let events = account.event(Action::PasswordReset).and(verified).and(begun);
    Ok((session, link.next, events))
}
