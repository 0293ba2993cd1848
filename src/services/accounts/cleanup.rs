//! Deletes expired sessions, old login attempts and old email tokens. The job asks first whether there are any.

use crate::common::error::AppError;
use crate::common::time::Time;
use crate::db::Conn;
use crate::models::{email_token, login_attempt, session};

pub fn delete_expired(conn: &mut Conn, now: Time) -> Result<(), AppError> {
    session::delete_expired(conn, now)?;
    login_attempt::delete_old(conn, now)?;
    email_token::delete_old(conn, now)?;
    Ok(())
}
