use actix_web::{HttpResponse, web};

use crate::auth::Gate;
use crate::authz::permission::ViewAccess;
use crate::common::error::AppError;
use crate::handlers::access_reviews::report::file;

/// `GET /organizations/{slug}/access/reviews/{id}/report.pem`: the public key of the instance.
pub async fn show(gate: Gate<ViewAccess>, path: web::Path<(String, String)>) -> Result<HttpResponse, AppError> {
    file(gate, &path.1, "pem", "application/x-pem-file", |actor, _, _| {
        Ok(actor.cx.app.keys.signer().public_pem().into_bytes())
    })
    .await
}
