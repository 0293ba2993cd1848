//! Signing everyone out of the organization.

use actix_web::HttpResponse;
use actix_web::web::Path;

use crate::auth::Gate;
use crate::authz::permission::LogOutEverybody;
use crate::common::error::AppError;
use crate::services::organizations::security::sessions;

/// `POST /organizations/{slug}/settings/security/sessions/ending`
pub async fn destroy(gate: Gate<LogOutEverybody>, slug: Path<String>) -> Result<HttpResponse, AppError> {
    gate.write(|actor, conn| Ok(((), sessions::end_all(conn, actor)?)))
        .await?;
    let path = format!("/organizations/{slug}");
    Ok(gate.done("Everyone has to confirm who they are before they go on, you too", &path))
}
