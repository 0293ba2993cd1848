//! Sends the scheduled reports that are due.

use crate::auth::System;
use crate::common::error::AppError;
use crate::jobs::periodic::PeriodicJob;
use crate::models::report_schedule;
use crate::queue::JobKind;
use crate::services::report_schedules::send;

/// Reports of one run. The job comes again while there are more.
const REPORTS: usize = 100;

pub const JOB: PeriodicJob = PeriodicJob {
    kind: JobKind::SendReports,
    is_due: |cx, conn| Ok(report_schedule::is_due(conn, cx.now)?),
    run,
};

fn run(system: &System) -> Result<(), AppError> {
    for _ in 0..REPORTS {
        if !system.write(|cx, conn| send::send_one(conn, cx))? {
            break;
        }
    }
    Ok(())
}
