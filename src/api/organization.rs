//! The organization of the key.

use actix_web::HttpResponse;
use serde::Serialize;

use crate::api::json;
use crate::api_auth::ApiGate;
use crate::authz::permission::ViewOrganization;
use crate::authz::scope::AnyScope;
use crate::common::error::AppError;

#[derive(Serialize)]
struct OrganizationDocument {
    id: String,
    slug: String,
    name: String,
    time_zone: String,
}

/// `GET /api/v1/organization`
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
