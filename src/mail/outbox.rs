//! The outbox: a message is a row, written in the transaction of the change that causes it, and sent by a job.
//!
//! The Message-ID is made from the row's id and stays the same on every try, so a server that accepted a message but failed
//! to say so can recognize the second copy.

use diesel::prelude::*;

pub use crate::mail::enqueue::{enqueue, enqueue_all};

use crate::common::email::Email;
use crate::common::id::MailId;
use crate::common::time::{Span, Time};
use crate::common::token::Seed;
use crate::db::kept::Keep;
use crate::db::schema::mail_outbox;
use crate::db::types::org_id::OrgId;
use crate::db::{Conn, affected};
use crate::mail::kind::EmailKind;
use crate::on_each;
use crate::queue::{self, JobKind};

crate::text_enum! {
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
    /// The label on pages.
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

/// The placeholder that the sender replaces with the token.
pub const TOKEN_PLACEHOLDER: &str = "{{token}}";

/// A message to send.
#[derive(Debug, Clone)]
pub struct Message {
    pub kind: EmailKind,
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
    /// The organization whose page says so when it cannot be delivered.
    pub organization: Option<OrgId>,
    /// A CSV file: its name and its text.
    pub attachment: Option<(String, String)>,
}

/// A message that is being sent.
#[derive(Debug, Clone, Queryable)]
pub struct ClaimedMessage {
    /// Makes the Message-ID.
    pub id: MailId,
    pub kind: String,
    pub to_name: String,
    pub to_email: String,
    pub subject: String,
    pub html: String,
    pub text: String,
    /// What the token in it is made of.
    pub seed: Option<String>,
    /// How many tries there were before.
    pub attempts: i32,
    /// The organization whose pages show the state.
    pub organization: Option<OrgId>,
    /// The name and the text of a CSV file.
    pub attachment_name: Option<String>,
    pub attachment: Option<String>,
}

/// Operators' pages, which show every message, are not stored.
fn shown_to(organization: Option<OrgId>) {
    match organization {
        Some(organization) => affected::organization(organization),
        None => affected::no_one(),
    }
}

impl ClaimedMessage {
    /// Whether it only does the work of an email, see [`send_to_no_one`](crate::mail::message::send_to_no_one).
    pub fn is_to_no_one(&self) -> bool {
        self.to_email.is_empty()
    }
}

/// The message of a claimed job; `None` when it was withdrawn in the meantime.
pub fn begin(conn: &mut Conn, id: &str) -> QueryResult<Option<ClaimedMessage>> {
    let claimed: Option<ClaimedMessage> = on_each!(conn, c => diesel::update(
        mail_outbox::table
            .filter(mail_outbox::id.eq(id))
            .filter(mail_outbox::state.eq_any([MailState::Queued, MailState::Sending])),
    )
    .set(mail_outbox::state.eq(MailState::Sending))
    .returning((
        mail_outbox::id,
        mail_outbox::kind,
        mail_outbox::to_name,
        mail_outbox::to_email,
        mail_outbox::subject,
        mail_outbox::html,
        mail_outbox::text,
        mail_outbox::seed,
        mail_outbox::attempts,
        mail_outbox::organization,
        mail_outbox::attachment_name,
        mail_outbox::attachment,
    ))
    .kept()
    .get_result(c))
    .optional()?;
    shown_to(claimed.as_ref().and_then(|claimed| claimed.organization));
    Ok(claimed)
}

/// Why a try failed.
#[derive(Debug, Clone)]
pub struct DeliveryFailure {
    /// Whether trying again is of no use.
    pub permanent: bool,
    /// What the server said, for the operator.
    pub reason: String,
}

/// Notes the result of a try, and says when the next one is. The parts of a sent message are emptied: they are not kept.
pub fn complete(
    conn: &mut Conn,
    now: Time,
    claimed: &ClaimedMessage,
    result: &Result<(), DeliveryFailure>,
) -> QueryResult<Option<Time>> {
    shown_to(claimed.organization);
    let row = mail_outbox::table.filter(mail_outbox::id.eq(claimed.id));
    let attempts = claimed.attempts + 1;
    let again = match result {
        Ok(()) if claimed.is_to_no_one() => {
            diesel::delete(row).execute(conn)?;
            None
        }
        Ok(()) => {
            on_each!(conn, c => diesel::update(row)
                .set((
                    mail_outbox::state.eq(MailState::Sent),
                    mail_outbox::attempts.eq(attempts),
                    mail_outbox::sent_at.eq(Some(now)),
                    mail_outbox::last_error.eq(""),
                    mail_outbox::html.eq(""),
                    mail_outbox::text.eq(""),
                    mail_outbox::seed.eq(None::<String>),
                    mail_outbox::attachment.eq(None::<String>),
                ))
                .kept()
                .execute(c))?;
            None
        }
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
                    mail_outbox::last_error.eq(failure.reason.chars().take(300).collect::<String>()),
                ))
                .execute(conn)?;
            (state == MailState::Queued).then_some(next)
        }
    };
    Ok(again)
}

/// Deletes a queued message that is no longer wanted: its invitation was cancelled or sent again.
pub fn withdraw(conn: &mut Conn, id: MailId) -> QueryResult<()> {
    let organization: Option<Option<OrgId>> = diesel::delete(
        mail_outbox::table
            .filter(mail_outbox::id.eq(id))
            .filter(mail_outbox::state.eq(MailState::Queued)),
    )
    .returning(mail_outbox::organization)
    .get_result(conn)
    .optional()?;
    shown_to(organization.flatten());
    Ok(())
}

/// Makes a failed, bounced or delayed message due now; its attempts are kept. Returns the subject, or `None` when it was
/// sent or is being sent.
pub fn retry(conn: &mut Conn, now: Time, id: MailId) -> QueryResult<Option<String>> {
    let row: Option<(EmailKind, String)> =
        diesel::update(mail_outbox::table.find(id).filter(mail_outbox::state.eq_any([
            MailState::Queued,
            MailState::Failed,
            MailState::Bounced,
        ])))
        .set((
            mail_outbox::state.eq(MailState::Queued),
            mail_outbox::next_attempt_at.eq(now),
        ))
        .returning((mail_outbox::kind, mail_outbox::subject))
        .get_result(conn)
        .optional()?;
    let Some((kind, subject)) = row else { return Ok(None) };
    queue::enqueue(conn, JobKind::Email, id.as_str(), kind.priority(), (now, now))?;
    Ok(Some(subject))
}
