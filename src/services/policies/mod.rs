//! Changes of the organization's policies: what whole roles can do.

pub mod rules;

use serde_json::{Value, json};

use crate::audit::{Action, Event, Events};
use crate::auth::actor::Actor;
use crate::common::error::AppError;
use crate::db::Conn;
use crate::models::membership::access;
use crate::models::organization;
use crate::services::policies::rules::PolicyCell;

/// Why policies were not changed.
#[derive(Debug)]
pub enum PolicyError {
    /// The actor may not change this cell.
    NotAllowed(PolicyCell),
    /// The policies changed after they were read.
    Changed,
    Failed(AppError),
}

crate::change_error!(PolicyError);

/// Saves the policies. `seen` is what the form showed, as text; `on` are the cells that it has on. Cells that the actor may
/// not change stay as they are, unless the form turns one on: then it is refused.
pub fn save(conn: &mut Conn, actor: &Actor, seen: &str, on: &[PolicyCell]) -> Result<Events, PolicyError> {
    actor.confirmed()?;
    let before = access::policies(conn, actor.organization)?;
    if seen != before.text() {
        return Err(PolicyError::Changed);
    }
    let authority = actor.authority();
    let after = rules::chosen(&authority, &before, on);
    rules::may_change(&authority, &before, &after).map_err(PolicyError::NotAllowed)?;
    let changes = rules::changes(&before, &after);
    if changes.is_empty() {
        return Ok(Events::none("nothing changed"));
    }
    if !organization::set_policies(conn, actor.organization, &before, &after)? {
        return Err(PolicyError::Changed);
    }
    let list = |of: bool| {
        let each = changes.iter().map(|((column, permission), on)| {
            let key = format!("{} {}", column.key(), permission.key());
            (key, json!(if *on == of { "on" } else { "off" }))
        });
        Value::Object(each.collect())
    };
    let event = Event::new(
        Action::PolicyChanged,
        "organization",
        actor.organization,
        &actor.organization_name,
    )
    .before(list(false))
    .after(list(true));
    Ok(actor.event(event))
}
