//! Sends the emails of a review, a limited number at a time: each recipient gets one a round, also after a restart.

use crate::app::Ctx;
use crate::common::error::AppError;
use crate::common::id::ReviewId;
use crate::db::Conn;
use crate::db::types::org_id::OrgId;
use crate::models::access_review;
use crate::models::access_review::mailing;
use crate::models::access_review::state::{ReviewMailing, ReviewStatus};
use crate::services::access_reviews::email;
use crate::services::access_reviews::email::ReviewTasks;

/// The number of emails in one transaction.
const BATCH: i64 = 100;

/// Sends the next emails of the round. `true` when none are left.
pub fn step(conn: &mut Conn, cx: &Ctx, org: OrgId, id: ReviewId) -> Result<bool, AppError> {
    if !access_review::lock_row(conn, org, id, ReviewStatus::Running)? {
        return Ok(true);
    }
    let review = access_review::find(conn, org, id)?;
    if review.mailing == ReviewMailing::None {
        return Ok(true);
    }
    let heading = access_review::heading(conn, org)?;
    let managers = mailing::managers(conn, org, cx.now, id, &review.mailed_to, BATCH)?;
    for manager in &managers {
        let work = mailing::open_work(conn, org, id, *manager)?;
        if work.items > 0 {
            let to = mailing::contact(conn, org, *manager)?;
            email::tasks(conn, cx, &heading, &review, to, &ReviewTasks::OfManager(work))?;
        }
    }
    if managers.len() == usize::try_from(BATCH).unwrap_or(usize::MAX) {
        let last = managers.last().map(ToString::to_string);
        mailing::set_progress(conn, org, &review, last.as_deref())?;
        return Ok(false);
    }
    let work = mailing::owner_work(conn, org, cx.now, id)?;
    if work.companies > 0 || work.manager_items > 0 {
        let tasks = ReviewTasks::OfOwners(work);
        for to in mailing::owners_and_admins(conn, org, cx.now)? {
            email::tasks(conn, cx, &heading, &review, to, &tasks)?;
        }
    }
    mailing::set_progress(conn, org, &review, None)?;
    Ok(true)
}
