//! What a review does to memberships without a member who acts: at its end, and when its end is restored.

use serde_json::json;

use crate::app::Ctx;
use crate::audit::{Action, Event, Events};
use crate::auth::actor::Actor;
use crate::authz::permission::{AssignCompanies, Permission};
use crate::common::error::AppError;
use crate::common::id::{CompanyId, UserId};
use crate::db::Conn;
use crate::db::types::MembershipStatus;
use crate::db::types::org_id::OrgId;
use crate::models::access_review::Review;
use crate::models::access_review::removed::RemovedItem;
use crate::models::membership;
use crate::models::membership::record::Membership;
use crate::models::membership::{Outcome, OwnPlace};
use crate::services::access_reviews::restore::RestoreError;
use crate::services::assignments;
use crate::services::assignments::AssignmentCheck;

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
) -> Result<Option<(OwnPlace, Events)>, AppError> {
    let (id, name) = company;
    let Some(own) = membership::own_place(conn, org, member.id, id)? else {
        return Ok(None);
    };
    membership::unassign(conn, cx, org, member.id, id)?;
    let event = Event::new(Action::MemberUnassigned, "member", member.id, &member.name)
        .before(json!({ "company": name, "company_id": id.as_str(), "role": own.role.as_str() }))
        .after(json!({ "review": review.name, "review_id": review.id.as_str() }));
    Ok(Some((own, Events::organization(org, event))))
}

/// Suspends a member; `None` when the membership changed meanwhile or has to stay.
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
    if membership::suspend(conn, cx, org, member, Some(by), &reason)? != Outcome::Done {
        return Ok(None);
    }
    let event = Event::new(Action::MemberSuspended, "member", member.id, &member.name)
        .before(json!({ "status": MembershipStatus::Active.as_str() }))
        .after(json!({ "status": MembershipStatus::Suspended.as_str(), "reason": reason }));
    Ok(Some(Events::organization(org, event)))
}

/// Assigns a member again exactly as before, with origin and end.
pub fn reassign(
    conn: &mut Conn,
    actor: &Actor,
    review: &Review,
    member: &Membership,
    item: &RemovedItem,
    assignment: OwnPlace,
) -> Result<Events, RestoreError> {
    let org = actor.organization;
    let current = assignments::role_in(conn, org, member.id, item.company)?;
    if membership::own_place(conn, org, member.id, item.company)?.is_some() {
        return Ok(Events::none("assigned again meanwhile"));
    }
    AssignmentCheck::of(actor, AssignCompanies::ID, member.id, member.role)
        .give(true, current, assignment.role)
        .map_err(RestoreError::Assignment)?;
    membership::put_back(conn, &actor.cx, org, member.id, item.company, assignment)?;
    let event = Event::new(Action::MemberAssigned, "member", member.id, &member.name).after(json!({
        "company": item.company_name,
        "company_id": item.company.as_str(),
        "role": assignment.role.as_str(),
        "review": review.name,
    }));
    Ok(actor.event(event))
}
