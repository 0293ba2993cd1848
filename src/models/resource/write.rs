//! Writes of single resources.

use diesel::prelude::*;

use crate::common::id::{CompanyId, ResourceId, UserId};
use crate::common::search;
use crate::common::time::Time;
use crate::db::schema::resources;
use crate::db::types::inventory::{ResourceKind, ResourceListing, ResourceState, SyncStatus};
use crate::db::types::org_id::OrgId;
use crate::db::{Conn, affected};
use crate::models::resource::counts::Tally;
use crate::models::resource::{Resource, ResourceTerms, counts, words};

/// A resource that does not exist yet, in an active company or in none.
#[derive(Debug, Clone)]
pub struct NewResource {
    pub kind: ResourceKind,
    pub company: Option<CompanyId>,
    pub terms: ResourceTerms,
    pub created_by: UserId,
}

#[derive(AsChangeset, Insertable)]
#[diesel(table_name = resources, treat_none_as_null = true)]
struct TermsRow<'a> {
    name: &'a str,
    sort_name: Vec<u8>,
    external_ref: Option<String>,
    details: String,
    sync_status: Option<SyncStatus>,
    synced_at: Option<Time>,
}

impl<'a> From<&'a ResourceTerms> for TermsRow<'a> {
    fn from(terms: &'a ResourceTerms) -> Self {
        Self {
            name: &terms.name,
            sort_name: search::sort_key(&terms.name),
            external_ref: terms.external_ref.clone(),
            details: serde_json::to_string(&terms.details).unwrap_or_default(),
            sync_status: terms.sync.map(|sync| sync.status),
            synced_at: terms.sync.and_then(|sync| sync.at),
        }
    }
}

pub fn create(conn: &mut Conn, organization: OrgId, now: Time, new: &NewResource) -> QueryResult<ResourceId> {
    affected::organization(organization);
    let id = ResourceId::fresh();
    diesel::insert_into(resources::table)
        .values((
            resources::organization_id.eq(organization),
            resources::id.eq(id),
            resources::kind.eq(new.kind),
            resources::company_id.eq(new.company),
            TermsRow::from(&new.terms),
            resources::state.eq(ResourceState::Active),
            resources::listed_as.eq(ResourceListing::Active),
            resources::created_by.eq(new.created_by),
            resources::created_at.eq(now),
        ))
        .execute(conn)?;
    words::put(conn, organization, id, &new.terms, ResourceListing::Active)?;
    let one = Tally::from([((ResourceListing::Active, new.kind), 1)]);
    counts::add(conn, organization, new.company, &one)?;
    Ok(id)
}

/// Changes the terms of a resource.
pub fn update(conn: &mut Conn, organization: OrgId, resource: &Resource, terms: &ResourceTerms) -> QueryResult<()> {
    affected::organization(organization);
    diesel::update(resources::table.find((organization, resource.id)))
        .set(TermsRow::from(terms))
        .execute(conn)?;
    words::drop(conn, organization, resource.id)?;
    words::put(conn, organization, resource.id, terms, resource.listed_as)
}

/// Archives or restores a resource of an active company, or of none; `false` when it is so already.
pub fn set_state(
    conn: &mut Conn,
    organization: OrgId,
    resource: &Resource,
    to: ResourceState,
    archived_at: Option<Time>,
) -> QueryResult<bool> {
    affected::organization(organization);
    let listed_as = match to {
        ResourceState::Active => ResourceListing::Active,
        ResourceState::Archived => ResourceListing::Archived,
    };
    let changed = diesel::update(
        resources::table
            .filter(resources::organization_id.eq(organization))
            .filter(resources::id.eq(resource.id))
            .filter(resources::state.ne(to)),
    )
    .set((
        resources::state.eq(to),
        resources::listed_as.eq(listed_as),
        resources::archived_at.eq(archived_at),
    ))
    .execute(conn)?;
    if changed == 0 {
        return Ok(false);
    }
    words::drop(conn, organization, resource.id)?;
    words::put(conn, organization, resource.id, &resource.terms, listed_as)?;
    let change = Tally::from([
        ((resource.listed_as, resource.kind), -1),
        ((listed_as, resource.kind), 1),
    ]);
    counts::add(conn, organization, resource.company_id(), &change)?;
    Ok(true)
}
