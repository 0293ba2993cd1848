//! Creating, changing and deleting a custom role.

use serde_json::{Value, json};

use crate::audit::{Action, Event, Events};
use crate::auth::actor::Actor;
use crate::db::Conn;
use crate::models::custom_role;
use crate::models::custom_role::{CustomRole, Draft};
use crate::models::membership::record::Membership;
use crate::services::custom_roles::{CustomRoleError, rules};

pub fn create(conn: &mut Conn, actor: &Actor, draft: &Draft) -> Result<Events, CustomRoleError> {
    rules::may_manage(&actor.authority(), draft)?;
    let created = custom_role::create(conn, &actor.cx, actor.organization, actor.person.id, draft)?;
    let id = CustomRoleError::check(created)?;
    let event = Event::new(Action::CustomRoleCreated, "role", id, &draft.name).after(json(draft));
    Ok(actor.event(event))
}

/// The change takes effect immediately for everyone who has the role, so it is checked like a grant.
pub fn update(conn: &mut Conn, actor: &Actor, role: &CustomRole, draft: &Draft) -> Result<Events, CustomRoleError> {
    may_change(conn, actor, role)?;
    rules::may_manage(&actor.authority(), draft)?;
    let before = role.draft();
    if *draft == before {
        return Ok(Events::none("nothing changed"));
    }
    let id = CustomRoleError::check(custom_role::edit(conn, actor.organization, role, draft)?)?;
    let event = Event::new(Action::CustomRoleEdited, "role", id, &draft.name)
        .before(json(&before))
        .after(json(draft));
    Ok(actor.event(event))
}

/// Deletes a role that no one has.
pub fn delete(conn: &mut Conn, actor: &Actor, role: &CustomRole) -> Result<Events, CustomRoleError> {
    may_change(conn, actor, role)?;
    let id = CustomRoleError::check(custom_role::delete(conn, actor.organization, role.id)?)?;
    let event = Event::new(Action::CustomRoleDeleted, "role", id, &role.name).before(json(&role.draft()));
    Ok(actor.event(event))
}

/// Whether the actor may change an existing role: no one changes their own.
pub fn may_change(conn: &mut Conn, actor: &Actor, role: &CustomRole) -> Result<(), CustomRoleError> {
    let own = Membership::find(conn, actor.organization, actor.id)?;
    if own.access.custom_role == Some(role.id) {
        return Err(CustomRoleError::NotAllowed);
    }
    rules::may_manage(&actor.authority(), &role.draft())
}

fn json(draft: &Draft) -> Value {
    json!({
        "name": draft.name,
        "description": draft.description,
        "base": draft.base.as_str(),
        "permissions": draft.permissions.text(),
    })
}
