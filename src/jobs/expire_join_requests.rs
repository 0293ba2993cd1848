//! Closes join requests that no one decided in time.

use crate::auth::System;
use crate::common::error::AppError;
use crate::jobs::BATCH;
use crate::jobs::periodic::PeriodicJob;
use crate::models::due;
use crate::queue::JobKind;
use crate::services::onboarding_links::expire_requests;

pub const JOB: PeriodicJob = PeriodicJob {
    kind: JobKind::ExpireJoinRequests,
    is_due: |cx, conn| Ok(due::expired_join_requests(conn, cx.now)?),
    run,
};

fn run(system: &System) -> Result<(), AppError> {
    system.write(|cx, conn| Ok(((), expire_requests::expire(conn, cx, BATCH)?)))
}
