use serde_json::json;

use crate::audit::{Action, Events};
use crate::auth::current_user::CurrentUser;
use crate::common::email::Email;
use crate::common::error::AppError;
use crate::common::token::Token;
use crate::db::Conn;
use crate::models::email_token;
use crate::models::email_token::{EmailLink, TokenKind};
use crate::models::login_attempt;
use crate::models::login_attempt::{AttemptKind, AttemptSource, EmailQuota};
use crate::models::session;
use crate::models::user;
use crate::models::user::Account;
use crate::services::accounts::sessions::NewSession;
use crate::services::accounts::{email, sessions, verification};

/// Sends the verification email to a new address, if its quota allows. Nothing changes, and nothing about the address is
/// revealed, before its owner opens the link.
pub fn request(
    conn: &mut Conn,
    person: &CurrentUser,
    account: &Account,
    new: &Email,
) -> Result<(EmailQuota, Events), AppError> {
    let cx = &person.cx;
    login_attempt::clear(conn, &account.email, &AttemptSource::Session(person.session))?;
    let quota = login_attempt::take_email(conn, cx, AttemptKind::Email, new)?;
    if quota != EmailQuota::Available {
        return Ok((quota, Events::none("no email was sent")));
    }
    email::email_change(conn, cx, account, new)?;
    let event = account
        .audit_event(Action::EmailChangeRequested)
        .after(json!({ "email": new.as_str() }));
    Ok((quota, person.event(event)))
}

/// The link of a token, if this user requested it.
pub fn find_link(conn: &mut Conn, person: &CurrentUser, token: &Token) -> Result<Option<EmailLink>, AppError> {
    let link = email_token::find_open(conn, &person.cx, TokenKind::Change, token)?;
    Ok(link.filter(|link| link.account.id == person.id))
}

#[derive(Debug)]
pub enum ChangeEmailError {
    /// The link no longer works.
    Ended,
    /// Another account has the address.
    Taken,
    Failed(AppError),
}
crate::change_error!(ChangeEmailError);

/// Changes the address to the one of a link. All sessions end, and a new one begins.
pub fn confirm(conn: &mut Conn, person: &CurrentUser, token: &Token) -> Result<(NewSession, Events), ChangeEmailError> {
    let cx = &person.cx;
    let link = find_link(conn, person, token)?.ok_or(ChangeEmailError::Ended)?;
    // The owner of the address opened the link, so this reveals only their own account.
    if user::by_email(conn, &link.email)?.is_some() {
        return Err(ChangeEmailError::Taken);
    }
    if !email_token::take(conn, cx, TokenKind::Change, token)? {
        return Err(ChangeEmailError::Ended);
    }
    let old = &link.account;
    // Another account may confirm the same address at this moment; the unique key decides.
    if !user::set_email(conn, old, &link.email, cx.now)? {
        return Err(ChangeEmailError::Taken);
    }
    email_token::retire(conn, cx, old.id, TokenKind::ALL)?;
    let appointed = if old.verified() {
        Events::none("the account was verified before")
    } else {
        verification::appoint_operator(conn, cx, old)?
    };
    session::end_all(conn, old.id, None)?;
    // An address that was never verified may belong to someone else.
    if old.verified() {
        email::email_changed(conn, cx, old, &link.email)?;
    }
    let (session, begun) = sessions::begin(conn, cx, None, old, person.facts.proofs)?;
    let event = old
        .audit_event(Action::EmailChanged)
        .before(json!({ "email": old.email }))
        .after(json!({ "email": link.email.as_str() }));
    Ok((session, person.event(event).and(appointed).and(begun)))
}
