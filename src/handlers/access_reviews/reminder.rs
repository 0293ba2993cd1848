use actix_web::{HttpResponse, web};

use crate::audit::Events;
use crate::auth::Gate;
use crate::authz::permission::RemoveMembers;
use crate::common::error::AppError;
use crate::common::html::see_other;
use crate::common::id::ReviewId;
use crate::services::access_reviews::remind;
use crate::services::access_reviews::remind::RemindError;

/// `POST /organizations/{slug}/access/reviews/{id}/reminding`
pub async fn create(gate: Gate<RemoveMembers>, path: web::Path<(String, String)>) -> Result<HttpResponse, AppError> {
    let (slug, id) = path.into_inner();
    let id = ReviewId::parse(&id).ok_or(AppError::NotFound)?;
    let to = format!("/organizations/{slug}/access/reviews/{id}");
    let reminded = gate
        .try_write(move |actor, conn| {
            remind::remind(conn, actor, id)?;
            Ok(((), Events::none("emails are rows of the outbox")))
        })
        .await;
    match reminded {
        Ok(()) => return Ok(gate.done("Everyone with open answers gets a reminder", &to)),
        Err(RemindError::NotRunning) => gate.tell("info", "The review isn’t running"),
        Err(RemindError::TooSoon) => gate.tell("warning", "Emails were sent less than 24 hours ago. Try again later"),
        Err(RemindError::Failed(error)) => return Err(error),
    }
    Ok(see_other(gate.fragment(), &to))
}
