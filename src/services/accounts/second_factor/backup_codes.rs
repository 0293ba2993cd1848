//! Backup codes: what signs in when the app or the passkey is not at hand.

use crate::app::Ctx;
use crate::audit::{Action, Events};
use crate::auth::current_user::CurrentUser;
use crate::common::error::AppError;
use crate::db::Conn;
use crate::models::login_attempt;
use crate::models::login_attempt::AttemptSource;
use crate::models::user::Account;
use crate::models::{backup_code, second_factor, user};
use crate::services::accounts::second_factor::email;

/// From this number on the email about a used code asks for new ones.
pub const FEW: i64 = 3;

pub(in crate::services::accounts) fn fresh(conn: &mut Conn, person: &CurrentUser) -> Result<Vec<String>, AppError> {
    Ok(backup_code::replace(conn, &person.cx, person.id)?)
}

/// Replaces the codes. The caller has checked a proof of the person.
pub fn replace(conn: &mut Conn, person: &CurrentUser) -> Result<(Vec<String>, Events), AppError> {
    second_factor::lock(conn, person.id)?;
    if !second_factor::of(conn, person.id)? {
        return Err(AppError::NotFound);
    }
    let account = user::by_id(conn, person.id)?;
    let codes = fresh(conn, person)?;
    email::changed(
        conn,
        &person.cx,
        &account,
        "New backup codes were made for your account",
    )?;
    login_attempt::clear(conn, &account.email, &AttemptSource::Session(person.session))?;
    Ok((codes, account.event(Action::BackupCodesReplaced)))
}

/// Uses a code: `None` when it is wrong or was used. The owner of the account is told by email.
pub fn take(conn: &mut Conn, cx: &Ctx, account: &Account, code: &str) -> Result<Option<Events>, AppError> {
    if !backup_code::take(conn, cx, account.id, code)? {
        return Ok(None);
    }
    let left = backup_code::left(conn, account.id)?;
    email::backup_code_used(conn, cx, account, left)?;
    Ok(Some(account.event(Action::BackupCodeUsed)))
}
