//! Withdrawing an access request.

use actix_web::HttpResponse;

use crate::auth::Gate;
use crate::authz::permission::ViewOrganization;
use crate::common::error::AppError;
use crate::common::html::see_other;
use crate::handlers::permissions::requests::{RequestPath, visible};
use crate::services::access_requests::withdrawal::{WithdrawalOutcome, withdraw};

/// `POST /organizations/{slug}/access/requests/{id}/withdrawal`
pub async fn create(gate: Gate<ViewOrganization>, path: RequestPath) -> Result<HttpResponse, AppError> {
    let id = path.into_inner().1;
    let (outcome, path) = gate
        .write(move |actor, conn| {
            let request = visible(conn, actor, &id)?;
            let (outcome, events) = withdraw(conn, actor, &request)?;
            Ok(((outcome, actor.path("/access/mine")), events))
        })
        .await?;
    match outcome {
        WithdrawalOutcome::Withdrawn => Ok(gate.done("Request withdrawn", &path)),
        WithdrawalOutcome::AlreadyDecided => {
            gate.tell("info", "This request was decided before");
            Ok(see_other(gate.fragment(), &path))
        }
    }
}
