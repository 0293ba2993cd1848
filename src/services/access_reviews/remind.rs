use crate::auth::actor::Actor;
use crate::common::error::AppError;
use crate::common::id::ReviewId;
use crate::db::Conn;
use crate::models::access_review;
use crate::models::access_review::mailing;
use crate::models::access_review::state::{REMIND_AGAIN, ReviewStatus};
use crate::services::access_reviews::{notify, permission};

#[derive(Debug)]
pub enum RemindError {
    NotRunning,
    /// Emails were sent in the last 24 hours, or are being sent.
    TooSoon,
    Failed(AppError),
}
crate::change_error!(RemindError);

/// Sends a reminder to everyone with open items. The job continues with those that the first step does not reach.
pub fn remind(conn: &mut Conn, actor: &Actor, id: ReviewId) -> Result<(), RemindError> {
    permission::require(actor, conn)?;
    let (org, now) = (actor.organization, actor.cx.now);
    if access_review::find(conn, org, id)?.status != ReviewStatus::Running {
        return Err(RemindError::NotRunning);
    }
    if !mailing::remind(conn, org, id, now, now - REMIND_AGAIN)? {
        return Err(RemindError::TooSoon);
    }
    notify::step(conn, &actor.cx, org, id)?;
    Ok(())
}
