//! Reminds members to set up a second factor before their organization enforces it.

use crate::auth::System;
use crate::common::error::AppError;
use crate::jobs::BATCH;
use crate::jobs::periodic::PeriodicJob;
use crate::models::security_policy;
use crate::queue::JobKind;
use crate::services::organizations::security::reminder;

pub const JOB: PeriodicJob = PeriodicJob {
    kind: JobKind::RemindSecondFactor,
    is_due: |cx, conn| Ok(security_policy::due_reminder(conn, cx.now)?.is_some()),
    run,
};

fn run(system: &System) -> Result<(), AppError> {
    system.write(|cx, conn| Ok(((), reminder::send_next(conn, cx, BATCH)?)))
}
