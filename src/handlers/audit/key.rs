//! The public key that verifies an export.

use actix_web::HttpResponse;

use crate::auth::Gate;
use crate::authz::permission::ViewAudit;
use crate::common::error::AppError;
use crate::common::html::download;

/// `GET /organizations/{slug}/settings/audit/key.pem`
pub async fn show(gate: Gate<ViewAudit>) -> Result<HttpResponse, AppError> {
    let pem = gate
        .read(|actor, _| Ok(actor.cx.app.keys.signer().public_pem()))
        .await?;
    Ok(download("tenantry-key.pem", "application/x-pem-file", pem.into_bytes()))
}
