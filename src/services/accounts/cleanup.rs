//! Deletes expired sessions, old login attempts and old email tokens. Writes nothing when there is nothing to delete.

use crate::audit::Events;
use crate::auth::System;
use crate::common::error::AppError;
use crate::models::{email_token, login_attempt, session};

pub fn run(system: &System) -> Result<(), AppError> {
    let is_due = system.read(|cx, conn| {
        Ok(session::has_expired(conn, cx.now)?
            || login_attempt::has_old(conn, cx.now)?
            || email_token::has_old(conn, cx.now)?)
    })?;
    if !is_due {
        return Ok(());
    }
    system.write(|cx, conn| {
        session::delete_expired(conn, cx.now)?;
        login_attempt::delete_old(conn, cx.now)?;
        email_token::delete_old(conn, cx.now)?;
        Ok(((), Events::none("expired rows have no effect")))
    })
}
