//! Creating, changing and deleting a custom role.

use serde_json::{Value, json};

use crate::audit::{Action, Event, Events};
use crate::auth::actor::Actor;
use crate::db::Conn;
use crate::models::custom_role;
use crate::models::custom_role::{CustomRole, CustomRoleTerms};
use crate::models::membership::record::Membership;
use crate::services::custom_roles::{CustomRoleError, rules};

pub fn create(conn: &mut Conn, actor: &Actor, terms: &CustomRoleTerms) -> Result<Events, CustomRoleError> {
    rules::may_manage(&actor.authority(), terms)?;
    let created = custom_role::create(conn, &actor.cx, actor.organization, actor.person.id, terms)?;
    let id = CustomRoleError::check(created)?;
    let event = Event::new(Action::CustomRoleCreated, "role", id, &terms.name).after(json(terms));
    Ok(actor.event(event))
}

/// The change takes effect immediately for everyone who has the role, so it is checked like a grant.
pub fn update(
    conn: &mut Conn,
    actor: &Actor,
    role: &CustomRole,
    terms: &CustomRoleTerms,
) -> Result<Events, CustomRoleError> {
    may_change(conn, actor, role)?;
    rules::may_manage(&actor.authority(), terms)?;
    let before = role.terms();
    if *terms == before {
        return Ok(Events::none("nothing changed"));
    }
    let id = CustomRoleError::check(custom_role::edit(conn, actor.organization, role, terms)?)?;
    let event = Event::new(Action::CustomRoleEdited, "role", id, &terms.name)
        .before(json(&before))
        .after(json(terms));
    Ok(actor.event(event))
}

/// Deletes a role that no one has.
pub fn delete(conn: &mut Conn, actor: &Actor, role: &CustomRole) -> Result<Events, CustomRoleError> {
    may_change(conn, actor, role)?;
    let id = CustomRoleError::check(custom_role::delete(conn, actor.organization, role.id)?)?;
    let event = Event::new(Action::CustomRoleDeleted, "role", id, &role.name).before(json(&role.terms()));
    Ok(actor.event(event))
}

/// Whether the actor may change an existing role: no one changes their own.
pub fn may_change(conn: &mut Conn, actor: &Actor, role: &CustomRole) -> Result<(), CustomRoleError> {
    let own = Membership::find(conn, actor.organization, actor.id)?;
    if own.access.custom_role == Some(role.id) {
        return Err(CustomRoleError::NotAllowed);
    }
    rules::may_manage(&actor.authority(), &role.terms())
}

fn json(terms: &CustomRoleTerms) -> Value {
    json!({
        "name": terms.name,
        "description": terms.description,
        "base": terms.base.as_str(),
        "permissions": terms.permissions.text(),
    })
}
