//! The organization of the key.

use actix_web::HttpResponse;
use serde::Serialize;
use utoipa::ToSchema;

use crate::api::json;
use crate::api_auth::ApiGate;
use crate::authz::permission::ViewOrganization;
use crate::authz::scope::AnyScope;
use crate::common::error::AppError;

/// An organization.
#[derive(Serialize, ToSchema)]
pub struct OrganizationDocument {
    #[schema(pattern = "^[0-9a-f]{32}$", example = "0193a1b2c3d4e5f60718293a4b5c6d7e")]
    id: String,
    /// Its part of the console's addresses.
    #[schema(example = "northwind")]
    slug: String,
    #[schema(example = "Northwind Holdings")]
    name: String,
    /// Days are days of this time zone.
    #[schema(example = "Europe/Berlin")]
    time_zone: String,
}

/// Get the organization
///
/// The organization that the key belongs to. Every key can read it.
#[utoipa::path(
    get, path = "/api/v1/organization", tag = "Organization", operation_id = "get_organization",
    responses((status = 200, description = "The organization", body = OrganizationDocument))
)]
pub async fn show(gate: ApiGate<ViewOrganization, AnyScope>) -> Result<HttpResponse, AppError> {
    let document = gate
        .read(|actor, _| {
            Ok(OrganizationDocument {
                id: actor.organization.to_string(),
                slug: actor.slug.clone(),
                name: actor.organization_name.clone(),
                time_zone: actor.org_zone.to_string(),
            })
        })
        .await?;
    json(&document)
}
