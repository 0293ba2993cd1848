//! The JSON API, one file for each address. Errors are `AppError`s: `web/problem.rs` makes problem documents of them.
//!
//! What a handler says about itself with `utoipa::path` is its part of the document (`document.rs`).

mod body;
mod cloud_event;
pub mod companies;
pub mod company_settings;
pub mod document;
pub mod events;
pub mod facts;
pub mod invitations;
pub mod members;
mod names;
pub mod organization;
mod paging;
mod report_document;
pub mod reports;
pub mod resource_archiving;
mod resource_changes;
mod resource_document;
pub mod resource_restoring;
pub mod resources;
pub mod voiding;

use actix_web::HttpResponse;
use serde::Serialize;

use crate::common::error::AppError;

/// A JSON document.
pub fn json(document: &impl Serialize) -> Result<HttpResponse, AppError> {
    let body = serde_json::to_string(document).map_err(AppError::internal)?;
    Ok(HttpResponse::Ok().content_type("application/json").body(body))
}
