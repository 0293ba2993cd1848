//! What is tried, counted by address and by sender: passwords, and letters that somebody causes without being known.
//!
//! Addresses without an account are counted like the others, so that no limit tells which ones have one.

use diesel::prelude::*;

use super::super::letter;
use super::super::rules::{self, Postage};
use super::links;
use super::{self as store, Account};
use crate::gate::context::Context;
use crate::gate::db::Conn;
use crate::gate::deed::{Action, Deeds};
use crate::gate::schema::login_attempts;
use crate::ground::email::Email;
use crate::ground::error::AppError;
use crate::ground::time::{Span, Time};
use crate::people::tries::{self, Verdict};

pub use crate::people::tries::{Kind, forgive};

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

/// Counts an attempt before its password is checked, so that attempts at once cannot slip through together. The first
/// one that is refused sends the letter that opens the account again.
///
/// # Errors
/// When the database or a template fails.
pub fn challenge(conn: &mut Conn, cx: &Context, email: &Email) -> Result<(Challenge, Deeds), AppError> {
    let verdict = tries::count(conn, cx, email)?;
    let account = store::by_email(conn, email)?;
    match verdict {
        Verdict::Try => Ok((Challenge::Open(account), Deeds::none("an attempt is no change"))),
        Verdict::Locked => {
            let deeds = match account {
                Some(account) if !links::issued_since(conn, account.id, links::Kind::Unlock, cx.now - tries::LOCK)? => {
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

/// Whether a letter may go to an address; one that may is counted.
///
/// # Errors
/// When the database fails, or when this sender causes too many letters.
pub fn postage(conn: &mut Conn, cx: &Context, kind: Kind, email: &Email) -> Result<Postage, AppError> {
    conn.take_turn(email.as_str())?;
    let hour = cx.now - Span::hours(1);
    let by_sender: i64 = login_attempts::table
        .filter(login_attempts::ip.eq(&cx.request.ip))
        .filter(login_attempts::kind.ne(Kind::Login))
        .filter(login_attempts::at.gt(hour))
        .count()
        .get_result(conn)?;
    if by_sender >= rules::LETTERS_BY_SENDER {
        return Err(AppError::TooMany(
            "Many letters were asked for from your network. Wait an hour and try again.".into(),
        ));
    }
    let sent: Vec<Time> = login_attempts::table
        .filter(login_attempts::email.eq(email.as_str()))
        .filter(login_attempts::kind.eq(kind))
        .filter(login_attempts::at.gt(hour))
        .select(login_attempts::at)
        .load(conn)?;
    let postage = rules::may_write(&sent, cx.now);
    if postage == Postage::Paid {
        tries::note(conn, cx, kind, email)?;
    }
    Ok(postage)
}

/// Deletes what no limit counts any more.
pub(super) fn sweep(conn: &mut Conn, now: Time) -> QueryResult<()> {
    diesel::delete(login_attempts::table.filter(login_attempts::at.lt(now - Span::days(1)))).execute(conn)?;
    Ok(())
}
