use actix_web::HttpResponse;

use crate::auth::Gate;
use crate::authz::permission::ViewOrganization;
use crate::common::error::AppError;
use crate::common::html::see_other;
use crate::handlers::settings::approvals::{ApprovalPath, approval_path, parse_id, refused};
use crate::services::approvals::decide;

/// `POST /organizations/{slug}/settings/approvals/{id}/withdrawal`
pub async fn create(gate: Gate<ViewOrganization>, path: ApprovalPath) -> Result<HttpResponse, AppError> {
    let id = parse_id(&path)?;
    let decided = gate
        .try_write(move |actor, conn| {
            let ((), events) = decide::withdraw(conn, actor, id)?;
            Ok((approval_path(actor, id), events))
        })
        .await;
    match decided {
        Ok(path) => {
            gate.tell("info", "Withdrawn. Nothing was changed");
            Ok(see_other(gate.fragment(), &path))
        }
        Err(error) => refused(&gate, id, error).await,
    }
}
