//! Shutting somebody out, and letting them in again.

use serde_json::json;

use crate::audit::{Action, Event};
use crate::auth::actor::Actor;
use crate::authz::role::Role;
use crate::common::error::AppError;
use crate::db::Conn;
use crate::db::types::MembershipStatus;
use crate::models::approval::ApprovalAction;
use crate::models::membership;
use crate::models::membership::Outcome;
use crate::models::membership::record::Membership;
use crate::services::Done;
use crate::services::approvals::dual_control;
use crate::services::members::ceiling::PermissionCeiling;
use crate::services::members::email;
use crate::services::members::rules;
use crate::services::members::rules::{MemberChangeError, Target};

/// Shuts somebody out. The reason is for the organization's log and its admins.
pub fn suspend(
    conn: &mut Conn,
    actor: &Actor,
    person: &Membership,
    reason: &str,
) -> Result<Result<Done, MemberChangeError>, AppError> {
    if !rules::may_remove(&actor.into(), &Target::from(person)) {
        return Ok(Err(MemberChangeError::NotAllowed));
    }
    if person.access.direct_role == Role::Owner {
        let label = format!("suspend the owner {}", person.name);
        let more = [("reason", reason)];
        if let Some(waits) = dual_control::hold_person(conn, actor, ApprovalAction::Suspension, person, &more, label)? {
            return Ok(Ok(waits));
        }
    }
    suspend_now(conn, actor, person, reason)
}

/// Shuts somebody out; the rules were asked.
pub fn suspend_now(
    conn: &mut Conn,
    actor: &Actor,
    person: &Membership,
    reason: &str,
) -> Result<Result<Done, MemberChangeError>, AppError> {
    let by = Some(actor.person.id);
    match membership::suspend(conn, &actor.cx, actor.organization, person, by, reason)? {
        Outcome::Done => {}
        Outcome::LastOwner => return Ok(Err(MemberChangeError::LastOwner)),
        Outcome::Changed => return Ok(Err(MemberChangeError::Changed)),
    }
    email::suspended(conn, actor, person)?;
    let event = Event::new(Action::MemberSuspended, "member", person.id, &person.name)
        .before(json!({ "status": MembershipStatus::Active.as_str() }))
        .after(json!({ "status": MembershipStatus::Suspended.as_str(), "reason": reason }));
    Ok(Ok(Done {
        word: format!("{} is suspended. Everything they had stays written down", person.name),
        events: actor.event(event),
    }))
}

/// Lets somebody in again, with what they had.
pub fn reinstate(
    conn: &mut Conn,
    actor: &Actor,
    person: &Membership,
) -> Result<Result<Done, MemberChangeError>, AppError> {
    if !rules::may_remove(&actor.into(), &Target::from(person)) {
        return Ok(Err(MemberChangeError::NotAllowed));
    }
    if person.access.direct_role == Role::Owner {
        let label = format!("let the owner {} in again", person.name);
        if let Some(waits) = dual_control::hold_person(conn, actor, ApprovalAction::Restoration, person, &[], label)? {
            return Ok(Ok(waits));
        }
    }
    reinstate_now(conn, actor, person)
}

/// Lets somebody in again; the rules were asked.
pub fn reinstate_now(
    conn: &mut Conn,
    actor: &Actor,
    person: &Membership,
) -> Result<Result<Done, MemberChangeError>, AppError> {
    if membership::reinstate(conn, &actor.cx, actor.organization, person)? != Outcome::Done {
        return Ok(Err(MemberChangeError::Changed));
    }
    PermissionCeiling::NOTHING.check(conn, actor, person.id)?;
    email::restored(conn, actor, person)?;
    let event = Event::new(Action::MemberRestored, "member", person.id, &person.name)
        .before(json!({ "status": MembershipStatus::Suspended.as_str() }))
        .after(json!({ "status": MembershipStatus::Active.as_str() }));
    Ok(Ok(Done {
        word: format!("{} has access again", person.name),
        events: actor.event(event),
    }))
}
