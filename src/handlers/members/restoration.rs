//! Restoring a suspended member's access.

use actix_web::HttpResponse;

use crate::auth::Gate;
use crate::authz::permission::RemoveMembers;
use crate::common::error::AppError;
use crate::handlers::members::{MemberPath, back_with_error, forbidden, member_path, removable};
use crate::services::members::errors::SuspensionError;
use crate::services::members::suspension;

/// `POST /organizations/{slug}/members/{id}/restoration`
pub async fn create(gate: Gate<RemoveMembers>, path: MemberPath) -> Result<HttpResponse, AppError> {
    let (_, id) = path.into_inner();
    let restored = gate
        .try_write(move |actor, conn| {
            let member = removable(conn, actor, &id)?;
            let (outcome, events) = suspension::reinstate(conn, actor, &member)?;
            let done = || format!("{} has access again", member.name);
            Ok::<_, SuspensionError>((outcome.message_or(done), events))
        })
        .await;
    match restored {
        Ok(message) => Ok(gate.done(message, &member_path(&gate))),
        Err(SuspensionError::NotAllowed) => forbidden(&gate).await,
        Err(SuspensionError::Failed(error)) => Err(error),
        Err(error) => Ok(back_with_error(&gate, error.message())),
    }
}
