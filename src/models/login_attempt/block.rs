//! Limits on blocks and reports by the link of an invitation.

use diesel::prelude::*;

use crate::app::Ctx;
use crate::common::email::Email;
use crate::common::error::AppError;
use crate::common::time::Span;
use crate::db::Conn;
use crate::db::schema::login_attempts;
use crate::models::login_attempt::{AttemptKind, AttemptSource, insert};

/// Blocks and reports per hour, for one address and by one sender.
const BLOCKS_BY_ADDRESS: i64 = 20;
const BLOCKS_BY_SENDER: i64 = 100;

/// Counts a block or report for an address. Anyone with the link can make one.
pub fn take_block(conn: &mut Conn, cx: &Ctx, email: &Email) -> Result<(), AppError> {
    conn.advisory_lock(email.as_str())?;
    let recent = login_attempts::table
        .filter(login_attempts::kind.eq(AttemptKind::Block))
        .filter(login_attempts::at.gt(cx.now - Span::hours(1)));
    let by_address: i64 = recent
        .filter(login_attempts::email.eq(email.as_str()))
        .count()
        .get_result(conn)?;
    let by_sender: i64 = recent
        .filter(login_attempts::ip.eq(&cx.request.ip))
        .count()
        .get_result(conn)?;
    if by_address >= BLOCKS_BY_ADDRESS || by_sender >= BLOCKS_BY_SENDER {
        return Err(AppError::TooMany(
            "Too many changes for this address. Wait an hour and try again.".into(),
        ));
    }
    insert(conn, cx, AttemptKind::Block, email, &AttemptSource::Anyone)?;
    Ok(())
}
