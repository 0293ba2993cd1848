use actix_web::{HttpResponse, web};

use crate::app::FlashUndo;
use crate::auth::Gate;
use crate::authz::permission::ManageChannels;
use crate::common::error::AppError;
use crate::services::resources::{ResourceError, archive};

/// `POST /organizations/{slug}/resources/{id}/archiving`
pub async fn create(gate: Gate<ManageChannels>, path: web::Path<(String, String)>) -> Result<HttpResponse, AppError> {
    let (_, id) = path.into_inner();
    let done = gate
        .try_write(move |actor, conn| {
            let (resource, events) = archive::archive(conn, actor, &id)?;
            let path = actor.path(&format!("/resources/{}", resource.id));
            Ok(((resource.terms.name, path), events))
        })
        .await;
    match done {
        Ok((name, path)) => {
            let undo = FlashUndo::to(format!("{path}/restoring"));
            Ok(gate.done_with_undo(format!("{name} is archived"), &path, Some(undo)))
        }
        Err(ResourceError::Failed(error)) => Err(error),
        // The page of a resource whose company is archived has no button for it.
        Err(_) => Err(AppError::NotFound),
    }
}
