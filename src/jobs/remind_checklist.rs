//! Reminds owners of the security checklist, once a quarter.

use crate::auth::System;
use crate::common::error::AppError;
use crate::jobs::periodic::PeriodicJob;
use crate::models::settings_review;
use crate::queue::JobKind;
use crate::services::organizations::settings_review as reviews;

/// Organizations in one transaction; each has several emails.
const AT_ONCE: i64 = 50;

pub const JOB: PeriodicJob = PeriodicJob {
    kind: JobKind::RemindChecklist,
    is_due: |cx, conn| Ok(!settings_review::to_remind(conn, cx.now, 1)?.is_empty()),
    run,
};

fn run(system: &System) -> Result<(), AppError> {
    system.write(|cx, conn| Ok(((), reviews::remind(conn, cx, AT_ONCE)?)))
}
