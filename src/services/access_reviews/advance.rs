//! The job of access reviews: collects items, sends emails, closes reviews on their end date and signs reports. Each step is a
//! transaction of its own and leaves the review where the next one continues, also after a crash.

use crate::app::Ctx;
use crate::audit::Events;
use crate::auth::System;
use crate::common::error::AppError;
use crate::common::id::ReviewId;
use crate::db::Conn;
use crate::db::types::org_id::OrgId;
use crate::models::access_review;
use crate::models::access_review::Review;
use crate::models::access_review::closing;
use crate::models::access_review::collect;
use crate::models::access_review::mailing;
use crate::models::access_review::report;
use crate::models::access_review::state;
use crate::models::access_review::state::{ReviewMailing, ReviewStatus};
use crate::services::access_reviews::close::ClosingWork;
use crate::services::access_reviews::{close, notify};

/// The number of reviews in one run.
const REVIEWS: i64 = 1000;

const NO_EVENT: &str = "the start of the review is in the audit log; emails are rows of the outbox";

/// Advances every review that is not over. Writes nothing when nothing is due.
pub fn run(system: &System) -> Result<(), AppError> {
    let reviews = system.read(|_, conn| Ok(access_review::all_unfinished(conn, REVIEWS)?))?;
    for (org, id) in reviews {
        // A failing review must not delay the others.
        if let Err(error) = advance(system, org, id) {
            tracing::warn!(organization = %org, review = %id, %error, "an access review was not advanced and will be tried again");
        }
    }
    Ok(())
}

fn advance(system: &System, org: OrgId, id: ReviewId) -> Result<(), AppError> {
    // A read takes no lock, and most times nothing is due.
    let load = || system.read(|_, conn| Ok(access_review::find(conn, org, id)?));
    let mut review = load()?;
    if review.status == ReviewStatus::Starting {
        while !system.write(|_, conn| Ok((collect::step(conn, org, id)?, Events::none(NO_EVENT))))? {}
        review = load()?;
    }
    if review.status == ReviewStatus::Running {
        if system.read(|cx, _| Ok(is_due(cx, &review)))? {
            system.write(|cx, conn| Ok((end_or_remind(conn, cx, org, &review)?, Events::none(NO_EVENT))))?;
            review = load()?;
        }
        while review.mailing != ReviewMailing::None
            && !system.write(|cx, conn| Ok((notify::step(conn, cx, org, id)?, Events::none(NO_EVENT))))?
        {}
    }
    if review.status == ReviewStatus::Closing {
        finish(system, org, id)?;
    }
    Ok(())
}

fn finish(system: &System, org: OrgId, id: ReviewId) -> Result<(), AppError> {
    loop {
        match system.write(|cx, conn| close::step(conn, cx, org, id))? {
            ClosingWork::People => {}
            ClosingWork::Nothing => return Ok(()),
            ClosingWork::Report => break,
        }
    }
    // Nothing of the review changes anymore, so the report is built without a write lock.
    let (text, at) = system.read(|cx, conn| Ok((report::build(conn, org, id, cx.now)?, cx.now)))?;
    system.write(|cx, conn| Ok(((), close::sign(conn, cx, org, id, &text, at)?)))
}

/// The number of reminders that are due.
fn reminders(cx: &Ctx, review: &Review) -> i32 {
    let due = state::reminders_due(review.started_at, review.due_at, cx.now);
    i32::try_from(due).unwrap_or(i32::MAX)
}

fn is_due(cx: &Ctx, review: &Review) -> bool {
    cx.now > review.due_at || reminders(cx, review) > review.reminders
}

fn end_or_remind(conn: &mut Conn, cx: &Ctx, org: OrgId, review: &Review) -> Result<(), AppError> {
    if cx.now > review.due_at {
        closing::begin(conn, org, review.id, None)?;
        return Ok(());
    }
    let due = reminders(cx, review);
    if due > review.reminders && review.mailing == ReviewMailing::None {
        let nth = usize::try_from(due).unwrap_or_default();
        let sends = state::reminder_sends(review.started_at, review.due_at, nth);
        mailing::begin_reminder(conn, org, review, due, sends)?;
    }
    Ok(())
}
