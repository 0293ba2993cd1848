//! Emails before a rule about the second factor is enforced: a week before and a day before, to those who have none.

use crate::app::Ctx;
use crate::audit::Events;
use crate::common::error::AppError;
use crate::db::{Conn, affected};
use crate::models::security_policy;
use crate::models::security_policy::concerned;
use crate::services::organizations::security::email;

/// Sends the next reminders, at most `limit`.
pub fn send_next(conn: &mut Conn, cx: &Ctx, limit: i64) -> Result<Events, AppError> {
    affected::no_one();
    let none = Events::none("emails about a rule, which was recorded");
    let Some(due) = security_policy::due_reminder(conn, cx.now)? else {
        return Ok(none);
    };
    let members = concerned::to_remind(conn, due.organization, due.rule, &due.after, limit)?;
    for member in &members {
        email::reminder(conn, cx, &due, member)?;
    }
    let more = i64::try_from(members.len()).unwrap_or(limit) == limit;
    let last = members.last().map(|member| member.id.to_string());
    let after = last.as_deref().filter(|_| more);
    security_policy::note_reminder(conn, due.organization, due.reminder, after)?;
    Ok(none)
}
