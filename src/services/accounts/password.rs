use crate::app::Ctx;
use crate::audit::{Action, Events};
use crate::auth::current_user::CurrentUser;
use crate::common::error::AppError;
use crate::common::id::SessionId;
use crate::db::Conn;
use crate::models::email_token;
use crate::models::email_token::TokenKind;
use crate::models::login_attempt;
use crate::models::session;
use crate::models::sign_in_step;
use crate::models::user;
use crate::models::user::Account;
use crate::services::accounts::{email, known_device};

#[derive(Debug)]
pub enum ChangePasswordError {
    /// The password was changed since the current one was checked.
    Changed,
    Failed(AppError),
}
crate::change_error!(ChangePasswordError);

/// Changes the password of the user. `checked` is the account whose current password was checked.
pub fn change(
    conn: &mut Conn,
    person: &CurrentUser,
    checked: &Account,
    password_hash: &str,
) -> Result<Events, ChangePasswordError> {
    let account = user::by_id(conn, person.id)?;
    if account.password_hash != checked.password_hash {
        return Err(ChangePasswordError::Changed);
    }
    set(conn, &person.cx, &account, password_hash, Some(person.session))?;
    known_device::remember(&person.cx, &user::by_id(conn, person.id)?);
    Ok(account.event(Action::PasswordChanged))
}

/// Sets a password, revokes reset links and a pending change of the address, ends all sessions except `kept`, and sends an
/// email.
pub fn set(
    conn: &mut Conn,
    cx: &Ctx,
    account: &Account,
    password_hash: &str,
    kept: Option<SessionId>,
) -> Result<(), AppError> {
    user::set_password(conn, account.id, password_hash)?;
    email_token::retire(conn, cx, account.id, &[TokenKind::Reset, TokenKind::Change])?;
    session::end_all(conn, account.id, kept)?;
    sign_in_step::end_all(conn, account.id)?;
    login_attempt::clear_all(conn, &account.email)?;
    email::password_changed(conn, cx, account)
}
