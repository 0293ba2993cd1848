//! Cancelling an invitation.

use actix_web::{HttpResponse, web};

use crate::api::invitations::document::InvitationDocument;
use crate::api::invitations::refusal;
use crate::api_auth::{Answer, ApiGate};
use crate::authz::permission::InviteMembers;
use crate::authz::scope::MembersWrite;
use crate::common::error::AppError;
use crate::common::id::InvitationId;
use crate::services::invitations::cancel;

/// Cancel an invitation
///
/// Its link stops working immediately.
#[utoipa::path(
    post, path = "/api/v1/invitations/{invitation}/cancellation", tag = "Invitations", operation_id = "cancel_invitation",
    params(("invitation" = InvitationId, Path, description = "The id of the invitation")),
    responses(
        (status = 200, description = "The invitation as it is now", body = InvitationDocument),
        (status = 409, description = "`invitation-closed`")
    )
)]
pub async fn create(
    gate: ApiGate<InviteMembers, MembersWrite>,
    invitation: web::Path<String>,
) -> Result<HttpResponse, AppError> {
    gate.change(move |actor, conn| {
        let (was, events) = cancel::cancel(conn, actor, &invitation).map_err(refusal::cancel)?;
        Ok((Answer::ok(&InvitationDocument::load(conn, actor, was.id)?)?, events))
    })
    .await
}
