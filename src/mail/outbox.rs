//! The outbox: a letter is a row, written in the transaction of the change that causes it.
//!
//! A row is claimed by a lease, so a crash in the middle of sending only delays it. Its Message-ID is made of its id and
//! stays the same on every try: a server that took a letter but failed to say so can tell the second copy.

use diesel::prelude::*;

pub use crate::mail::queue::{enqueue, enqueue_all};

use crate::common::email::Email;
use crate::common::id::MailId;
use crate::common::time::{Span, Time};
use crate::common::token::Seed;
use crate::db::Conn;
use crate::db::schema::mail_outbox;

crate::text_enum! {
    /// Where a letter stands.
    pub enum MailState {
        Queued = "queued",
        Sending = "sending",
        Sent = "sent",
        /// Given up after the last try.
        Failed = "failed",
        /// The server refused the address for good.
        Bounced = "bounced",
    }
}

impl MailState {
    /// The words for people.
    pub fn label(self) -> &'static str {
        match self {
            Self::Queued => "Waiting to be sent",
            Self::Sending => "Being sent",
            Self::Sent => "Sent",
            Self::Failed => "Could not be sent",
            Self::Bounced => "Address refused",
        }
    }

    /// The tone of the badge.
    pub fn tone(self) -> &'static str {
        match self {
            Self::Queued | Self::Sending => "info",
            Self::Sent => "success",
            Self::Failed | Self::Bounced => "danger",
        }
    }
}

/// The pauses before the second, third, fourth and fifth try.
const PAUSES: [Span; 4] = [Span::minutes(1), Span::minutes(5), Span::minutes(30), Span::hours(2)];
const LEASE: Span = Span::minutes(2);

/// What stands in a letter where the sender puts the token.
pub const TOKEN_PLACE: &str = "{{token}}";

/// A letter before it is a row.
#[derive(Debug, Clone)]
pub struct Message {
    /// What kind, such as `invitation`.
    pub kind: &'static str,
    /// The recipient's name, or nothing.
    pub to_name: String,
    /// The recipient's address.
    pub to: Email,
    pub subject: String,
    pub html: String,
    /// The text part, with the same facts.
    pub text: String,
    /// What the token in it is made of.
    pub seed: Option<Seed>,
}

/// A claimed row.
#[derive(Debug, Clone, Queryable)]
pub struct Claimed {
    /// Its id, which makes its Message-ID.
    pub id: MailId,
    /// The recipient's name, or nothing.
    pub to_name: String,
    /// The recipient's address.
    pub to_email: String,
    pub subject: String,
    pub html: String,
    pub text: String,
    /// What the token in it is made of.
    pub seed: Option<String>,
    /// How many tries there were before.
    pub attempts: i32,
}

/// Takes one due letter, also one whose sender died with its lease.
pub fn claim(conn: &mut Conn, now: Time) -> QueryResult<Option<Claimed>> {
    let due = mail_outbox::table
        .filter(
            mail_outbox::state
                .eq(MailState::Queued)
                .and(mail_outbox::next_attempt_at.le(now))
                .or(mail_outbox::state
                    .eq(MailState::Sending)
                    .and(mail_outbox::lease_until.lt(now))),
        )
        .order((mail_outbox::next_attempt_at, mail_outbox::id))
        .select(mail_outbox::id)
        .first::<MailId>(conn)
        .optional()?;
    let Some(id) = due else { return Ok(None) };
    // The guard makes two senders at once share the work instead of sending twice.
    diesel::update(
        mail_outbox::table.filter(mail_outbox::id.eq(id)).filter(
            mail_outbox::state.eq(MailState::Queued).or(mail_outbox::state
                .eq(MailState::Sending)
                .and(mail_outbox::lease_until.lt(now))),
        ),
    )
    .set((
        mail_outbox::state.eq(MailState::Sending),
        mail_outbox::lease_until.eq(Some(now + LEASE)),
    ))
    .returning((
        mail_outbox::id,
        mail_outbox::to_name,
        mail_outbox::to_email,
        mail_outbox::subject,
        mail_outbox::html,
        mail_outbox::text,
        mail_outbox::seed,
        mail_outbox::attempts,
    ))
    .get_result(conn)
    .optional()
}

/// Why a try failed.
#[derive(Debug, Clone)]
pub struct Failure {
    /// Whether trying again is of no use.
    pub permanent: bool,
    /// What the server said, for the operator.
    pub reason: String,
}

/// Notes what became of a try. A sent letter's parts are emptied: what went out is not kept.
pub fn complete(conn: &mut Conn, now: Time, claimed: &Claimed, result: &Result<(), Failure>) -> QueryResult<()> {
    let row = mail_outbox::table.filter(mail_outbox::id.eq(claimed.id));
    let attempts = claimed.attempts + 1;
    match result {
        Ok(()) => diesel::update(row)
            .set((
                mail_outbox::state.eq(MailState::Sent),
                mail_outbox::attempts.eq(attempts),
                mail_outbox::sent_at.eq(Some(now)),
                mail_outbox::lease_until.eq(None::<Time>),
                mail_outbox::last_error.eq(""),
                mail_outbox::html.eq(""),
                mail_outbox::text.eq(""),
                mail_outbox::seed.eq(None::<String>),
            ))
            .execute(conn)?,
        Err(failure) => {
            let pause = usize::try_from(claimed.attempts).ok().and_then(|done| PAUSES.get(done));
            let (state, next) = match pause {
                _ if failure.permanent => (MailState::Bounced, now),
                Some(pause) => (MailState::Queued, now + *pause),
                None => (MailState::Failed, now),
            };
            diesel::update(row)
                .set((
                    mail_outbox::state.eq(state),
                    mail_outbox::attempts.eq(attempts),
                    mail_outbox::next_attempt_at.eq(next),
                    mail_outbox::lease_until.eq(None::<Time>),
                    mail_outbox::last_error.eq(failure.reason.chars().take(300).collect::<String>()),
                ))
                .execute(conn)?
        }
    };
    Ok(())
}

/// A letter that is no longer wanted (its invitation was cancelled or sent anew) is not sent.
pub fn withdraw(conn: &mut Conn, id: MailId) -> QueryResult<()> {
    diesel::delete(
        mail_outbox::table
            .filter(mail_outbox::id.eq(id))
            .filter(mail_outbox::state.eq(MailState::Queued)),
    )
    .execute(conn)?;
    Ok(())
}

/// Makes a letter due now that was given up, refused or put off; its tries go on counting. The subject, or `None` when
/// there is nothing to send again: it was sent, or is being sent.
pub fn retry(conn: &mut Conn, now: Time, id: MailId) -> QueryResult<Option<String>> {
    diesel::update(mail_outbox::table.find(id).filter(mail_outbox::state.eq_any([
        MailState::Queued,
        MailState::Failed,
        MailState::Bounced,
    ])))
    .set((
        mail_outbox::state.eq(MailState::Queued),
        mail_outbox::next_attempt_at.eq(now),
        mail_outbox::lease_until.eq(None::<Time>),
    ))
    .returning(mail_outbox::subject)
    .get_result(conn)
    .optional()
}

/// Whether a letter is due.
pub fn is_due(conn: &mut Conn, now: Time) -> QueryResult<bool> {
    diesel::select(diesel::dsl::exists(
        mail_outbox::table.filter(
            mail_outbox::state
                .eq(MailState::Queued)
                .and(mail_outbox::next_attempt_at.le(now))
                .or(mail_outbox::state
                    .eq(MailState::Sending)
                    .and(mail_outbox::lease_until.lt(now))),
        ),
    ))
    .get_result(conn)
}
