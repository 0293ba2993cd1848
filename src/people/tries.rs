//! Tries of a password, counted by address and by sender: at the sign-in, and wherever somebody signed in is asked again.
//! Addresses without an account are counted like the others, so that no limit tells which ones have one.

use diesel::prelude::*;

use crate::gate::context::Context;
use crate::gate::db::Conn;
use crate::gate::schema::{login_attempts, users};
use crate::gate::session::Person;
use crate::ground::email::Email;
use crate::ground::error::AppError;
use crate::ground::id::AttemptId;
use crate::ground::time::Span;

crate::text_enum! {
    /// What is counted.
    pub enum Kind {
        /// A password was tried.
        Login = "login",
        /// A letter that begins or proves an account.
        Letter = "letter",
        /// A letter for a new password.
        Reset = "reset",
    }
}

/// So long a try counts.
pub const LOCK: Span = Span::minutes(15);
const BY_ADDRESS: i64 = 10;
// People behind one address of a large office are many.
const BY_SENDER: i64 = 50;

/// What is said at the field when the sender tried too much.
pub const FLOODED: &str = "Too many attempts from your network. Wait 15 minutes";

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

/// Decides by the tries of the last `LOCK`.
fn may_try(by_address: i64, by_sender: i64) -> Verdict {
    if by_address >= BY_ADDRESS {
        Verdict::Locked
    } else if by_sender >= BY_SENDER {
        Verdict::Flooded
    } else {
        Verdict::Try
    }
}

/// Counts one thing for an address.
///
/// # Errors
/// When the database fails.
pub fn note(conn: &mut Conn, cx: &Context, kind: Kind, email: &Email) -> QueryResult<()> {
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

/// Decides whether a password may be tried, and counts the try before it is made: tries at once cannot slip through
/// together.
///
/// # Errors
/// When the database fails.
pub fn count(conn: &mut Conn, cx: &Context, email: &Email) -> QueryResult<Verdict> {
    conn.take_turn(email.as_str())?;
    let recent = login_attempts::table
        .filter(login_attempts::kind.eq(Kind::Login))
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
        note(conn, cx, Kind::Login, email)?;
    }
    Ok(verdict)
}

/// Forgets the tries on an address: its person was there, or read its mail.
///
/// # Errors
/// When the database fails.
pub fn forgive(conn: &mut Conn, email: &str) -> QueryResult<()> {
    diesel::delete(
        login_attempts::table
            .filter(login_attempts::email.eq(email))
            .filter(login_attempts::kind.eq(Kind::Login)),
    )
    .execute(conn)?;
    Ok(())
}

/// Asks somebody signed in for their password again: the hash to check it against, or the sentence for its field. A
/// session left open is no way to guess it.
///
/// # Errors
/// When the database fails.
pub fn again(conn: &mut Conn, person: &Person) -> Result<Result<String, &'static str>, AppError> {
    match count(conn, &person.cx, &person.email)? {
        Verdict::Try => {
            let hash = users::table.find(person.id).select(users::password_hash).first(conn)?;
            Ok(Ok(hash))
        }
        Verdict::Locked => Ok(Err("Too many attempts. Wait 15 minutes")),
        Verdict::Flooded => Ok(Err(FLOODED)),
    }
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
}
