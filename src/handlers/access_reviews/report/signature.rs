use actix_web::{HttpResponse, web};

use crate::auth::Gate;
use crate::authz::permission::ViewAccess;
use crate::common::error::AppError;
use crate::handlers::access_reviews::report::file;

/// `GET /organizations/{slug}/access/reviews/{id}/report.sig`: the signature, 64 bytes.
pub async fn show(gate: Gate<ViewAccess>, path: web::Path<(String, String)>) -> Result<HttpResponse, AppError> {
    file(gate, &path.1, "sig", "application/octet-stream", |_, _, signature| {
        let pairs = signature.as_bytes().chunks(2).map(|pair| {
            let text = std::str::from_utf8(pair).map_err(AppError::internal)?;
            u8::from_str_radix(text, 16).map_err(AppError::internal)
        });
        pairs.collect()
    })
    .await
}
