//! Resources as documents.

use actix_web::http::StatusCode;
use serde::Serialize;
use utoipa::ToSchema;

use crate::api_auth::Refused;
use crate::common::id::{CompanyId, ResourceId};
use crate::common::problem::Problem;
use crate::common::time::Time;
use crate::db::types::inventory::{ResourceKind, ResourceState, SyncStatus};
use crate::models::resource::Resource;
use crate::services::resources::ResourceError;

/// A resource.
#[derive(Debug, Serialize, ToSchema)]
pub struct ResourceDocument {
    pub id: ResourceId,
    pub kind: ResourceKind,
    #[schema(example = "Reminders")]
    pub name: String,
    pub status: ResourceState,
    /// Whether it can't be changed because its company is archived.
    pub read_only: bool,
    /// The slug of its company; null: of the whole organization.
    #[schema(example = "harbor-recovery")]
    pub company: Option<String>,
    /// The id of its company.
    pub company_id: Option<CompanyId>,
    /// What it is called in other systems.
    pub external_ref: Option<String>,
    /// Of a phone number, in the international form.
    pub number: Option<String>,
    /// Of a knowledge source: `url`, `file` or `text`.
    pub source: Option<String>,
    /// Of a website or an app.
    pub url: Option<String>,
    /// Of a file.
    pub file_name: Option<String>,
    /// Of a text.
    pub text: Option<String>,
    /// Of a knowledge source; null: not reported.
    pub sync_status: Option<SyncStatus>,
    /// When it was synchronized last.
    pub synced_at: Option<Time>,
    pub created_at: Time,
    pub archived_at: Option<Time>,
}

impl From<Resource> for ResourceDocument {
    fn from(resource: Resource) -> Self {
        let details = resource.terms.details.clone();
        let sync = resource.terms.sync;
        Self {
            id: resource.id,
            kind: resource.kind,
            status: resource.state,
            read_only: resource.is_locked(),
            company_id: resource.company_id(),
            company: resource.company.as_ref().map(|company| company.slug.clone()),
            name: resource.terms.name,
            external_ref: resource.terms.external_ref,
            number: details.number,
            source: details.source,
            url: details.url,
            file_name: details.file_name,
            text: details.text,
            sync_status: sync.map(|sync| sync.status),
            synced_at: sync.and_then(|sync| sync.at),
            created_at: resource.created_at,
            archived_at: resource.archived_at,
        }
    }
}

/// What a refusal answers.
pub fn refused(error: ResourceError) -> Refused {
    let conflict = |kind, title, detail| Refused::from(Problem::new(kind, StatusCode::CONFLICT, title, detail));
    match error {
        ResourceError::CompanyMissing => {
            Problem::invalid("company", "The key manages resources of companies only. Name one.").into()
        }
        ResourceError::CompanyUnknown => {
            Problem::invalid("company", "It is no company in which the key manages resources.").into()
        }
        ResourceError::CompanyArchived => conflict("company-archived", "The company is archived", "Restore it first."),
        ResourceError::Archived => conflict("resource-archived", "The resource is archived", "Restore it first."),
        ResourceError::ReferenceTaken => {
            Problem::invalid("external_ref", "Another resource of this kind has the reference.").into()
        }
        ResourceError::Failed(error) => error.into(),
    }
}
