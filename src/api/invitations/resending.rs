//! Sending an invitation again.

use actix_web::{HttpResponse, web};

use crate::api::invitations::document::InvitationDocument;
use crate::api::invitations::refusal;
use crate::api_auth::{Answer, ApiGate};
use crate::authz::permission::InviteMembers;
use crate::authz::scope::MembersWrite;
use crate::common::error::AppError;
use crate::common::id::InvitationId;
use crate::services::invitations::resend;

/// Resend an invitation
///
/// Sends the email again with a new link, which is valid for 7 days. At most once a minute and five times a day.
#[utoipa::path(
    post, path = "/api/v1/invitations/{invitation}/resending", tag = "Invitations", operation_id = "resend_invitation",
    params(("invitation" = InvitationId, Path, description = "The id of the invitation")),
    responses(
        (status = 200, description = "The invitation as it is now", body = InvitationDocument),
        (status = 409, description = "`invitation-closed`, `already-invited`, `already-member`, `access-ended`, `invitations-blocked`, or `changed`")
    )
)]
pub async fn create(
    gate: ApiGate<InviteMembers, MembersWrite>,
    invitation: web::Path<String>,
) -> Result<HttpResponse, AppError> {
    gate.change(move |actor, conn| {
        let (sent, events) =
            resend::resend(conn, actor, &invitation).map_err(|error| refusal::resend(error, conn, actor))?;
        Ok((Answer::ok(&InvitationDocument::load(conn, actor, sent.id)?)?, events))
    })
    .await
}
