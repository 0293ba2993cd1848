//! The description of the API (OpenAPI 3.1), for the reference page. The routes make it (`routes/openapi.rs`).

use actix_web::HttpRequest;
use serde_json::Value;

use crate::common::error::AppError;

/// The document, without the address of the instance.
#[derive(Debug, Clone, Copy)]
pub struct ApiDocument(pub &'static Value);

impl ApiDocument {
    pub fn of(req: &HttpRequest) -> Result<Self, AppError> {
        req.app_data::<Self>()
            .copied()
            .ok_or_else(|| AppError::internal("the routes add the description of the API"))
    }
}
