//! Restoring the access of a suspended member.

use actix_web::{HttpResponse, web};

use crate::api::members::document::{MemberDocument, PendingDocument, outcome};
use crate::api::members::{find, refusal};
use crate::api_auth::ApiGate;
use crate::authz::permission::RemoveMembers;
use crate::authz::scope::MembersWrite;
use crate::common::error::AppError;
use crate::common::id::MembershipId;
use crate::db::types::MembershipStatus;
use crate::services::members::suspension;

/// Restore a member’s access
///
/// The member has the role, companies and groups again that they had before.
#[utoipa::path(
    post, path = "/api/v1/members/{member}/restoration", tag = "Members", operation_id = "restore_member",
    params(("member" = MembershipId, Path, description = "The id of the member")),
    responses(
        (status = 200, description = "The member as they are now", body = MemberDocument),
        (status = 202, description = "Another owner must approve it", body = PendingDocument),
        (status = 409, description = "`not-suspended`: the member has access; or `changed`")
    )
)]
pub async fn create(
    gate: ApiGate<RemoveMembers, MembersWrite>,
    member: web::Path<String>,
) -> Result<HttpResponse, AppError> {
    gate.change(move |actor, conn| {
        let member = find(conn, actor, &member)?;
        if member.status != MembershipStatus::Suspended {
            return Err(refusal::conflict(
                "not-suspended",
                "The member isn’t suspended",
                "There is nothing to restore.",
            )
            .into());
        }
        let (done, events) =
            suspension::reinstate(conn, actor, &member).map_err(|error| refusal::suspension(error, conn, actor))?;
        Ok((outcome(conn, actor, done, member.id)?, events))
    })
    .await
}
