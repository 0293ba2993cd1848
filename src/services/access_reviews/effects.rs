//! What a review does to memberships: at its end, and when its end is restored.

use crate::app::Ctx;
use crate::audit::Events;
use crate::auth::actor::Actor;
use crate::authz::permission::{AssignCompanies, Permission};
use crate::common::error::AppError;
use crate::common::id::{CompanyId, UserId};
use crate::db::Conn;
use crate::db::types::org_id::OrgId;
use crate::models::access_review::Review;
use crate::models::access_review::removed::RemovedItem;
use crate::models::membership;
use crate::models::membership::DirectAssignment;
use crate::models::membership::record::Membership;
use crate::services::access_reviews::restore::RestoreError;
use crate::services::assignments;
use crate::services::assignments::{AssignmentCheck, AssignmentSource, NamedAssignment};
use crate::services::members::errors::SuspensionError;
use crate::services::members::suspension;

/// The reason of a suspension by a review.
pub fn suspend_reason(review: &str) -> String {
    format!("Access review {review}: not confirmed")
}

/// Removes an assignment; `None` when the member has none of their own.
pub fn unassign(
    conn: &mut Conn,
    cx: &Ctx,
    org: OrgId,
    review: &Review,
    member: &Membership,
    company: (CompanyId, &str),
) -> Result<Option<(DirectAssignment, Events)>, AppError> {
    let (id, name) = company;
    let Some(own) = membership::direct_assignment(conn, org, member.id, id)? else {
        return Ok(None);
    };
    membership::unassign(conn, cx, org, member.id, id)?;
    let source = AssignmentSource::Review(&review.name, review.id);
    let assignment = NamedAssignment::new(org, member.id, &member.name, id, name);
    Ok(Some((own, assignment.unassigned(Some(own.role), &source))))
}

/// Suspends a member; `None` when the membership changed meanwhile.
pub fn suspend(
    conn: &mut Conn,
    cx: &Ctx,
    org: OrgId,
    review: &Review,
    member: &Membership,
) -> Result<Option<Events>, AppError> {
    let by = review
        .closed_by
        .as_deref()
        .and_then(UserId::parse)
        .unwrap_or(review.started_by);
    let reason = suspend_reason(&review.name);
    match suspension::suspend_without_email(conn, cx, org, member, by, &reason) {
        Ok(events) => Ok(Some(events)),
        Err(SuspensionError::Failed(error)) => Err(error),
        Err(_) => Ok(None),
    }
}

/// Assigns a member again exactly as before, with origin and end.
pub fn reassign(
    conn: &mut Conn,
    actor: &Actor,
    review: &Review,
    member: &Membership,
    item: &RemovedItem,
    before: DirectAssignment,
) -> Result<Events, RestoreError> {
    let org = actor.organization;
    let current = assignments::role_in(conn, org, member.id, item.company)?;
    if membership::direct_assignment(conn, org, member.id, item.company)?.is_some() {
        return Ok(Events::none("assigned again meanwhile"));
    }
    AssignmentCheck::of(actor, AssignCompanies::ID, member.id, member.role)
        .give(true, current, before.role)
        .map_err(RestoreError::Assignment)?;
    let assignment = NamedAssignment::new(org, member.id, &member.name, item.company, &item.company_name);
    let events = assignments::restore_after_review(conn, &actor.cx, &assignment, before, &review.name)?;
    Ok(events)
}
