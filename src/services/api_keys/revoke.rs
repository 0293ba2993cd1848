//! Revokes keys.

use crate::audit::{Action, Events};
use crate::auth::actor::Actor;
use crate::common::error::AppError;
use crate::db::Conn;
use crate::models::api_key::write;
use crate::services::api_keys::events;
use crate::services::api_keys::reach;

/// Revokes a key, immediately. Returns its name.
pub fn revoke(conn: &mut Conn, actor: &Actor, id: &str) -> Result<(String, Events), AppError> {
    let key = reach::managed(conn, actor, id)?;
    if !write::revoke(conn, actor.organization, key.id, actor.cx.now)? {
        return Ok((key.name, Events::none("it is revoked already")));
    }
    let event = events::event(Action::KeyRevoked, key.id, &key.name, key.company).before(events::terms(
        conn,
        actor.organization,
        &key.terms(),
    )?);
    Ok((key.name, actor.event(event)))
}
