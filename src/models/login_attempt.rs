//! Limits by email address and by sender (IP address): on passwords, and on emails that anyone can cause.
//!
//! Addresses without an account count like others, so that no limit reveals which addresses have one.

use diesel::prelude::*;

use crate::app::Ctx;
use crate::common::email::Email;
use crate::common::error::AppError;
use crate::common::id::{AttemptId, SessionId};
use crate::common::time::{Span, Time};
use crate::db::schema::login_attempts;
use crate::db::{Conn, affected};

/// How long an attempt counts, and so how long an account stays locked.
pub const LOCK: Span = Span::minutes(15);
const ATTEMPTS_BY_ADDRESS: i64 = 10;
const ATTEMPTS_BY_SENDER: i64 = 50;

/// The pause between two emails to one address.
pub const COOL_DOWN: Span = Span::seconds(60);
const EMAILS_PER_HOUR: usize = 5;
/// Emails per hour that one sender can cause. High enough for an office behind one address.
const EMAILS_BY_SENDER: i64 = 500;
/// How long rows are kept.
const KEPT: Span = Span::days(1);

crate::text_enum! {
    /// What is limited.
    pub enum AttemptKind {
        /// A password attempt.
        Login = "login",
        /// A second factor after a correct password.
        SecondFactor = "second_factor",
        /// An email that verifies an address.
        Email = "email",
        /// An email with a link to choose a new password.
        Reset = "reset",
        /// An email with a link that unlocks an account.
        Unlock = "unlock",
        /// A block or a report by the link in an invitation.
        Block = "block",
    }
}

/// Which password attempts on an address are counted together. What someone else types counts neither for a session that is
/// signed in nor for a device that was, so it locks the owner of the account out of neither.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AttemptSource {
    /// Everyone who is not known.
    Anyone,
    /// A browser that signed in to the account before, by its mark.
    Device(String),
    /// A session, for changes that ask for the password again.
    Session(SessionId),
}

impl AttemptSource {
    fn stored(&self) -> String {
        match self {
            Self::Anyone => String::new(),
            Self::Device(mark) => format!("device {mark}"),
            Self::Session(session) => format!("session {session}"),
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AttemptVerdict {
    Allowed,
    /// Too many attempts for this address by this source.
    Locked,
    /// Too many attempts by this sender.
    Flooded,
}

/// Decides by the attempts of the last [`LOCK`].
pub fn verdict(by_address: i64, by_sender: i64) -> AttemptVerdict {
    if by_address >= ATTEMPTS_BY_ADDRESS {
        AttemptVerdict::Locked
    } else if by_sender >= ATTEMPTS_BY_SENDER {
        AttemptVerdict::Flooded
    } else {
        AttemptVerdict::Allowed
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EmailQuota {
    Available,
    /// The last email was sent less than [`COOL_DOWN`] ago.
    TooSoon,
    /// The address got its emails of this hour.
    Exhausted,
}

/// Decides by the emails of the last hour.
pub fn quota(sent: &[Time], now: Time) -> EmailQuota {
    if sent.iter().any(|at| now - *at < COOL_DOWN) {
        EmailQuota::TooSoon
    } else if sent.len() >= EMAILS_PER_HOUR {
        EmailQuota::Exhausted
    } else {
        EmailQuota::Available
    }
}

fn insert(conn: &mut Conn, cx: &Ctx, kind: AttemptKind, email: &Email, source: &AttemptSource) -> QueryResult<()> {
    affected::no_one();
    diesel::insert_into(login_attempts::table)
        .values((
            login_attempts::id.eq(AttemptId::fresh()),
            login_attempts::email.eq(email.as_str()),
            login_attempts::ip.eq(&cx.request.ip),
            login_attempts::kind.eq(kind),
            login_attempts::source.eq(source.stored()),
            login_attempts::at.eq(cx.now),
        ))
        .execute(conn)?;
    Ok(())
}

/// Counts a password attempt. It counts before the password is checked, so that simultaneous attempts cannot exceed the limit.
pub fn password(conn: &mut Conn, cx: &Ctx, email: &Email, source: &AttemptSource) -> QueryResult<AttemptVerdict> {
    count(conn, cx, AttemptKind::Login, email, source)
}

/// As [`password`], for a second factor. All attempts on the account count together: who gets here knows the password.
pub fn second_factor(conn: &mut Conn, cx: &Ctx, email: &Email) -> QueryResult<AttemptVerdict> {
    count(conn, cx, AttemptKind::SecondFactor, email, &AttemptSource::Anyone)
}

fn count(
    conn: &mut Conn,
    cx: &Ctx,
    kind: AttemptKind,
    email: &Email,
    source: &AttemptSource,
) -> QueryResult<AttemptVerdict> {
    conn.advisory_lock(email.as_str())?;
    let recent = login_attempts::table
        .filter(login_attempts::kind.eq(kind))
        .filter(login_attempts::at.gt(cx.now - LOCK));
    let by_sender = recent
        .filter(login_attempts::ip.eq(&cx.request.ip))
        .count()
        .get_result(conn)?;
    let by_address = recent
        .filter(login_attempts::email.eq(email.as_str()))
        .filter(login_attempts::source.eq(source.stored()))
        .count()
        .get_result(conn)?;
    let verdict = verdict(by_address, by_sender);
    if verdict == AttemptVerdict::Allowed {
        insert(conn, cx, kind, email, source)?;
    }
    Ok(verdict)
}

/// Deletes the password attempts of one source on an address, after the right password: those of others still count.
pub fn clear(conn: &mut Conn, email: &str, source: &AttemptSource) -> QueryResult<()> {
    diesel::delete(
        login_attempts::table
            .filter(login_attempts::email.eq(email))
            .filter(login_attempts::source.eq(source.stored()))
            .filter(login_attempts::kind.eq(AttemptKind::Login)),
    )
    .execute(conn)?;
    Ok(())
}

/// Deletes the attempts on the second factor of an address, after a correct one.
pub fn clear_second_factor(conn: &mut Conn, email: &str) -> QueryResult<()> {
    diesel::delete(
        login_attempts::table
            .filter(login_attempts::email.eq(email))
            .filter(login_attempts::kind.eq(AttemptKind::SecondFactor)),
    )
    .execute(conn)?;
    Ok(())
}

/// Notes that an address is locked; `false` when it was noted within [`LOCK`]. The caller has counted an attempt before, which
/// locks the address against others that count.
pub fn note_lock(conn: &mut Conn, cx: &Ctx, email: &Email) -> QueryResult<bool> {
    let noted: bool = diesel::select(diesel::dsl::exists(
        login_attempts::table
            .filter(login_attempts::email.eq(email.as_str()))
            .filter(login_attempts::kind.eq(AttemptKind::Unlock))
            .filter(login_attempts::at.gt(cx.now - LOCK)),
    ))
    .get_result(conn)?;
    if !noted {
        insert(conn, cx, AttemptKind::Unlock, email, &AttemptSource::Anyone)?;
    }
    Ok(!noted)
}

/// Deletes all password attempts on an address, and the note that it was locked. Those on the second factor stay: who reads the
/// mailbox could try codes without end.
pub fn clear_all(conn: &mut Conn, email: &str) -> QueryResult<()> {
    diesel::delete(
        login_attempts::table
            .filter(login_attempts::email.eq(email))
            .filter(login_attempts::kind.eq_any([AttemptKind::Login, AttemptKind::Unlock])),
    )
    .execute(conn)?;
    Ok(())
}

/// Takes one email out of the quota of an address, if it is available.
pub fn take_email(conn: &mut Conn, cx: &Ctx, kind: AttemptKind, email: &Email) -> Result<EmailQuota, AppError> {
    conn.advisory_lock(email.as_str())?;
    let hour = cx.now - Span::hours(1);
    let by_sender: i64 = login_attempts::table
        .filter(login_attempts::ip.eq(&cx.request.ip))
        .filter(login_attempts::kind.eq_any([AttemptKind::Email, AttemptKind::Reset]))
        .filter(login_attempts::at.gt(hour))
        .count()
        .get_result(conn)?;
    if by_sender >= EMAILS_BY_SENDER {
        return Err(AppError::TooMany(
            "Too many emails were requested from your network. Wait an hour and try again.".into(),
        ));
    }
    let sent: Vec<Time> = login_attempts::table
        .filter(login_attempts::email.eq(email.as_str()))
        .filter(login_attempts::kind.eq(kind))
        .filter(login_attempts::at.gt(hour))
        .select(login_attempts::at)
        .load(conn)?;
    let quota = quota(&sent, cx.now);
    if quota == EmailQuota::Available {
        insert(conn, cx, kind, email, &AttemptSource::Anyone)?;
    }
    Ok(quota)
}

pub fn delete_old(conn: &mut Conn, now: Time) -> QueryResult<usize> {
    diesel::delete(login_attempts::table.filter(login_attempts::at.lt(now - KEPT))).execute(conn)
}

pub mod block;
#[cfg(test)]
mod tests;
