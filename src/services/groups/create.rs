//! Creating groups.

use crate::audit::{Action, Event, Events};
use crate::auth::actor::Actor;
use crate::common::id::GroupId;
use crate::db::Conn;
use crate::models::group;
use crate::models::membership::group as writes;
use crate::services::groups::{GroupError, MAX_GROUPS, NamedTerms, check_role};

pub fn create(conn: &mut Conn, actor: &Actor, named: &NamedTerms) -> Result<(GroupId, Events), GroupError> {
    check_role(actor, named.terms.role)?;
    if group::count(conn, actor.organization)? >= MAX_GROUPS {
        return Err(GroupError::TooManyGroups);
    }
    let id = writes::create(conn, &actor.cx, actor.organization, actor.person.id, &named.terms)?;
    let id = id.ok_or(GroupError::NameTaken)?;
    let event = Event::new(Action::GroupCreated, "group", id, &named.terms.name).after(named.json());
    Ok((id, actor.event(event)))
}
