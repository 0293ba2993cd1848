//! Deletes companies permanently when they can no longer be restored.

use crate::auth::System;
use crate::common::error::AppError;
use crate::jobs::periodic::PeriodicJob;
use crate::models::deleted_company;
use crate::queue::JobKind;
use crate::services::companies::purge;

pub const JOB: PeriodicJob = PeriodicJob {
    kind: JobKind::DeleteCompanies,
    is_due: |cx, conn| Ok(deleted_company::is_due(conn, cx.now)?),
    run,
};

fn run(system: &System) -> Result<(), AppError> {
    purge::run(system)
}
