//! Signing one member out of the organization.

use actix_web::HttpResponse;
use actix_web::web::Path;

use crate::auth::Gate;
use crate::authz::permission::LogOutEverybody;
use crate::common::error::AppError;
use crate::common::id::MembershipId;
use crate::services::organizations::security::sessions;

/// `POST /organizations/{slug}/members/{id}/sessions/ending`
pub async fn destroy(gate: Gate<LogOutEverybody>, path: Path<(String, String)>) -> Result<HttpResponse, AppError> {
    let (slug, id) = path.into_inner();
    let member = MembershipId::parse(&id).ok_or(AppError::NotFound)?;
    let name = gate
        .write(move |actor, conn| sessions::end_of_member(conn, actor, member))
        .await?;
    let path = format!("/organizations/{slug}/members/{id}");
    let message = format!("{name} has to confirm who they are before they go on");
    Ok(gate.done(message, &path))
}
