//! Removing a passkey.

use serde_json::json;

use crate::audit::{Action, Events};
use crate::auth::current_user::CurrentUser;
use crate::authz::session_rules::Proofs;
use crate::common::error::AppError;
use crate::common::id::PasskeyId;
use crate::db::Conn;
use crate::models::login_attempt::AttemptSource;
use crate::models::user::Account;
use crate::models::{login_attempt, passkey, second_factor, session, totp_secret, user};
use crate::services::accounts::second_factor::email;
use crate::services::accounts::second_factor::removal::{RemovalError, check_required, settle};

/// Removes a passkey, for an account whose password was checked. All other sessions end.
pub fn remove(conn: &mut Conn, person: &CurrentUser, checked: &Account, id: PasskeyId) -> Result<Events, RemovalError> {
    let cx = &person.cx;
    second_factor::lock(conn, person.id)?;
    let account = user::by_id(conn, person.id)?;
    if account.password_hash != checked.password_hash {
        return Err(RemovalError::Changed);
    }
    let passkey = passkey::find(conn, person.id, id)?.ok_or(AppError::NotFound)?;
    let is_last = passkey::count(conn, person.id)? == 1 && totp_secret::since(conn, person.id)?.is_none();
    if is_last {
        check_required(conn, person)?;
    }
    passkey::remove(conn, person.id, id)?;
    settle(conn, person.id)?;
    session::end_all(conn, person.id, Some(person.session))?;
    session::prove(conn, cx, person.id, person.session, Proofs::of_password(cx.now))?;
    login_attempt::clear(conn, &account.email, &AttemptSource::Session(person.session))?;
    email::changed(conn, cx, &account, "A passkey was removed from your account")?;
    let event = account.audit_event(Action::PasskeyRemoved);
    Ok(Events::account(
        account.id,
        event.before(json!({ "name": passkey.name })),
    ))
}
