//! Deletes organizations whose deletion is due, in small transactions.

use crate::auth::System;
use crate::common::error::AppError;
use crate::jobs::periodic::PeriodicJob;
use crate::models::organization::deletion;
use crate::queue::JobKind;
use crate::services::organizations::expire;

pub const JOB: PeriodicJob = PeriodicJob {
    kind: JobKind::DeleteOrganizations,
    is_due: |cx, conn| Ok(deletion::is_due(conn, cx.now)?),
    run,
};

fn run(system: &System) -> Result<(), AppError> {
    expire::deletions(system)
}
