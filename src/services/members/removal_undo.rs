//! Undoing a removal within 24 hours.

use crate::audit::{Action, Event, Events};
use crate::auth::actor::Actor;
use crate::authz::permission::{Permission, RemoveMembers};
use crate::authz::role::Role;
use crate::common::id::MembershipId;
use crate::db::Conn;
use crate::models::membership;
use crate::models::membership::assigned;
use crate::models::organization;
use crate::services::approvals::dual_control;
use crate::services::members::ceiling::PermissionCeiling;
use crate::services::members::email;
use crate::services::members::errors::RemovalUndoError;
use crate::services::members::removal::access_json;
use crate::services::members::rules;
use crate::services::members::rules::MemberTarget;

/// Restores a removed member with what they had.
pub fn undo(conn: &mut Conn, actor: &Actor, id: MembershipId) -> Result<Events, RemovalUndoError> {
    let control = organization::control(conn, actor.organization)?;
    let restored = membership::restore(conn, &actor.cx, actor.organization, id)?;
    let member = restored.ok_or(RemovalUndoError::TooLate)?;
    if !rules::may_remove(&actor.into(), &MemberTarget::from(&member)) {
        return Err(actor.refusal(conn, RemoveMembers::ID)?.into());
    }
    if member.access.direct_role == Role::Owner && control.applies() {
        return Err(dual_control::refusal(actor, &member.name).into());
    }
    PermissionCeiling::NOTHING.check(conn, actor, member.id)?;
    email::restored(conn, actor, &member)?;
    let companies = assigned::companies_of(conn, actor.organization, id)?;
    let event = Event::new(Action::MemberRemovalUndone, "member", member.id, &member.name)
        .after(access_json(&member, &companies));
    Ok(actor.event(event))
}
