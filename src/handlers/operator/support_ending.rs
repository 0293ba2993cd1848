use actix_web::{HttpResponse, web};

use crate::auth::{Gate, OperatorGate};
use crate::authz::permission::ManageSecurity;
use crate::common::error::AppError;
use crate::common::html::see_other;
use crate::common::id::SupportId;
use crate::handlers::operator::queries::organizations;
use crate::services::support_sessions::end;
use crate::services::support_sessions::end::EndSupportError;

/// `POST /organizations/{slug}/settings/support/{id}/ending`: a member ends a session.
pub async fn create(gate: Gate<ManageSecurity>, path: web::Path<(String, String)>) -> Result<HttpResponse, AppError> {
    let (slug, id) = path.into_inner();
    let id = SupportId::parse(&id).ok_or(AppError::NotFound)?;
    let ended = gate
        .try_write(move |actor, conn| end::end(conn, actor.cx.now, actor.organization, id))
        .await;
    let path = format!("/organizations/{slug}/settings/support");
    match ended {
        Ok(()) => Ok(gate.done("Support session ended", &path)),
        Err(EndSupportError::AlreadyEnded) => {
            gate.tell("info", "This session has already ended");
            Ok(see_other(gate.fragment(), &path))
        }
        Err(EndSupportError::Failed(error)) => Err(error),
    }
}

/// `POST /operator/organizations/{slug}/support/ending`: an operator ends their own session.
pub async fn destroy(gate: OperatorGate, slug: web::Path<String>) -> Result<HttpResponse, AppError> {
    let path = gate
        .write(move |operator, conn| {
            let organization = organizations::find(conn, &slug)?;
            let ((), events) = end::end_own(conn, operator.cx.now, operator.id, Some(organization.id))?;
            Ok((format!("/operator/organizations/{}", organization.slug), events))
        })
        .await?;
    Ok(gate.done("Support session ended", &path))
}
