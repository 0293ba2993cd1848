//! Sending an email again.

use crate::audit::{Action, Event, Events};
use crate::auth::current_user::CurrentUser;
use crate::change_error;
use crate::common::error::AppError;
use crate::common::id::MailId;
use crate::db::Conn;
use crate::mail::outbox;

#[derive(Debug)]
pub enum RetryError {
    AlreadySent,
    Failed(AppError),
}

change_error!(RetryError);

pub fn retry(conn: &mut Conn, by: &CurrentUser, id: MailId) -> Result<((), Events), RetryError> {
    let Some(subject) = outbox::retry(conn, by.cx.now, id)? else {
        return Err(RetryError::AlreadySent);
    };
    let event = Event::new(Action::MailRetried, "mail", id, subject);
    Ok(((), by.event(event)))
}
