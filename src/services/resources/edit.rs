//! Changes resources.

use crate::audit::{Action, Events};
use crate::auth::actor::Actor;
use crate::db::Conn;
use crate::db::types::inventory::ResourceState;
use crate::models::resource;
use crate::models::resource::{Resource, ResourceTerms, write};
use crate::services::resources::{ResourceError, events, reach};

/// Changes the terms of a resource to what `change` makes of it.
pub fn update<E: From<ResourceError>>(
    conn: &mut Conn,
    actor: &Actor,
    id: &str,
    change: impl FnOnce(&Resource) -> Result<ResourceTerms, E>,
) -> Result<(Resource, Events), E> {
    let failed = |error| E::from(ResourceError::Failed(error));
    let present = reach::manageable(conn, actor, id).map_err(failed)?;
    if present.is_locked() {
        return Err(ResourceError::CompanyArchived.into());
    }
    if present.state == ResourceState::Archived {
        return Err(ResourceError::Archived.into());
    }
    let terms = change(&present)?;
    if terms == present.terms {
        return Ok((present, Events::none("nothing changed")));
    }
    let events = apply(conn, actor, &present, &terms)?;
    Ok((Resource { terms, ..present }, events))
}

fn apply(conn: &mut Conn, actor: &Actor, present: &Resource, terms: &ResourceTerms) -> Result<Events, ResourceError> {
    if let Some(reference) = &terms.external_ref
        && resource::with_reference(conn, actor.organization, present.kind, reference)?
            .is_some_and(|id| id != present.id)
    {
        return Err(ResourceError::ReferenceTaken);
    }
    write::update(conn, actor.organization, present, terms)?;
    let (was, is) = events::changed(&present.terms, terms);
    let event = events::event(Action::ResourceEdited, present.id, &terms.name, present.company_id());
    Ok(actor.event(event.before(was).after(is)))
}
