//! Shutting somebody out, and letting them in again.

use serde_json::json;

use super::bounds::Before;
use super::rules::{self, Refused, Target};
use super::{Done, letter};
use crate::gate::db::Conn;
use crate::gate::deed::{Action, Deed};
use crate::gate::member::{Member, MembershipStatus, Standing};
use crate::gate::membership::{self, Outcome};
use crate::ground::error::AppError;

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
    let by = Some(member.person.id);
    match membership::suspend(conn, &member.cx, member.organization, person, by, reason)? {
        Outcome::Done => {}
        Outcome::LastOwner => return Ok(Err(Refused::LastOwner)),
        Outcome::Changed => return Ok(Err(Refused::Changed)),
    }
    letter::suspended(conn, member, person)?;
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
    if membership::restore(conn, &member.cx, member.organization, person)? != Outcome::Done {
        return Ok(Err(Refused::Changed));
    }
    Before::NOTHING.check(conn, member, person.id)?;
    letter::restored(conn, member, person)?;
    let deed = Deed::new(Action::MemberRestored, "member", person.id, &person.name)
        .before(json!({ "status": MembershipStatus::Suspended.as_str() }))
        .after(json!({ "status": MembershipStatus::Active.as_str() }));
    Ok(Ok(Done {
        word: format!("{} has access again", person.name),
        deeds: member.did(deed),
    }))
}
