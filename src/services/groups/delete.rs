//! Deleting groups. The members lose what only the group gave them.

use crate::audit::{Action, Event, Events};
use crate::auth::actor::Actor;
use crate::db::Conn;
use crate::models::membership::group as writes;
use crate::services::groups::{Group, GroupError, check_change, terms};

pub fn delete(conn: &mut Conn, actor: &Actor, found: &Group) -> Result<Events, GroupError> {
    check_change(conn, actor, found)?;
    let mut before = terms(conn, actor.organization, found)?.json();
    before["people"] = found.member_count.into();
    if !writes::delete(conn, &actor.cx, actor.organization, found.id)? {
        return Err(GroupError::Gone);
    }
    let event = Event::new(Action::GroupDeleted, "group", found.id, &found.name).before(before);
    Ok(actor.event(event))
}
