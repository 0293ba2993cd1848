//! What is tried at the door: a password, against an account or none. The counting is `people::attempts`.

use super::super::letter;
use super::links;
use super::{self as store, Account};
use crate::gate::context::Context;
use crate::gate::db::Conn;
use crate::gate::deed::{Action, Deeds};
use crate::ground::email::Email;
use crate::ground::error::AppError;
use crate::people::attempts::{self, LOCK, Verdict};
pub use crate::people::attempts::{Kind, forgive, postage};

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
    let verdict = attempts::password(conn, cx, email)?;
    let account = store::by_email(conn, email)?;
    match verdict {
        Verdict::Try => Ok((Challenge::Open(account), Deeds::none("an attempt is no change"))),
        Verdict::Locked => {
            let since = cx.now - LOCK;
            let deeds = match account {
                Some(account) if !links::issued_since(conn, account.id, links::Kind::Unlock, since)? => {
                    letter::unlock(conn, cx, &account)?;
                    account.did(Action::AccountLocked)
                }
                _ => Deeds::none("locked before, or nobody's address"),
            };
            Ok((Challenge::Locked, deeds))
        }
        Verdict::Flooded => Ok((Challenge::Flooded, Deeds::none("nothing was tried"))),
    }
}
