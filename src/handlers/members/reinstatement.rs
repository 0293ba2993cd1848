//! Restoring a removed member.

use actix_web::HttpResponse;

use crate::auth::Gate;
use crate::authz::permission::RemoveMembers;
use crate::common::error::AppError;
use crate::common::html::see_other;
use crate::common::id::MembershipId;
use crate::handlers::members::queries::removed;
use crate::handlers::members::removed::check_reach;
use crate::handlers::members::{MemberPath, member_path, members_path};
use crate::services::members::errors::RemovalUndoError;
use crate::services::members::removal_undo;

/// `POST /organizations/{slug}/members/{id}/reinstatement`
pub async fn create(gate: Gate<RemoveMembers>, path: MemberPath) -> Result<HttpResponse, AppError> {
    let (_, id) = path.into_inner();
    let id = MembershipId::parse(&id);
    let restored = gate
        .try_write(move |actor, conn| {
            check_reach(conn, actor)?;
            let id = id.ok_or(AppError::NotFound)?;
            let name = removed::name(conn, actor.organization, id)?.ok_or(AppError::NotFound)?;
            let events = removal_undo::undo(conn, actor, id)?;
            let message = format!("{name} is a member again with the same role, companies and groups");
            Ok::<_, RemovalUndoError>((message, events))
        })
        .await;
    match (restored, id) {
        (Ok(message), _) => Ok(gate.done(message, &member_path(&gate))),
        (Err(RemovalUndoError::Failed(error)), _) => Err(error),
        (Err(RemovalUndoError::TooLate), None) => Err(AppError::NotFound),
        (Err(RemovalUndoError::TooLate), Some(id)) => {
            let name = gate
                .read(move |actor, conn| Ok(removed::name(conn, actor.organization, id)?))
                .await?
                .ok_or(AppError::NotFound)?;
            gate.tell("danger", format!("{name} can no longer be restored. Invite them again"));
            let path = format!("{}/removed", members_path(&gate));
            Ok(see_other(gate.fragment(), &path))
        }
    }
}
