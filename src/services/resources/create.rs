//! Creates resources.

use crate::audit::{Action, Events};
use crate::auth::actor::Actor;
use crate::common::id::{CompanyId, ResourceId};
use crate::db::Conn;
use crate::db::types::inventory::ResourceKind;
use crate::db::types::organization::CompanyStatus;
use crate::models::company;
use crate::models::resource;
use crate::models::resource::write::NewResource;
use crate::models::resource::{ResourceTerms, write};
use crate::services::resources::{ResourceError, events, reach};

/// Creates a resource of a company, or of the whole organization.
pub fn create(
    conn: &mut Conn,
    actor: &Actor,
    kind: ResourceKind,
    company: Option<CompanyId>,
    terms: ResourceTerms,
) -> Result<(ResourceId, Events), ResourceError> {
    let organization = actor.organization;
    if !reach::managed(conn, actor)?.has(company) {
        return Err(match company {
            None => ResourceError::CompanyMissing,
            Some(_) => ResourceError::CompanyUnknown,
        });
    }
    if let Some(company) = company {
        match resource::company_status(conn, organization, company)? {
            Some(CompanyStatus::Active) => {}
            Some(CompanyStatus::Archived) => return Err(ResourceError::CompanyArchived),
            None => return Err(ResourceError::CompanyUnknown),
        }
    }
    if let Some(reference) = &terms.external_ref
        && resource::with_reference(conn, organization, kind, reference)?.is_some()
    {
        return Err(ResourceError::ReferenceTaken);
    }
    let mut facts = events::set(&terms);
    facts.insert("kind".into(), kind.as_str().into());
    if let Some(company) = company {
        let name = company::name_of(conn, organization, company)?.unwrap_or_default();
        facts.insert("company".into(), name.into());
        facts.insert("company_id".into(), company.to_string().into());
    }
    let name = terms.name.clone();
    let new = NewResource {
        kind,
        company,
        terms,
        created_by: actor.person.id,
    };
    let id = write::create(conn, organization, actor.cx.now, &new)?;
    let event = events::event(Action::ResourceCreated, id, &name, company).after(facts.into());
    Ok((id, actor.event(event)))
}
