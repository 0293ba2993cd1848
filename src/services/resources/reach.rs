//! Which resources someone sees and manages.

use crate::auth::actor::Actor;
use crate::authz::decision::Reach;
use crate::authz::permission::{ManageChannels, Permission, ViewCompany};
use crate::common::error::AppError;
use crate::common::id::ResourceId;
use crate::db::Conn;
use crate::models::resource;
use crate::models::resource::{Resource, ResourceScope};

/// What the actor sees: who has companies of their own sees what applies to them, also that of the whole organization.
pub fn seen(conn: &mut Conn, actor: &Actor) -> Result<ResourceScope, AppError> {
    if actor.reach::<ViewCompany>() == Reach::Everywhere {
        return Ok(ResourceScope::Everything);
    }
    let ids = actor.own_companies(conn, ViewCompany::ID)?;
    let shared = !ids.is_empty();
    Ok(ResourceScope::Companies { ids, shared })
}

/// What the actor manages. Who manages it in companies of their own manages nothing of the whole organization.
pub fn managed(conn: &mut Conn, actor: &Actor) -> Result<ResourceScope, AppError> {
    Ok(match actor.reach::<ManageChannels>() {
        Reach::Everywhere => ResourceScope::Everything,
        Reach::OwnCompanies => ResourceScope::Companies {
            ids: actor.own_companies(conn, ManageChannels::ID)?,
            shared: false,
        },
        Reach::Nowhere => ResourceScope::Companies {
            ids: Vec::new(),
            shared: false,
        },
    })
}

/// A resource that the actor sees.
pub fn visible(conn: &mut Conn, actor: &Actor, id: &str) -> Result<Resource, AppError> {
    let id = ResourceId::parse(id).ok_or(AppError::NotFound)?;
    let scope = seen(conn, actor)?;
    resource::find(conn, actor.organization, id, &scope)
}

/// A resource that the actor manages. One that they only see is refused.
pub(super) fn manageable(conn: &mut Conn, actor: &Actor, id: &str) -> Result<Resource, AppError> {
    let found = visible(conn, actor, id)?;
    if managed(conn, actor)?.has(found.company_id()) {
        return Ok(found);
    }
    let slug = found.company.map(|company| company.slug);
    Err(actor.refused(conn, ManageChannels::ID, slug)?)
}
