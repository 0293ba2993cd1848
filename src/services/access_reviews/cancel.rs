use crate::audit::{Action, Event, Events};
use crate::auth::actor::Actor;
use crate::common::error::AppError;
use crate::common::id::ReviewId;
use crate::db::Conn;
use crate::models::access_review;
use crate::services::access_reviews::permission;

#[derive(Debug)]
pub enum CancelReviewError {
    /// The review was closed or cancelled already.
    NotRunning,
    Failed(AppError),
}
crate::change_error!(CancelReviewError);

/// Cancels a review. Saved answers remain in effect.
pub fn cancel(conn: &mut Conn, actor: &Actor, id: ReviewId) -> Result<Events, CancelReviewError> {
    permission::require(actor, conn)?;
    let org = actor.organization;
    let review = access_review::find(conn, org, id)?;
    if !access_review::cancel(conn, org, id, actor.person.id, actor.cx.now)? {
        return Err(CancelReviewError::NotRunning);
    }
    Ok(actor.event(Event::new(Action::ReviewCancelled, "review", id, &review.name)))
}
