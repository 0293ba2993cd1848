//! Makes a member the owner of another one's key, so that it works with their permissions.

use serde_json::json;

use crate::audit::{Action, Events};
use crate::auth::actor::Actor;
use crate::common::error::AppError;
use crate::db::Conn;
use crate::models::api_key::ApiKey;
use crate::models::api_key::write;
use crate::models::member_names;
use crate::services::api_keys::create::owner;
use crate::services::api_keys::events;
use crate::services::api_keys::reach;

/// Why a key was not adopted.
#[derive(Debug)]
pub enum AdoptionError {
    /// It was revoked, has expired or was replaced.
    Ended,
    /// The actor owns it already.
    Own,
    /// Another member adopted it a moment ago.
    Changed,
    Failed(AppError),
}

crate::change_error!(AdoptionError);

/// Whether the actor can adopt a key.
pub fn is_possible(key: &ApiKey, actor: &Actor) -> bool {
    key.ended(actor.cx.now).is_none() && key.owner != actor.id
}

/// Adopts a key. Returns its name.
pub fn adopt(conn: &mut Conn, actor: &Actor, id: &str) -> Result<(String, Events), AdoptionError> {
    let key = reach::managed(conn, actor, id)?;
    if key.ended(actor.cx.now).is_some() {
        return Err(AdoptionError::Ended);
    }
    let to = owner(actor)?.membership;
    if key.owner == to {
        return Err(AdoptionError::Own);
    }
    let before = member_names::names(conn, actor.organization, vec![key.owner])?;
    let before = before.get(&key.owner).cloned().unwrap_or_default();
    if !write::adopt(conn, actor.organization, key.id, key.owner, to)? {
        return Err(AdoptionError::Changed);
    }
    let event = events::event(Action::KeyAdopted, key.id, &key.name, key.company)
        .before(json!({ "owner": before }))
        .after(json!({ "owner": actor.person.name }));
    Ok((key.name, actor.event(event)))
}
