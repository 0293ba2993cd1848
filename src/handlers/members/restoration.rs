//! Restoring a suspended member's access.

use actix_web::HttpResponse;

use crate::app::FlashUndo;
use crate::auth::Gate;
use crate::authz::permission::RemoveMembers;
use crate::common::error::AppError;
use crate::handlers::members::queries;
use crate::handlers::members::{MemberPath, back_with_error, forbidden, member_path, removable};
use crate::services::members::MemberOutcome;
use crate::services::members::errors::SuspensionError;
use crate::services::members::suspension;

/// `POST /organizations/{slug}/members/{id}/restoration`
pub async fn create(gate: Gate<RemoveMembers>, path: MemberPath) -> Result<HttpResponse, AppError> {
    let (_, id) = path.into_inner();
    let restored = gate
        .try_write(move |actor, conn| {
            let member = removable(conn, actor, &id)?;
            let known = queries::suspension(conn, actor.organization, member.id)?;
            let (outcome, events) = suspension::reinstate(conn, actor, &member)?;
            let done = || format!("{} has access again", member.name);
            // An access that ended by itself is not suspended again.
            let undoes = outcome == MemberOutcome::Done && known.by.is_some();
            let undo = FlashUndo::to(actor.path(&format!("/members/{}/suspension", member.id)));
            let undo = Some(undo.with("reason", known.reason)).filter(|_| undoes);
            Ok::<_, SuspensionError>(((outcome.message_or(done), undo), events))
        })
        .await;
    match restored {
        Ok((message, undo)) => Ok(gate.done_with_undo(message, &member_path(&gate), undo)),
        Err(SuspensionError::NotAllowed) => forbidden(&gate).await,
        Err(SuspensionError::Failed(error)) => Err(error),
        Err(error) => Ok(back_with_error(&gate, error.message())),
    }
}
