//! Ends support sessions when their time is up.

use crate::auth::System;
use crate::common::error::AppError;
use crate::jobs::BATCH;
use crate::jobs::periodic::PeriodicJob;
use crate::models::due;
use crate::queue::JobKind;
use crate::services::support_sessions::end;

pub const JOB: PeriodicJob = PeriodicJob {
    kind: JobKind::EndSupportSessions,
    is_due: |cx, conn| Ok(due::ended_support_sessions(conn, cx.now)?),
    run,
};

fn run(system: &System) -> Result<(), AppError> {
    system.write(|cx, conn| Ok(((), end::expire(conn, cx.now, BATCH)?)))
}
