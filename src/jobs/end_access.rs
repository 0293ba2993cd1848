//! Suspends members and removes assignments whose access has ended.

use crate::auth::System;
use crate::common::error::AppError;
use crate::jobs::BATCH;
use crate::jobs::periodic::PeriodicJob;
use crate::models::due;
use crate::queue::JobKind;
use crate::services::assignments;
use crate::services::members::suspension;

pub const JOB: PeriodicJob = PeriodicJob {
    kind: JobKind::EndAccess,
    is_due: |cx, conn| Ok(due::ended_access(conn, cx.now)?),
    run,
};

fn run(system: &System) -> Result<(), AppError> {
    system.write(|cx, conn| Ok(((), suspension::end_due(conn, cx, BATCH)?)))?;
    system.write(|cx, conn| Ok(((), assignments::end_due(conn, cx, BATCH)?)))
}
