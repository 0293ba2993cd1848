//! Reports of invitations, as operators answer them.

use serde_json::json;

use crate::audit::{Action, Event, Events};
use crate::auth::current_user::CurrentUser;
use crate::common::error::AppError;
use crate::common::id::ReportId;
use crate::common::time::Time;
use crate::db::Conn;
use crate::models::invitation_report;

/// Closes a report. `false` when it was closed or withdrawn before.
pub fn close(conn: &mut Conn, operator: &CurrentUser, id: ReportId) -> Result<(bool, Events), AppError> {
    let Some(report) = invitation_report::close(conn, operator.cx.now, id, operator.id)? else {
        return Ok((false, Events::none("it was not open")));
    };
    let event = Event::new(Action::ReportClosed, "account", report.sender_id, &report.email)
        .after(json!({ "organization": report.organization_id.to_string() }));
    Ok((true, Events::account(report.sender_id, event)))
}

/// Deletes reports that were closed long ago.
pub fn delete_old(conn: &mut Conn, now: Time) -> Result<(), AppError> {
    invitation_report::delete_old(conn, now)?;
    Ok(())
}
