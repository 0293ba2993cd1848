//! Archiving a resource.

use actix_web::{HttpResponse, web};

use crate::api::resource_document::{ResourceDocument, refused};
use crate::api_auth::{Answer, ApiGate};
use crate::authz::permission::ManageChannels;
use crate::authz::scope::ResourcesWrite;
use crate::common::error::AppError;
use crate::common::id::ResourceId;
use crate::services::resources::archive;

/// Archive a resource
///
/// It can be restored at any time.
#[utoipa::path(
    post, path = "/api/v1/resources/{id}/archiving", tag = "Resources", operation_id = "archive_resource",
    params(("id" = ResourceId, Path, description = "The id of the resource")),
    responses(
        (status = 200, description = "The resource as it is now", body = ResourceDocument),
        (status = 409, description = "`company-archived`: the company is archived")
    )
)]
pub async fn create(
    gate: ApiGate<ManageChannels, ResourcesWrite>,
    id: web::Path<String>,
) -> Result<HttpResponse, AppError> {
    let id = id.into_inner();
    gate.change(move |actor, conn| {
        let (resource, events) = archive::archive(conn, actor, &id).map_err(refused)?;
        Ok((Answer::ok(&ResourceDocument::from(resource))?, events))
    })
    .await
}
