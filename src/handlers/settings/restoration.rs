use actix_web::{HttpResponse, web};

use crate::auth::Gate;
use crate::authz::permission::TransferOrDelete;
use crate::common::error::AppError;
use crate::services::organizations::deletion;
use crate::services::organizations::deletion::RestoreError;

/// `POST /organizations/{slug}/settings/restoration`
pub async fn create(gate: Gate<TransferOrDelete>, slug: web::Path<String>) -> Result<HttpResponse, AppError> {
    let name = gate.read(|actor, _| Ok(actor.organization_name.clone())).await?;
    let message = match gate
        .try_write_while_pending(|actor, conn| deletion::restore(conn, actor))
        .await
    {
        Ok(()) => format!("{name} is restored"),
        Err(RestoreError::NotScheduled) => format!("{name} isn’t scheduled for deletion"),
        Err(RestoreError::Failed(error)) => return Err(error),
    };
    Ok(gate.done(message, &format!("/organizations/{slug}/settings/general")))
}
