use crate::app::Ctx;
use crate::audit::{Action, Events};
use crate::common::email::Email;
use crate::common::error::AppError;
use crate::common::token::Token;
use crate::db::Conn;
use crate::models::account_request;
use crate::models::account_request::AccountRequestKind;
use crate::models::email_token;
use crate::models::email_token::TokenKind;
use crate::models::login_attempt;
use crate::models::login_attempt::{AttemptKind, EmailQuota};
use crate::models::user;
use crate::models::user::Account;
use crate::services::accounts::{known_device, password, verification};

/// Requests a link to choose a new password. A job sends it, if the address has an account.
pub fn request(conn: &mut Conn, cx: &Ctx, address: &Email, next: &str) -> Result<Events, AppError> {
    if login_attempt::take_email(conn, cx, AttemptKind::Reset, address)? != EmailQuota::Available {
        return Ok(Events::none("no email was sent"));
    }
    account_request::insert(conn, cx, AccountRequestKind::Reset, address, next, None)?;
    Ok(Events::none("the job that sends the email records it"))
}

#[derive(Debug)]
pub enum ResetPasswordError {
    /// The link no longer works.
    Ended,
    Failed(AppError),
}
crate::change_error!(ResetPasswordError);

/// Sets the password of a link's account; returns it and the path to continue with after signing in. The link verifies the
/// address. It signs no one in: who has the mailbox does not have the second factor.
pub fn reset(
    conn: &mut Conn,
    cx: &Ctx,
    token: &Token,
    password_hash: &str,
) -> Result<(Account, String, Events), ResetPasswordError> {
    let link = email_token::find_open(conn, cx, TokenKind::Reset, token)?.ok_or(ResetPasswordError::Ended)?;
    if !email_token::take(conn, cx, TokenKind::Reset, token)? {
        return Err(ResetPasswordError::Ended);
    }
    let account = link.account;
    password::set(conn, cx, &account, password_hash, None)?;
    let verified = verification::mark_verified(conn, cx, &account)?;
    known_device::remember(cx, &user::by_id(conn, account.id)?);
    let events = account.event(Action::PasswordReset).and(verified);
    Ok((account, link.next, events))
}
