//! What time alone brings about for organizations: requests to a second owner end, and organizations whose time is over
//! are deleted, a piece in each transaction, so that no other write waits long and a kill loses nothing.

use serde_json::json;

use crate::audit::{Action, Event, Events};
use crate::auth::System;
use crate::common::error::AppError;
use crate::models::approval;
use crate::models::approval::ApprovalStatus;
use crate::models::organization::deletion;
use crate::services::approvals::email;

/// So many rows are deleted in one transaction.
const ROWS: i64 = 500;
/// So many transactions run before the clock does something else; the rest follows a minute later.
const PIECES: usize = 400;

/// Closes approvals that no one decided in time, at most `most`.
pub fn approvals(door: &System, most: i64) -> Result<(), AppError> {
    door.write(|cx, conn| {
        let over = approval::expire(conn, cx.now, most)?;
        let events = Events::all(over.iter().map(|approval| {
            let event = Event::new(Action::ApprovalExpired, "approval", approval.id, &approval.label)
                .after(json!({ "status": ApprovalStatus::Expired.as_str() }));
            Events::organization(approval.organization_id, event)
        }));
        Ok(((), events))
    })
}

/// Deletes organizations whose deletion is due, a piece in each transaction.
pub fn deletions(door: &System) -> Result<(), AppError> {
    while door.write(|cx, conn| match deletion::begin(conn, cx)? {
        None => Ok((false, Events::none("no organization is at its end"))),
        Some((ended, events)) => {
            email::deleted(conn, cx, &ended)?;
            tracing::info!(owners = ended.owners.len(), "an organization is deleted");
            Ok((true, events))
        }
    })? {}
    for _ in 0..PIECES {
        let more = door.write(|_, conn| {
            let quiet = "its log goes too; what is left stands in the accounts of its owners";
            Ok((deletion::go_on(conn, ROWS)?, Events::none(quiet)))
        })?;
        if !more {
            break;
        }
    }
    Ok(())
}
