//! Closes approvals that no one decided in time.

use crate::auth::System;
use crate::common::error::AppError;
use crate::jobs::BATCH;
use crate::jobs::periodic::PeriodicJob;
use crate::models::due;
use crate::queue::JobKind;
use crate::services::organizations::expire;

pub const JOB: PeriodicJob = PeriodicJob {
    kind: JobKind::ExpireApprovals,
    is_due: |cx, conn| Ok(due::expired_approvals(conn, cx.now)?),
    run,
};

fn run(system: &System) -> Result<(), AppError> {
    expire::approvals(system, BATCH)
}
