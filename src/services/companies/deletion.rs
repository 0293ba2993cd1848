//! Deleting an archived company, and restoring it within 30 days.
//!
//! Its people lose access immediately. What else names the company blocks the deletion until it is resolved, as it blocks a
//! move, so that nothing is dropped silently. Its addresses stay reserved as long as it can be restored.

use serde_json::json;

use crate::audit::{Action, Event, Events};
use crate::auth::actor::Actor;
use crate::auth::company::Company;
use crate::change_error;
use crate::common::error::AppError;
use crate::common::id::{CompanyId, MembershipId};
use crate::common::time::Time;
use crate::db::Conn;
use crate::db::types::organization::CompanyStatus;
use crate::models::approval::ApprovalAction;
use crate::models::company_move::obstacles;
use crate::models::company_move::obstacles::MoveObstacles;
use crate::models::deleted_company;
use crate::models::deleted_company::DeletedCompany;
use crate::services::approvals::{Outcome, dual_control};

#[derive(Debug)]
pub enum CompanyDeletionError {
    NotArchived,
    /// Another name was typed.
    NotConfirmed,
    /// Invitations, links, groups, requests or a review name it.
    Blocked,
    /// It was deleted or moved in between.
    Gone,
    Failed(AppError),
}

change_error!(CompanyDeletionError);

/// What must be resolved before the company can be deleted.
pub fn find_obstacles(conn: &mut Conn, actor: &Actor, company: CompanyId) -> Result<MoveObstacles, AppError> {
    let found = obstacles::find(conn, actor.cx.now, actor.organization, company)?;
    // With dual control, another owner approves the deletion.
    Ok(MoveObstacles { dual: false, ..found })
}

/// Deletes the company, or requests the approval of a second owner. The result is until when it can be restored.
pub fn request(
    conn: &mut Conn,
    actor: &Actor,
    company: &Company,
    name: &str,
) -> Result<(Outcome<Time>, Events), CompanyDeletionError> {
    if company.status != CompanyStatus::Archived {
        return Err(CompanyDeletionError::NotArchived);
    }
    actor.confirmed()?;
    if !find_obstacles(conn, actor, company.id)?.is_empty() {
        return Err(CompanyDeletionError::Blocked);
    }
    if name.trim() != company.name {
        return Err(CompanyDeletionError::NotConfirmed);
    }
    let (payload, label) = (
        json!({ "company": company.id.as_str() }),
        format!("delete {}", company.name),
    );
    let action = ApprovalAction::CompanyDeletion;
    if let Some((approval, events)) = dual_control::require_approval(conn, actor, action, payload, label)? {
        return Ok((approval.into(), events));
    }
    let (deleted, events) = apply(conn, actor, company.id, actor.id)?;
    Ok((Outcome::Done(deleted.delete_after), events))
}

/// Deletes the company without asking for approval. `by` is the member who wants it.
pub fn apply(
    conn: &mut Conn,
    actor: &Actor,
    company: CompanyId,
    by: MembershipId,
) -> Result<(DeletedCompany, Events), CompanyDeletionError> {
    if !find_obstacles(conn, actor, company)?.is_empty() {
        return Err(CompanyDeletionError::Blocked);
    }
    let Some((deleted, people)) = deleted_company::delete(conn, actor.cx.now, actor.organization, company, by)? else {
        return Err(CompanyDeletionError::Gone);
    };
    let event = event(&deleted, Action::CompanyDeletionScheduled)
        .before(json!({ "slug": deleted.slug, "assignments": people }))
        .after(json!({ "delete_after": deleted.delete_after.iso() }));
    Ok((deleted, actor.event(event)))
}

#[derive(Debug)]
pub enum CompanyRestoreError {
    /// It was restored already, or its time is over.
    Gone,
    Failed(AppError),
}

change_error!(CompanyRestoreError);

/// Restores a deleted company, archived as it was, and the assignments of its people.
pub fn restore(conn: &mut Conn, actor: &Actor, id: CompanyId) -> Result<(DeletedCompany, Events), CompanyRestoreError> {
    let Some((restored, people)) = deleted_company::restore(conn, actor.cx.now, actor.organization, id)? else {
        return Err(CompanyRestoreError::Gone);
    };
    let event = event(&restored, Action::CompanyDeletionCancelled).after(json!({ "assignments": people }));
    Ok((restored, actor.event(event)))
}

fn event(company: &DeletedCompany, action: Action) -> Event {
    Event::new(action, "company", company.id, &company.name)
}
