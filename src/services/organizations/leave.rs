//! Leaving an organization.

use serde_json::json;

use crate::audit::{Action, Event, Events};
use crate::auth::actor::Actor;
use crate::change_error;
use crate::common::error::AppError;
use crate::db::Conn;
use crate::models::membership;
use crate::models::membership::record::Membership;

#[derive(Debug)]
pub enum LeaveError {
    LastOwner,
    /// The actor's role was changed in between.
    Changed,
    Failed(AppError),
}

change_error!(LeaveError);

pub fn leave(conn: &mut Conn, actor: &Actor) -> Result<((), Events), LeaveError> {
    let member = Membership::find(conn, actor.organization, actor.id)?;
    match membership::remove(conn, &actor.cx, actor.organization, &member, actor.person.id)? {
        membership::Outcome::Done => {}
        membership::Outcome::LastOwner => return Err(LeaveError::LastOwner),
        membership::Outcome::Changed => return Err(LeaveError::Changed),
    }
    let event = Event::new(Action::MemberLeft, "member", actor.id, &actor.person.name)
        .before(json!({ "role": member.role.as_str() }));
    Ok(((), actor.event(event)))
}
