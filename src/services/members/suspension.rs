//! Shutting somebody out, and letting them in again.

use serde_json::json;

use crate::audit::{Action, Deed};
use crate::auth::actor::Member;
use crate::authz::role::Role;
use crate::common::error::AppError;
use crate::db::Conn;
use crate::db::types::MembershipStatus;
use crate::models::approval::Matter;
use crate::models::membership;
use crate::models::membership::Outcome;
use crate::models::membership::record::Standing;
use crate::services::Done;
use crate::services::approvals::dual_control;
use crate::services::members::ceiling::Before;
use crate::services::members::email;
use crate::services::members::rules;
use crate::services::members::rules::{Refused, Target};

/// Shuts somebody out. The reason is for the organization's log and its admins.
///
/// # Errors
/// When the database fails; the inner error says why nothing was changed.
pub fn suspend(
    conn: &mut Conn,
    member: &Member,
    person: &Standing,
    reason: &str,
) -> Result<Result<Done, Refused>, AppError> {
    if !rules::may_remove(&member.into(), &Target::from(person)) {
        return Ok(Err(Refused::Right));
    }
    if person.facts.own_role == Role::Owner {
        let label = format!("suspend the owner {}", person.name);
        let more = [("reason", reason)];
        if let Some(waits) = dual_control::hold_person(conn, member, Matter::Suspension, person, &more, label)? {
            return Ok(Ok(waits));
        }
    }
    shut_out(conn, member, person, reason)
}

/// Shuts somebody out; the rules were asked.
///
/// # Errors
/// When the database fails; the inner error says why nothing was changed.
pub fn shut_out(
    conn: &mut Conn,
    member: &Member,
    person: &Standing,
    reason: &str,
) -> Result<Result<Done, Refused>, AppError> {
    let by = Some(member.person.id);
    match membership::suspend(conn, &member.cx, member.organization, person, by, reason)? {
        Outcome::Done => {}
        Outcome::LastOwner => return Ok(Err(Refused::LastOwner)),
        Outcome::Changed => return Ok(Err(Refused::Changed)),
    }
    email::suspended(conn, member, person)?;
    let deed = Deed::new(Action::MemberSuspended, "member", person.id, &person.name)
        .before(json!({ "status": MembershipStatus::Active.as_str() }))
        .after(json!({ "status": MembershipStatus::Suspended.as_str(), "reason": reason }));
    Ok(Ok(Done {
        word: format!("{} is suspended. Everything they had stays written down", person.name),
        deeds: member.did(deed),
    }))
}

/// Lets somebody in again, with what they had.
///
/// # Errors
/// The refusal of who would give back a right that is not theirs; the inner error says why nothing was changed.
pub fn restore(conn: &mut Conn, member: &Member, person: &Standing) -> Result<Result<Done, Refused>, AppError> {
    if !rules::may_remove(&member.into(), &Target::from(person)) {
        return Ok(Err(Refused::Right));
    }
    if person.facts.own_role == Role::Owner {
        let label = format!("let the owner {} in again", person.name);
        if let Some(waits) = dual_control::hold_person(conn, member, Matter::Restoration, person, &[], label)? {
            return Ok(Ok(waits));
        }
    }
    let_in(conn, member, person)
}

/// Lets somebody in again; the rules were asked.
///
/// # Errors
/// The refusal of who would give back a right that is not theirs; the inner error says why nothing was changed.
pub fn let_in(conn: &mut Conn, member: &Member, person: &Standing) -> Result<Result<Done, Refused>, AppError> {
    if membership::restore(conn, &member.cx, member.organization, person)? != Outcome::Done {
        return Ok(Err(Refused::Changed));
    }
    Before::NOTHING.check(conn, member, person.id)?;
    email::restored(conn, member, person)?;
    let deed = Deed::new(Action::MemberRestored, "member", person.id, &person.name)
        .before(json!({ "status": MembershipStatus::Suspended.as_str() }))
        .after(json!({ "status": MembershipStatus::Active.as_str() }));
    Ok(Ok(Done {
        word: format!("{} has access again", person.name),
        deeds: member.did(deed),
    }))
}
