//! Limited password attempts, on addresses with and without an account.

use crate::app::Ctx;
use crate::audit::Events;
use crate::common::email::Email;
use crate::common::error::AppError;
use crate::db::Conn;
use crate::models::account_request;
use crate::models::account_request::AccountRequestKind;
use crate::models::email_token;
use crate::models::email_token::TokenKind;
use crate::models::login_attempt;
use crate::models::login_attempt::AttemptVerdict;
use crate::models::user;
use crate::models::user::Account;
use crate::services::accounts::known_device;

/// Whether a password may be checked. Attempts have to be committed, so this is never an error.
#[derive(Clone)]
pub enum PasswordAttempt {
    /// Without an account, the check takes as long and fails.
    Allowed(Option<Account>),
    Locked,
    Flooded,
}

/// Counts an attempt before its password is checked. The first one that is locked sends the email to unlock the account.
pub fn begin(conn: &mut Conn, cx: &Ctx, address: &Email) -> Result<(PasswordAttempt, Events), AppError> {
    let account = user::by_email(conn, address)?;
    let source = known_device::source(cx, account.as_ref());
    let verdict = login_attempt::password(conn, cx, address, &source)?;
    match verdict {
        AttemptVerdict::Allowed => Ok((
            PasswordAttempt::Allowed(account),
            Events::none("attempts are counted apart"),
        )),
        AttemptVerdict::Flooded => Ok((PasswordAttempt::Flooded, Events::none("no password is checked"))),
        AttemptVerdict::Locked => {
            lock(conn, cx, address)?;
            Ok((
                PasswordAttempt::Locked,
                Events::none("the job that sends the email records the lock"),
            ))
        }
    }
}

/// Does the same for every address. Someone who guesses the password may be in the account already, so a pending change of its
/// address ends.
pub(super) fn lock(conn: &mut Conn, cx: &Ctx, address: &Email) -> Result<(), AppError> {
    email_token::retire_of_address(conn, cx, address, TokenKind::Change)?;
    if login_attempt::note_lock(conn, cx, address)? {
        account_request::insert(conn, cx, AccountRequestKind::Unlock, address, "", None)?;
    }
    Ok(())
}
