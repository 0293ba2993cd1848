//! Moves access reviews on: collects items, sends emails, closes at the due date, signs the report.

use crate::auth::System;
use crate::common::error::AppError;
use crate::jobs::periodic::PeriodicJob;
use crate::models::access_review;
use crate::queue::JobKind;
use crate::services::access_reviews::advance;

pub const JOB: PeriodicJob = PeriodicJob {
    kind: JobKind::AdvanceReviews,
    is_due: |_, conn| Ok(!access_review::all_unfinished(conn, 1)?.is_empty()),
    run,
};

fn run(system: &System) -> Result<(), AppError> {
    advance::run(system)
}
