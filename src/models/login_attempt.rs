//! What is tried, counted by address and by sender: passwords, and letters that somebody causes without being known.
//!
//! Addresses without an account are counted like the others, so that no limit tells which ones have one.

use diesel::prelude::*;

use crate::app::Ctx;
use crate::common::email::Email;
use crate::common::error::AppError;
use crate::common::id::AttemptId;
use crate::common::time::{Span, Time};
use crate::db::Conn;
use crate::db::schema::login_attempts;

/// So long wrong passwords count against an address and a sender.
pub const LOCK: Span = Span::minutes(15);
const TRIES_BY_ADDRESS: i64 = 10;
const TRIES_BY_SENDER: i64 = 50;

/// The pause between two letters to one address.
pub const COOL_DOWN: Span = Span::seconds(60);
const LETTERS_AN_HOUR: usize = 5;
/// So many letters an hour one sender may cause. An office or a school behind one address stays below it.
const LETTERS_BY_SENDER: i64 = 500;

/// The sentence for too many wrong passwords, whether there is an account or not.
pub const LOCKED: &str = "Too many attempts. Wait 15 minutes or use the link we sent to this address";
/// The sentence for too many wrong passwords from one sender.
pub const FLOODED: &str = "Too many attempts from your network. Wait 15 minutes";

crate::text_enum! {
    /// What is counted.
    pub enum AttemptKind {
        /// A password was tried.
        Login = "login",
        /// A letter that begins or proves an account, or proves a contact.
        Letter = "letter",
        /// A letter for a new password.
        Reset = "reset",
    }
}

/// Whether a password may be tried.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// Yes.
    Try,
    /// The address had too many wrong ones.
    Locked,
    /// The sender had too many wrong ones.
    Flooded,
}

/// Decides by the attempts of the last `LOCK`.
pub fn may_try(by_address: i64, by_sender: i64) -> Verdict {
    if by_address >= TRIES_BY_ADDRESS {
        Verdict::Locked
    } else if by_sender >= TRIES_BY_SENDER {
        Verdict::Flooded
    } else {
        Verdict::Try
    }
}

/// Whether a letter may go to an address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Postage {
    /// Yes.
    Paid,
    /// One went a moment ago.
    TooSoon,
    /// The address had its letters of this hour.
    TooMany,
}

/// Decides by the letters of the last hour.
pub fn may_write(sent: &[Time], now: Time) -> Postage {
    if sent.iter().any(|at| now - *at < COOL_DOWN) {
        Postage::TooSoon
    } else if sent.len() >= LETTERS_AN_HOUR {
        Postage::TooMany
    } else {
        Postage::Paid
    }
}

fn note(conn: &mut Conn, cx: &Ctx, kind: AttemptKind, email: &Email) -> QueryResult<()> {
    diesel::insert_into(login_attempts::table)
        .values((
            login_attempts::id.eq(AttemptId::fresh()),
            login_attempts::email.eq(email.as_str()),
            login_attempts::ip.eq(&cx.request.ip),
            login_attempts::kind.eq(kind),
            login_attempts::at.eq(cx.now),
        ))
        .execute(conn)?;
    Ok(())
}

/// Counts an attempt before its password is checked, so that attempts at once cannot slip through together.
pub fn password(conn: &mut Conn, cx: &Ctx, email: &Email) -> QueryResult<Verdict> {
    conn.advisory_lock(email.as_str())?;
    let recent = login_attempts::table
        .filter(login_attempts::kind.eq(AttemptKind::Login))
        .filter(login_attempts::at.gt(cx.now - LOCK));
    let by_sender = recent
        .filter(login_attempts::ip.eq(&cx.request.ip))
        .count()
        .get_result(conn)?;
    let by_address = recent
        .filter(login_attempts::email.eq(email.as_str()))
        .count()
        .get_result(conn)?;
    let verdict = may_try(by_address, by_sender);
    if verdict == Verdict::Try {
        note(conn, cx, AttemptKind::Login, email)?;
    }
    Ok(verdict)
}

/// Forgets the attempts on an address: its person was there, or read its mail.
pub fn forgive(conn: &mut Conn, email: &str) -> QueryResult<()> {
    diesel::delete(
        login_attempts::table
            .filter(login_attempts::email.eq(email))
            .filter(login_attempts::kind.eq(AttemptKind::Login)),
    )
    .execute(conn)?;
    Ok(())
}

/// Whether a letter may go to an address; one that may is counted.
pub fn postage(conn: &mut Conn, cx: &Ctx, kind: AttemptKind, email: &Email) -> Result<Postage, AppError> {
    conn.advisory_lock(email.as_str())?;
    let hour = cx.now - Span::hours(1);
    let by_sender: i64 = login_attempts::table
        .filter(login_attempts::ip.eq(&cx.request.ip))
        .filter(login_attempts::kind.ne(AttemptKind::Login))
        .filter(login_attempts::at.gt(hour))
        .count()
        .get_result(conn)?;
    if by_sender >= LETTERS_BY_SENDER {
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
    let postage = may_write(&sent, cx.now);
    if postage == Postage::Paid {
        note(conn, cx, kind, email)?;
    }
    Ok(postage)
}

/// Deletes what no limit counts any more.
pub fn sweep(conn: &mut Conn, now: Time) -> QueryResult<()> {
    diesel::delete(login_attempts::table.filter(login_attempts::at.lt(now - Span::days(1)))).execute(conn)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tenth_wrong_password_is_the_last_one() {
        assert_eq!(may_try(9, 9), Verdict::Try);
        assert_eq!(may_try(10, 10), Verdict::Locked);
        assert_eq!(may_try(0, 50), Verdict::Flooded);
        // A sender who locked an address reads the same words wherever they try.
        assert_eq!(may_try(10, 50), Verdict::Locked);
    }

    #[test]
    fn letters_to_one_address_have_a_pause_and_an_end() {
        let now = Time(0) + Span::days(1);
        let ago = |minutes: &[i64]| minutes.iter().map(|m| now - Span::minutes(*m)).collect::<Vec<_>>();
        assert_eq!(may_write(&ago(&[]), now), Postage::Paid);
        assert_eq!(may_write(&ago(&[1, 10, 20, 30]), now), Postage::Paid);
        assert_eq!(may_write(&ago(&[0]), now), Postage::TooSoon);
        assert_eq!(may_write(&ago(&[1, 10, 20, 30, 40]), now), Postage::TooMany);
    }
}
