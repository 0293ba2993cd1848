//! Expires requests for approval, and deletes organizations that are due. Rows are deleted in batches with a transaction
//! each, so that other writes don't wait long and an interruption loses nothing.

use serde_json::json;

use crate::audit::{Action, Event, Events};
use crate::auth::System;
use crate::common::error::AppError;
use crate::models::approval;
use crate::models::approval::ApprovalStatus;
use crate::models::organization::deletion;
use crate::services::organizations::email;

const ROWS_A_TRANSACTION: i64 = 500;
/// The next run continues.
const TRANSACTIONS: usize = 400;

/// Expires requests for approval that no one decided in time, at most `most`.
pub fn approvals(system: &System, most: i64) -> Result<(), AppError> {
    system.write(|cx, conn| {
        let expired = approval::expire(conn, cx.now, most)?;
        let events = Events::all(expired.iter().map(|approval| {
            let event = Event::new(Action::ApprovalExpired, "approval", approval.id, &approval.label)
                .after(json!({ "status": ApprovalStatus::Expired.as_str() }));
            Events::organization(approval.organization_id, event)
        }));
        Ok(((), events))
    })
}

/// Deletes organizations that are due.
pub fn deletions(system: &System) -> Result<(), AppError> {
    while begin_deletion(system)? {}
    for _ in 0..TRANSACTIONS {
        let more = system.write(|_, conn| {
            let events = Events::none("the audit log is deleted too");
            Ok((deletion::delete_rows(conn, ROWS_A_TRANSACTION)?, events))
        })?;
        if !more {
            break;
        }
    }
    Ok(())
}

/// Begins the deletion of one organization, and emails its owners. The events are in the owners' account logs, because the
/// organization's log is deleted.
fn begin_deletion(system: &System) -> Result<bool, AppError> {
    system.write(|cx, conn| {
        let Some(deleted) = deletion::begin(conn, cx.now)? else {
            return Ok((false, Events::none("no organization is due")));
        };
        email::deleted(conn, cx, &deleted)?;
        tracing::info!(owners = deleted.owners.len(), "an organization is deleted");
        let events = Events::all(deleted.owners.iter().map(|owner| {
            let event = Event::new(Action::OrganizationDeleted, "organization", deleted.id, &deleted.name);
            Events::account(owner.id, event)
        }));
        Ok((true, events))
    })
}
