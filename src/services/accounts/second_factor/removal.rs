//! Turning a second factor off: by the person, or by an operator for someone who lost it.

use serde_json::json;

use crate::app::Ctx;
use crate::audit::{Action, Events};
use crate::auth::current_user::CurrentUser;
use crate::common::error::AppError;
use crate::common::id::UserId;
use crate::db::Conn;
use crate::models::login_attempt;
use crate::models::login_attempt::{AttemptSource, AttemptVerdict};
use crate::models::organization::of_user;
use crate::models::user::Account;
use crate::models::{backup_code, passkey, second_factor, session, sign_in_step, totp_secret, user};
use crate::services::accounts::second_factor::{backup_codes, email, totp};

#[derive(Debug)]
pub enum RemovalError {
    WrongCode,
    /// The password was changed since it was checked.
    Changed,
    /// An organization requires a second factor of the person, and this is the last one. Its name.
    Required(String),
    Failed(AppError),
}
crate::change_error!(RemovalError);

/// Refuses to remove the last factor of a person whose organization requires one.
pub fn check_required(conn: &mut Conn, person: &CurrentUser) -> Result<(), RemovalError> {
    match of_user::requiring_second_factor(conn, person.id)?.into_iter().next() {
        Some(name) => Err(RemovalError::Required(name)),
        None => Ok(()),
    }
}

/// Ends what depended on a factor that was removed. Without any factor left, backup codes are of no use.
pub fn settle(conn: &mut Conn, user: UserId) -> Result<bool, AppError> {
    let left = second_factor::refresh(conn, user)?;
    if !left {
        backup_code::remove(conn, user)?;
        session::forget_factors(conn, user)?;
    }
    sign_in_step::end_all(conn, user)?;
    Ok(left)
}

/// Counts an attempt to remove the app, before its code is checked. `false`: too many.
pub fn take_attempt(conn: &mut Conn, person: &CurrentUser) -> Result<(bool, Events), AppError> {
    let verdict = login_attempt::second_factor(conn, &person.cx, &person.email)?;
    Ok((
        verdict == AttemptVerdict::Allowed,
        Events::none("an attempt is not audited"),
    ))
}

/// Removes the authenticator app, for an account whose password was checked. All other sessions end.
pub fn remove_app(
    conn: &mut Conn,
    person: &CurrentUser,
    checked: &Account,
    code: &str,
) -> Result<Events, RemovalError> {
    let cx = &person.cx;
    second_factor::lock(conn, person.id)?;
    let account = user::by_id(conn, person.id)?;
    if account.password_hash != checked.password_hash {
        return Err(RemovalError::Changed);
    }
    let used = if totp::take(conn, cx, person.id, code)? {
        Events::none("the removal is recorded")
    } else {
        backup_codes::take(conn, cx, &account, code)?.ok_or(RemovalError::WrongCode)?
    };
    if passkey::count(conn, person.id)? == 0 {
        check_required(conn, person)?;
    }
    totp_secret::remove(conn, person.id)?;
    settle(conn, person.id)?;
    session::end_all(conn, person.id, Some(person.session))?;
    email::changed(
        conn,
        cx,
        &account,
        "The authenticator app was removed from your account",
    )?;
    login_attempt::clear_second_factor(conn, &account.email)?;
    login_attempt::clear(conn, &account.email, &AttemptSource::Session(person.session))?;
    Ok(used.and(account.event(Action::AppRemoved)))
}

/// Removes every second factor of an account, for someone who lost it. All sessions end.
pub fn remove_all(conn: &mut Conn, cx: &Ctx, account: &Account, reason: &str) -> Result<Events, AppError> {
    second_factor::lock(conn, account.id)?;
    totp_secret::remove(conn, account.id)?;
    passkey::remove_all(conn, account.id)?;
    settle(conn, account.id)?;
    session::end_all(conn, account.id, None)?;
    email::changed(
        conn,
        cx,
        account,
        "Two-factor authentication was removed from your account by an operator",
    )?;
    let event = account
        .audit_event(Action::SecondFactorRemoved)
        .after(json!({ "reason": reason }));
    Ok(Events::account(account.id, event))
}
