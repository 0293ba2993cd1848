//! Scheduling the deletion of an organization, and restoring it.

use serde_json::json;

use crate::audit::{Action, Event, Events};
use crate::auth::actor::Actor;
use crate::change_error;
use crate::common::error::AppError;
use crate::common::time::Time;
use crate::db::Conn;
use crate::models::approval::ApprovalAction;
use crate::models::organization::deletion;
use crate::services::approvals::{Outcome, dual_control};
use crate::services::organizations::email;

#[derive(Debug)]
pub enum DeletionError {
    AlreadyScheduled,
    Failed(AppError),
}

change_error!(DeletionError);

/// Schedules the deletion, or requests the approval of a second owner. The result is the day of the deletion.
pub fn request(conn: &mut Conn, actor: &Actor) -> Result<(Outcome<Time>, Events), DeletionError> {
    let label = format!("delete {}", actor.organization_name);
    if let Some((approval, events)) =
        dual_control::require_approval(conn, actor, ApprovalAction::Deletion, json!({}), label)?
    {
        return Ok((approval.into(), events));
    }
    let (day, events) = schedule(conn, actor)?;
    Ok((Outcome::Done(day), events))
}

/// Schedules the deletion without asking for approval, and emails owners and admins.
pub fn schedule(conn: &mut Conn, actor: &Actor) -> Result<(Time, Events), DeletionError> {
    let Some(day) = deletion::schedule(conn, actor.cx.now, actor.organization)? else {
        return Err(DeletionError::AlreadyScheduled);
    };
    email::deletion_scheduled(conn, actor, day)?;
    let event = event(actor, Action::DeletionScheduled).after(json!({ "delete_after": day.iso() }));
    Ok((day, actor.event(event)))
}

#[derive(Debug)]
pub enum RestoreError {
    NotScheduled,
    Failed(AppError),
}

change_error!(RestoreError);

/// Cancels the deletion, and emails owners and admins.
pub fn restore(conn: &mut Conn, actor: &Actor) -> Result<((), Events), RestoreError> {
    if !deletion::cancel(conn, actor.organization)? {
        return Err(if deletion::has_begun(conn, actor.organization)? {
            AppError::NotFound.into()
        } else {
            RestoreError::NotScheduled
        });
    }
    email::restored(conn, actor)?;
    Ok(((), actor.event(event(actor, Action::DeletionCancelled))))
}

fn event(actor: &Actor, action: Action) -> Event {
    Event::new(action, "organization", actor.organization, &actor.organization_name)
}
