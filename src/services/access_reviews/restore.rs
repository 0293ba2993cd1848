//! Restores what the end of a review removed: exactly that assignment, and the membership if it was suspended with it.

use crate::audit::Events;
use crate::auth::actor::Actor;
use crate::authz::role::CompanyRole;
use crate::common::error::AppError;
use crate::common::id::{ReviewId, ReviewItemId};
use crate::db::Conn;
use crate::db::types::MembershipStatus;
use crate::models::access_review;
use crate::models::access_review::closing;
use crate::models::access_review::removed;
use crate::models::access_review::removed::{RemovedFilter, RemovedItem};
use crate::models::membership::record::Membership;
use crate::models::membership::{DirectAssignment, Origin};
use crate::services::access_reviews::{effects, permission};
use crate::services::assignments::AssignmentError;
use crate::services::members::errors::SuspensionError;
use crate::services::members::suspension;

#[derive(Debug)]
pub enum RestoreError {
    /// The item was restored before. Names the member.
    Restored(String),
    /// The member was removed from the organization. Names them.
    NotMember(String),
    Assignment(AssignmentError),
    Reinstatement(SuspensionError),
    Failed(AppError),
}
crate::change_error!(RestoreError);

pub fn restore(
    conn: &mut Conn,
    actor: &Actor,
    id: ReviewId,
    item: ReviewItemId,
) -> Result<(RemovedItem, Events), RestoreError> {
    permission::require(actor, conn)?;
    let org = actor.organization;
    let review = access_review::find(conn, org, id)?;
    let removed = removed::list(conn, org, id, RemovedFilter::One(item))?
        .pop()
        .ok_or(AppError::NotFound)?;
    if removed.restored_at.is_some() {
        return Err(RestoreError::Restored(removed.name));
    }
    let member = match Membership::find(conn, org, removed.membership) {
        Ok(member) => member,
        Err(AppError::NotFound) => return Err(RestoreError::NotMember(removed.name)),
        Err(error) => return Err(error.into()),
    };
    if !removed::mark_restored(conn, org, id, item, actor.person.id, actor.cx.now)? {
        return Err(RestoreError::Restored(removed.name));
    }
    let mut events = Events::default();
    let assignment = (
        CompanyRole::parse(&removed.removed_role),
        Origin::parse(&removed.removed_origin),
    );
    if let (Some(role), Some(origin)) = assignment {
        let until = removed.removed_until;
        let assignment = DirectAssignment { role, origin, until };
        events = events.and(effects::reassign(conn, actor, &review, &member, &removed, assignment)?);
    }
    // A member who was suspended for another reason stays suspended.
    let by_this_review = removed.suspended
        && member.status == MembershipStatus::Suspended
        && closing::suspend_reason(conn, org, member.id)? == effects::suspend_reason(&review.name);
    if by_this_review {
        let (_, reinstated) = suspension::reinstate(conn, actor, &member).map_err(RestoreError::Reinstatement)?;
        events = events.and(reinstated);
    }
    Ok((removed, events))
}
