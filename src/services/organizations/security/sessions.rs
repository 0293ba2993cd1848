//! Ending sessions in an organization: people have to prove again who they are before they go on there. Their sessions elsewhere
//! stay, because an organization does not own the account.

use crate::audit::{Action, Event, Events};
use crate::auth::actor::Actor;
use crate::authz::permission::{LogOutEverybody, Permission};
use crate::common::error::AppError;
use crate::common::id::MembershipId;
use crate::db::Conn;
use crate::models::membership::record::Membership;
use crate::models::security_policy;

/// Ends the sessions of everyone, also the actor's own. It costs the same for any number of members.
pub fn end_all(conn: &mut Conn, actor: &Actor) -> Result<Events, AppError> {
    actor.confirmed()?;
    security_policy::end_sessions(conn, actor.organization, actor.cx.now)?;
    let event = Event::new(
        Action::AllSessionsEnded,
        "organization",
        actor.organization,
        &actor.organization_name,
    );
    Ok(actor.event(event))
}

/// Ends the sessions of one member, of no higher rank than the actor.
pub fn end_of_member(conn: &mut Conn, actor: &Actor, id: MembershipId) -> Result<(String, Events), AppError> {
    actor.confirmed()?;
    let member = Membership::find(conn, actor.organization, id)?;
    if member.role.rank() > actor.role.rank() {
        return Err(actor.refusal(conn, LogOutEverybody::ID)?);
    }
    security_policy::end_member_sessions(conn, actor.organization, id, actor.cx.now)?;
    let event = Event::new(Action::MemberSessionsEnded, "member", id, &member.name);
    Ok((member.name, actor.event(event)))
}
