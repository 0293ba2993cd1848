//! What is tried at the door: a password, against an account or none. The counting is `people::attempts`.

use crate::app::Ctx;
use crate::audit::{Action, Events};
use crate::common::email::Email;
use crate::common::error::AppError;
use crate::db::Conn;
use crate::models::email_token;
use crate::models::login_attempt;
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
pub fn challenge(conn: &mut Conn, cx: &Ctx, email: &Email) -> Result<(Challenge, Events), AppError> {
    let verdict = login_attempt::password(conn, cx, email)?;
    let account = store::by_email(conn, email)?;
    match verdict {
        Verdict::Try => Ok((Challenge::Open(account), Events::none("an attempt is no change"))),
        Verdict::Locked => {
            let since = cx.now - LOCK;
            let events = match account {
                Some(account)
                    if !email_token::issued_since(conn, account.id, email_token::TokenKind::Unlock, since)? =>
                {
                    email::unlock(conn, cx, &account)?;
                    account.event(Action::AccountLocked)
                }
                _ => Events::none("locked before, or nobody's address"),
            };
            Ok((Challenge::Locked, events))
        }
        Verdict::Flooded => Ok((Challenge::Flooded, Events::none("nothing was tried"))),
    }
}
