use actix_web::{HttpResponse, web};

use crate::api::json;
use crate::api::resource_document::{ResourceDocument, refused};
use crate::api_auth::ApiGate;
use crate::authz::permission::ManageChannels;
use crate::authz::scope::ResourcesWrite;
use crate::common::error::AppError;
use crate::services::resources::archive;

/// `POST /api/v1/resources/{id}/archiving`
pub async fn create(
    gate: ApiGate<ManageChannels, ResourcesWrite>,
    id: web::Path<String>,
) -> Result<HttpResponse, AppError> {
    let id = id.into_inner();
    let done = gate
        .try_write(move |actor, conn| archive::archive(conn, actor, &id))
        .await;
    json(&ResourceDocument::from(done.map_err(refused)?))
}
