//! Puts emails into the outbox, in the transaction of the change that causes them.

use diesel::prelude::*;

use crate::app::Ctx;
use crate::common::id::MailId;
use crate::common::time::Time;
use crate::db::Conn;
use crate::db::schema::mail_outbox;
use crate::db::types::org_id::OrgId;
use crate::mail::kind::EmailKind;
use crate::mail::outbox::{MailState, Message};
use crate::on_each;
use crate::queue::{self, JobKind};

/// Adds a message to the outbox.
pub fn enqueue(conn: &mut Conn, cx: &Ctx, message: Message) -> QueryResult<MailId> {
    let priority = message.kind.priority();
    let row = MessageRow::new(cx, message);
    let id = row.id;
    diesel::insert_into(mail_outbox::table).values(row).execute(conn)?;
    let keys = [id.as_str().to_owned()];
    queue::insert(conn, JobKind::Email, &keys, priority, (cx.now, cx.now))?;
    Ok(id)
}

/// Adds messages of one kind to the outbox. The ids have the order of the messages.
pub fn enqueue_all(conn: &mut Conn, cx: &Ctx, messages: Vec<Message>) -> QueryResult<Vec<MailId>> {
    let Some(first) = messages.first() else {
        return Ok(Vec::new());
    };
    let priority = first.kind.priority();
    let rows: Vec<MessageRow> = messages
        .into_iter()
        .map(|message| MessageRow::new(cx, message))
        .collect();
    for rows in rows.chunks(ROWS) {
        on_each!(conn, c => diesel::insert_into(mail_outbox::table).values(rows).execute(c))?;
    }
    let keys: Vec<String> = rows.iter().map(|row| row.id.to_string()).collect();
    queue::insert(conn, JobKind::Email, &keys, priority, (cx.now, cx.now))?;
    Ok(rows.iter().map(|row| row.id).collect())
}

/// Rows in one statement: SQLite limits the number of its parameters.
const ROWS: usize = 500;

#[derive(Insertable)]
#[diesel(table_name = mail_outbox, treat_none_as_default_value = false)]
struct MessageRow {
    id: MailId,
    kind: EmailKind,
    to_name: String,
    to_email: String,
    subject: String,
    html: String,
    text: String,
    seed: Option<String>,
    state: MailState,
    attempts: i32,
    next_attempt_at: Time,
    last_error: &'static str,
    created_at: Time,
    organization: Option<OrgId>,
    attachment_name: Option<String>,
    attachment: Option<String>,
}

impl MessageRow {
    fn new(cx: &Ctx, message: Message) -> Self {
        let (attachment_name, attachment) = message.attachment.unzip();
        Self {
            id: MailId::fresh(),
            kind: message.kind,
            to_name: message.to_name,
            to_email: message.to.to_string(),
            subject: message.subject,
            html: message.html,
            text: message.text,
            seed: message.seed.map(|seed| seed.0),
            state: MailState::Queued,
            attempts: 0,
            next_attempt_at: cx.now,
            last_error: "",
            created_at: cx.now,
            organization: message.organization,
            attachment_name,
            attachment,
        }
    }
}
