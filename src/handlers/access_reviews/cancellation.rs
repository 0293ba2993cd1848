use actix_web::{HttpResponse, web};

use crate::auth::Gate;
use crate::authz::permission::RemoveMembers;
use crate::common::error::AppError;
use crate::common::html::see_other;
use crate::common::id::ReviewId;
use crate::handlers::access_reviews::closing::ClosingPage;
use crate::services::access_reviews::cancel;
use crate::services::access_reviews::cancel::CancelReviewError;

/// `GET /organizations/{slug}/access/reviews/{id}/cancellation`
pub async fn new(gate: Gate<RemoveMembers>, path: web::Path<(String, String)>) -> Result<HttpResponse, AppError> {
    let id = ReviewId::parse(&path.1).ok_or(AppError::NotFound)?;
    gate.show(move |actor, conn| ClosingPage::load(conn, actor, id, true))
        .await
}

/// `POST /organizations/{slug}/access/reviews/{id}/cancellation`
pub async fn create(gate: Gate<RemoveMembers>, path: web::Path<(String, String)>) -> Result<HttpResponse, AppError> {
    let (slug, id) = path.into_inner();
    let id = ReviewId::parse(&id).ok_or(AppError::NotFound)?;
    let to = format!("/organizations/{slug}/access/reviews/{id}");
    let cancelled = gate
        .try_write(move |actor, conn| Ok(((), cancel::cancel(conn, actor, id)?)))
        .await;
    match cancelled {
        Ok(()) => Ok(gate.done("The review is cancelled. Saved answers remain in effect", &to)),
        Err(CancelReviewError::NotRunning) => {
            gate.tell("info", "The review isn’t running");
            Ok(see_other(gate.fragment(), &to))
        }
        Err(CancelReviewError::Failed(error)) => Err(error),
    }
}
