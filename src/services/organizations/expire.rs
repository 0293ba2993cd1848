//! What time alone brings about for organizations: requests to a second owner end, and organizations whose time is over
//! are deleted, a piece in each transaction, so that no other write waits long and a kill loses nothing.

use serde_json::json;

use crate::audit::{Action, Deed, Deeds};
use crate::auth::Backstage;
use crate::common::error::AppError;
use crate::models::approval;
use crate::models::approval::ApprovalStatus;
use crate::models::organization::deletion;
use crate::services::approvals::email;

/// So many rows are deleted in one transaction.
const ROWS: i64 = 500;
/// So many transactions run before the clock does something else; the rest follows a minute later.
const PIECES: usize = 400;

/// Does what is due, `most` requests at a time.
///
/// # Errors
/// When the database fails.
pub fn run(door: &Backstage, most: i64) -> Result<(), AppError> {
    door.write(|cx, conn| {
        let over = approval::expire(conn, cx.now, most)?;
        let deeds = Deeds::all(over.iter().map(|approval| {
            let deed = Deed::new(Action::ApprovalExpired, "approval", approval.id, &approval.label)
                .after(json!({ "status": ApprovalStatus::Expired.as_str() }));
            Deeds::organization(approval.organization_id, deed)
        }));
        Ok(((), deeds))
    })?;
    let due = door.read(|cx, conn| Ok(deletion::is_due(conn, cx.now)?))?;
    if !due {
        return Ok(());
    }
    while door.write(|cx, conn| match deletion::begin(conn, cx)? {
        None => Ok((false, Deeds::none("no organization is at its end"))),
        Some((ended, deeds)) => {
            email::deleted(conn, cx, &ended)?;
            tracing::info!(owners = ended.owners.len(), "an organization is deleted");
            Ok((true, deeds))
        }
    })? {}
    for _ in 0..PIECES {
        let more = door.write(|_, conn| {
            let quiet = "its log goes too; what is left stands in the accounts of its owners";
            Ok((deletion::go_on(conn, ROWS)?, Deeds::none(quiet)))
        })?;
        if !more {
            break;
        }
    }
    Ok(())
}
