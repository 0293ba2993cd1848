//! Resources: agents, campaigns, lead lists, phone numbers, knowledge sources and apps, of a company or of the whole organization.

pub mod counts;
pub mod list;
pub mod of_company;
pub mod scope;
pub mod words;
pub mod write;

use diesel::prelude::*;
use serde::{Deserialize, Serialize};

use crate::common::error::AppError;
use crate::common::id::{CompanyId, ResourceId};
use crate::common::time::Time;
use crate::db::Conn;
use crate::db::schema::{companies, resources};
use crate::db::types::inventory::{ResourceKind, ResourceListing, ResourceState, SourceType, SyncStatus};
use crate::db::types::org_id::OrgId;
use crate::db::types::organization::CompanyStatus;
use crate::models::resource::scope::ResourceScope;

/// What a resource has by its kind. A field that the kind does not have is `None`.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct ResourceDetails {
    /// A phone number in the international form.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub number: Option<String>,
    /// What a knowledge source is read from.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
    /// The address of a website or an app.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub file_name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
}

impl ResourceDetails {
    pub fn source(&self) -> Option<SourceType> {
        self.source.as_deref().and_then(SourceType::parse)
    }

    /// The detail that tells it from others of its kind: number, address, or name of the file.
    pub fn shown(&self) -> Option<&str> {
        let some = [&self.number, &self.url, &self.file_name];
        some.into_iter().find_map(Option::as_deref)
    }
}

/// How the last synchronization went, and when it was.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ResourceSync {
    pub status: SyncStatus,
    pub at: Option<Time>,
}

/// What someone sets of a resource.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ResourceTerms {
    pub name: String,
    pub external_ref: Option<String>,
    pub details: ResourceDetails,
    pub sync: Option<ResourceSync>,
}

/// The company of a resource.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ResourceCompany {
    pub id: CompanyId,
    pub name: String,
    pub slug: String,
    pub status: CompanyStatus,
}

#[derive(Debug, Clone)]
pub struct Resource {
    pub id: ResourceId,
    pub kind: ResourceKind,
    /// `None`: of the whole organization.
    pub company: Option<ResourceCompany>,
    pub state: ResourceState,
    pub listed_as: ResourceListing,
    pub sort_name: Vec<u8>,
    pub terms: ResourceTerms,
    pub created_at: Time,
    pub archived_at: Option<Time>,
}

impl Resource {
    /// Whether it can't be changed because its company is archived.
    pub fn is_locked(&self) -> bool {
        self.company
            .as_ref()
            .is_some_and(|company| company.status == CompanyStatus::Archived)
    }

    pub fn company_id(&self) -> Option<CompanyId> {
        self.company.as_ref().map(|company| company.id)
    }
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = resources)]
struct ResourceRow {
    id: ResourceId,
    kind: ResourceKind,
    name: String,
    sort_name: Vec<u8>,
    state: ResourceState,
    listed_as: ResourceListing,
    external_ref: Option<String>,
    details: String,
    sync_status: Option<SyncStatus>,
    synced_at: Option<Time>,
    created_at: Time,
    archived_at: Option<Time>,
}

type CompanyColumns = Option<(CompanyId, String, String, CompanyStatus)>;

fn resource((row, company): (ResourceRow, CompanyColumns)) -> Resource {
    Resource {
        id: row.id,
        kind: row.kind,
        company: company.map(|(id, name, slug, status)| ResourceCompany { id, name, slug, status }),
        state: row.state,
        listed_as: row.listed_as,
        sort_name: row.sort_name,
        terms: ResourceTerms {
            name: row.name,
            external_ref: row.external_ref,
            details: serde_json::from_str(&row.details).unwrap_or_default(),
            sync: row.sync_status.map(|status| ResourceSync {
                status,
                at: row.synced_at,
            }),
        },
        created_at: row.created_at,
        archived_at: row.archived_at,
    }
}

/// Resources with their companies. A macro, because the type of the query is long.
macro_rules! with_companies {
    ($organization:expr) => {
        $crate::db::schema::resources::table
            .left_join(
                $crate::db::schema::companies::table.on($crate::db::schema::companies::organization_id
                    .eq($crate::db::schema::resources::organization_id)
                    .and(
                        $crate::db::schema::companies::id
                            .nullable()
                            .eq($crate::db::schema::resources::company_id),
                    )),
            )
            .filter($crate::db::schema::resources::organization_id.eq($organization))
            .select((
                $crate::models::resource::ResourceRow::as_select(),
                (
                    $crate::db::schema::companies::id,
                    $crate::db::schema::companies::name,
                    $crate::db::schema::companies::slug,
                    $crate::db::schema::companies::status,
                )
                    .nullable(),
            ))
    };
}
pub(crate) use with_companies;

/// A resource by its id. One of a deleted company is not found.
pub fn find(conn: &mut Conn, organization: OrgId, id: ResourceId, scope: &ResourceScope) -> Result<Resource, AppError> {
    let row: (ResourceRow, CompanyColumns) = with_companies!(organization)
        .filter(resources::id.eq(id))
        .filter(resources::listed_as.ne(ResourceListing::Deleted))
        .first(conn)?;
    let found = resource(row);
    if scope.has_resource(&found) {
        Ok(found)
    } else {
        Err(AppError::NotFound)
    }
}

/// The resource of a kind that has a reference, also one of a deleted company.
pub fn with_reference(
    conn: &mut Conn,
    organization: OrgId,
    kind: ResourceKind,
    reference: &str,
) -> QueryResult<Option<ResourceId>> {
    resources::table
        .filter(resources::organization_id.eq(organization))
        .filter(resources::kind.eq(kind))
        .filter(resources::external_ref.eq(reference))
        .select(resources::id)
        .first(conn)
        .optional()
}

/// The status of a company; `None` when there is none with this id.
pub fn company_status(conn: &mut Conn, organization: OrgId, company: CompanyId) -> QueryResult<Option<CompanyStatus>> {
    companies::table
        .find((organization, company))
        .select(companies::status)
        .first(conn)
        .optional()
}
