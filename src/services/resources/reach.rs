//! Which resources someone sees and manages.

use diesel::QueryResult;

use crate::auth::actor::Actor;
use crate::authz::decision::Reach;
use crate::authz::permission::{ManageChannels, Permission, ViewCompany};
use crate::common::error::AppError;
use crate::common::id::{CompanyId, ResourceId};
use crate::db::Conn;
use crate::db::types::org_id::OrgId;
use crate::db::types::organization::CompanyStatus;
use crate::models::resource::Resource;
use crate::models::resource::scope::{ResourceScope, SharedResources};
use crate::models::{company_defaults, company_settings, resource};

/// What the actor sees: who has companies of their own sees what applies to them, also that of the whole organization.
pub fn seen(conn: &mut Conn, actor: &Actor) -> Result<ResourceScope, AppError> {
    if actor.reach::<ViewCompany>() == Reach::Everywhere {
        return Ok(ResourceScope::Everything);
    }
    let ids = actor.own_companies(conn, ViewCompany::ID)?;
    let shared = if ids.is_empty() {
        SharedResources::None
    } else {
        SharedResources::All
    };
    Ok(ResourceScope::Companies { ids, shared })
}

/// What applies to a company: its own resources and, while it is active, those of the whole organization. A company may use no
/// knowledge sources but its own.
pub fn applying(
    conn: &mut Conn,
    organization: OrgId,
    company: CompanyId,
    status: CompanyStatus,
) -> QueryResult<ResourceScope> {
    let shared = match status {
        CompanyStatus::Archived => SharedResources::None,
        CompanyStatus::Active => {
            let own = company_settings::knowledge(conn, organization, company)?;
            let used = match own {
                Some(own) => own,
                None => company_defaults::read(conn, organization)?.knowledge,
            };
            used.into()
        }
    };
    Ok(ResourceScope::Companies {
        ids: vec![company],
        shared,
    })
}

/// What the actor manages. Who manages it in companies of their own manages nothing of the whole organization.
pub fn managed(conn: &mut Conn, actor: &Actor) -> Result<ResourceScope, AppError> {
    Ok(match actor.reach::<ManageChannels>() {
        Reach::Everywhere => ResourceScope::Everything,
        Reach::OwnCompanies => ResourceScope::Companies {
            ids: actor.own_companies(conn, ManageChannels::ID)?,
            shared: SharedResources::None,
        },
        Reach::Nowhere => ResourceScope::Companies {
            ids: Vec::new(),
            shared: SharedResources::None,
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
