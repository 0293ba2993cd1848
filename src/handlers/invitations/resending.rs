//! Sending an invitation again.

use actix_web::{HttpResponse, web};

use crate::auth::Gate;
use crate::authz::permission::InviteMembers;
use crate::common::error::AppError;
use crate::common::html::see_other;
use crate::handlers::invitations::wording;
use crate::services::invitations::resend;
use crate::services::invitations::resend::ResendError;

pub async fn create(gate: Gate<InviteMembers>, path: web::Path<(String, String)>) -> Result<HttpResponse, AppError> {
    let (slug, id) = path.into_inner();
    let list = format!("/organizations/{slug}/invitations");
    match gate
        .try_write(move |actor, conn| resend::resend(conn, actor, &id))
        .await
    {
        Ok(was) => Ok(gate.done(format!("Sent again. {} has 7 days to accept", was.email), &list)),
        Err(ResendError::Failed(error)) => Err(error),
        Err(error) => {
            let message = gate
                .read(move |actor, _| Ok(wording::resend_error(&error, actor)))
                .await?;
            gate.tell("danger", message);
            Ok(see_other(gate.fragment(), &list))
        }
    }
}
