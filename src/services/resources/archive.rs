//! Archives and restores resources.

use serde_json::json;

use crate::audit::{Action, Events};
use crate::auth::actor::Actor;
use crate::db::Conn;
use crate::db::types::inventory::{ResourceListing, ResourceState};
use crate::models::resource::{Resource, write};
use crate::services::resources::{ResourceError, events, reach};

/// Archives a resource. One that is archived stays so.
pub fn archive(conn: &mut Conn, actor: &Actor, id: &str) -> Result<(Resource, Events), ResourceError> {
    set_state(conn, actor, id, ResourceState::Archived)
}

/// Restores an archived resource.
pub fn restore(conn: &mut Conn, actor: &Actor, id: &str) -> Result<(Resource, Events), ResourceError> {
    set_state(conn, actor, id, ResourceState::Active)
}

fn set_state(conn: &mut Conn, actor: &Actor, id: &str, to: ResourceState) -> Result<(Resource, Events), ResourceError> {
    let present = reach::manageable(conn, actor, id)?;
    if present.is_locked() {
        return Err(ResourceError::CompanyArchived);
    }
    let (action, listed_as, archived_at) = match to {
        ResourceState::Archived => (Action::ResourceArchived, ResourceListing::Archived, Some(actor.cx.now)),
        ResourceState::Active => (Action::ResourceRestored, ResourceListing::Active, None),
    };
    if !write::set_state(conn, actor.organization, &present, to, archived_at)? {
        return Ok((present, Events::none("nothing changed")));
    }
    let event = events::event(action, present.id, &present.terms.name, present.company_id())
        .after(json!({ "kind": present.kind.as_str() }));
    let changed = Resource {
        state: to,
        listed_as,
        archived_at,
        ..present
    };
    Ok((changed, actor.event(event)))
}
