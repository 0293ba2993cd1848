use actix_web::{HttpResponse, web};

use crate::auth::Gate;
use crate::authz::permission::ViewAccess;
use crate::common::error::AppError;
use crate::handlers::access_reviews::report::file;

/// `GET /organizations/{slug}/access/reviews/{id}/report.json`: the bytes that are signed.
pub async fn show(gate: Gate<ViewAccess>, path: web::Path<(String, String)>) -> Result<HttpResponse, AppError> {
    file(gate, &path.1, "json", "application/json", |_, text, _| {
        Ok(text.into_bytes())
    })
    .await
}
