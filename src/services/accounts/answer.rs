//! Answers what was requested for an address. Only the owner of the address learns whether it has an account, by email. For
//! an address without one an email is written as well and goes to no one, so that the work behind the scenes is alike too.

use crate::app::Ctx;
use crate::audit::{Action, ActorRef, Events};
use crate::common::error::AppError;
use crate::common::id::UserId;
use crate::db::Conn;
use crate::models::account_request;
use crate::models::account_request::{AccountRequest, AccountRequestKind};
use crate::models::email_token;
use crate::models::email_token::TokenKind;
use crate::models::login_attempt::{COOL_DOWN, LOCK};
use crate::models::user;
use crate::models::user::Account;
use crate::services::accounts::email;

type Answered = (Option<ActorRef>, Events);

/// Answers one request, and deletes it.
pub fn answer(conn: &mut Conn, cx: &Ctx, request: &AccountRequest) -> Result<Answered, AppError> {
    if !account_request::delete(conn, request.id)? {
        return Ok((None, Events::none("it was answered before")));
    }
    let account = user::by_email(conn, &request.address())?;
    match (request.kind, account) {
        (AccountRequestKind::SignUp, None) => create(conn, cx, request),
        (AccountRequestKind::SignUp, Some(account)) => remind(conn, cx, request, &account),
        (kind, None) => {
            email::to_no_one(conn, cx, kind)?;
            Ok((None, Events::none("no account has this address")))
        }
        (AccountRequestKind::Verification, Some(account)) => verify(conn, cx, &account),
        (AccountRequestKind::Reset, Some(account)) => {
            email::reset(conn, cx, &account, &request.next)?;
            Ok((None, account.event(Action::PasswordResetRequested)))
        }
        (AccountRequestKind::Unlock, Some(account)) => lock(conn, cx, &account),
    }
}

fn create(conn: &mut Conn, cx: &Ctx, request: &AccountRequest) -> Result<Answered, AppError> {
    // The browser knows the id. One that was used by now belongs to an account that has another address since.
    let id = match request.user() {
        Some(id) if !user::exists(conn, id)? => id,
        _ => UserId::fresh(),
    };
    let address = request.address();
    // None: another job created the account between two statements. The next try finds it.
    let account = user::add_as(conn, cx, id, &request.name, &address, &request.password_hash)?.ok_or(AppError::Busy)?;
    email::verify(conn, cx, &account, &request.next)?;
    Ok((Some(account.actor()), account.event(Action::SignedUp)))
}

/// Tells the owner of an address that someone tried to sign up with it.
fn remind(conn: &mut Conn, cx: &Ctx, request: &AccountRequest, account: &Account) -> Result<Answered, AppError> {
    // Two sign-ups at the same moment may be answered in either order.
    let sent = email_token::issued_since(conn, account.id, TokenKind::Verify, cx.now - COOL_DOWN)?;
    if !request.reminds || sent {
        email::to_no_one(conn, cx, request.kind)?;
    } else if account.verified() {
        email::account_exists(conn, cx, account)?;
    } else {
        email::verify(conn, cx, account, &request.next)?;
    }
    Ok((None, Events::none("the account exists")))
}

fn verify(conn: &mut Conn, cx: &Ctx, account: &Account) -> Result<Answered, AppError> {
    if account.verified() {
        email::account_exists(conn, cx, account)?;
        return Ok((None, Events::none("the account does not change")));
    }
    let next = email_token::latest_next(conn, account.id, TokenKind::Verify)?;
    email::verify(conn, cx, account, &next)?;
    Ok((Some(account.actor()), account.event(Action::VerificationRequested)))
}

fn lock(conn: &mut Conn, cx: &Ctx, account: &Account) -> Result<Answered, AppError> {
    if email_token::issued_since(conn, account.id, TokenKind::Unlock, cx.now - LOCK)? {
        email::to_no_one(conn, cx, AccountRequestKind::Unlock)?;
        return Ok((None, Events::none("locked before")));
    }
    email::unlock(conn, cx, account)?;
    Ok((None, account.event(Action::AccountLocked)))
}
