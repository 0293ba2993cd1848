//! Emails as operators see them. Their links have a placeholder instead of the token.

use diesel::prelude::*;

use crate::common::error::AppError;
use crate::common::id::MailId;
use crate::common::paging::Cursor;
use crate::common::time::Time;
use crate::db::Conn;
use crate::db::schema::mail_outbox;
use crate::handlers::operator::queries::{DbBackend, newest_first};
use crate::mail::outbox::MailState;

#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = mail_outbox)]
pub struct OutboxMessage {
    pub id: MailId,
    /// Such as `invitation`.
    pub kind: String,
    /// Empty when it is unknown.
    pub to_name: String,
    pub to_email: String,
    pub subject: String,
    pub state: MailState,
    pub attempts: i32,
    /// The time of the next attempt, while it is queued.
    pub next_attempt_at: Time,
    /// The server's last answer; empty for none.
    pub last_error: String,
    pub created_at: Time,
    pub sent_at: Option<Time>,
}

impl OutboxMessage {
    /// Whether it can be sent again. The content of sent emails is deleted.
    pub fn can_retry(&self) -> bool {
        matches!(self.state, MailState::Queued | MailState::Failed | MailState::Bounced)
    }
}

/// Emails, newest first, in one state or any, to one address or any.
pub fn list(
    conn: &mut Conn,
    state: Option<MailState>,
    address: &str,
    cursor: Option<&Cursor>,
) -> QueryResult<Vec<OutboxMessage>> {
    let mut query = mail_outbox::table
        // Messages to no one only take time.
        .filter(mail_outbox::to_email.ne(""))
        .select(OutboxMessage::as_select())
        .into_boxed::<DbBackend>();
    if let Some(state) = state {
        query = query.filter(mail_outbox::state.eq(state));
    }
    let address = address.trim().to_lowercase();
    if !address.is_empty() {
        query = query.filter(mail_outbox::to_email.eq(address));
    }
    newest_first!(query, mail_outbox::id, cursor).load(conn)
}

pub fn find(conn: &mut Conn, id: &str) -> Result<OutboxMessage, AppError> {
    let id = MailId::parse(id).ok_or(AppError::NotFound)?;
    Ok(mail_outbox::table
        .find(id)
        .select(OutboxMessage::as_select())
        .first(conn)?)
}

/// The HTML part and the text part; empty after sending.
pub fn parts(conn: &mut Conn, id: MailId) -> QueryResult<(String, String)> {
    mail_outbox::table
        .find(id)
        .select((mail_outbox::html, mail_outbox::text))
        .first(conn)
}
