//! What is tried at the door: a password, against an account or none. The counting is `people::attempts`.

use crate::app::Context;
use crate::audit::{Action, Deeds};
use crate::common::email::Email;
use crate::common::error::AppError;
use crate::db::Conn;
use crate::models::email_token;
use crate::models::login_attempt;
use crate::models::login_attempt::{Kind, forgive, postage};
use crate::models::login_attempt::{LOCK, Verdict};
use crate::models::user as store;
use crate::models::user::Account;
use crate::services::accounts::email;

/// Whether a password may be tried for an address.
#[derive(Clone)]
pub enum Challenge {
    /// It may, against this account; without one the check takes as long and fails.
    Open(Option<Account>),
    /// Too many were wrong.
    Locked,
    /// This sender tried too many.
    Flooded,
}

/// Counts an attempt before its password is checked. The first one that is refused sends the letter that opens the
/// account again.
///
/// # Errors
/// When the database or a template fails.
pub fn challenge(conn: &mut Conn, cx: &Context, email: &Email) -> Result<(Challenge, Deeds), AppError> {
    let verdict = login_attempt::password(conn, cx, email)?;
    let account = store::by_email(conn, email)?;
    match verdict {
        Verdict::Try => Ok((Challenge::Open(account), Deeds::none("an attempt is no change"))),
        Verdict::Locked => {
            let since = cx.now - LOCK;
            let deeds = match account {
                Some(account) if !email_token::issued_since(conn, account.id, email_token::Kind::Unlock, since)? => {
                    email::unlock(conn, cx, &account)?;
                    account.did(Action::AccountLocked)
                }
                _ => Deeds::none("locked before, or nobody's address"),
            };
            Ok((Challenge::Locked, deeds))
        }
        Verdict::Flooded => Ok((Challenge::Flooded, Deeds::none("nothing was tried"))),
    }
}
