//! Letters as operators see them: with the place of the token, never with the token.

use diesel::prelude::*;

use crate::common::error::AppError;
use crate::common::id::MailId;
use crate::common::paging::Cursor;
use crate::common::time::Time;
use crate::db::Conn;
use crate::db::schema::mail_outbox;
use crate::handlers::operator::queries::{Backend, newest_first};
use crate::mail::outbox::MailState;

/// A letter in the list.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = mail_outbox)]
pub struct Listed {
    pub id: MailId,
    /// What kind, such as `invitation`.
    pub kind: String,
    /// The recipient's name, or nothing.
    pub to_name: String,
    /// The recipient's address.
    pub to_email: String,
    pub subject: String,
    pub state: MailState,
    /// How many tries there were.
    pub attempts: i32,
    /// When it is tried next, while it waits.
    pub next_attempt_at: Time,
    /// What the server said last, or nothing.
    pub last_error: String,
    /// When it was written.
    pub created_at: Time,
    /// When it was sent.
    pub sent_at: Option<Time>,
}

impl Listed {
    /// Whether it can be sent again: what was sent is not kept.
    pub fn can_retry(&self) -> bool {
        matches!(self.state, MailState::Queued | MailState::Failed | MailState::Bounced)
    }
}

/// A page of letters, newest first: in one state or any, to one address or any.
pub fn list(
    conn: &mut Conn,
    state: Option<MailState>,
    address: &str,
    place: Option<&Cursor>,
) -> QueryResult<Vec<Listed>> {
    let mut query = mail_outbox::table.select(Listed::as_select()).into_boxed::<Backend>();
    if let Some(state) = state {
        query = query.filter(mail_outbox::state.eq(state));
    }
    let address = address.trim().to_lowercase();
    if !address.is_empty() {
        query = query.filter(mail_outbox::to_email.eq(address));
    }
    newest_first!(query, mail_outbox::id, place).load(conn)
}

/// One letter.
pub fn find(conn: &mut Conn, id: &str) -> Result<Listed, AppError> {
    let id = MailId::parse(id).ok_or(AppError::NotFound)?;
    Ok(mail_outbox::table.find(id).select(Listed::as_select()).first(conn)?)
}

/// The HTML part and the text part as they lie in the outbox; empty once it was sent.
pub fn parts(conn: &mut Conn, id: MailId) -> QueryResult<(String, String)> {
    mail_outbox::table
        .find(id)
        .select((mail_outbox::html, mail_outbox::text))
        .first(conn)
}
