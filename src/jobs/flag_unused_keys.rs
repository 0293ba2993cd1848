//! Tells the members who manage keys about keys that were not used for 90 days.

use crate::auth::System;
use crate::common::error::AppError;
use crate::jobs::BATCH;
use crate::jobs::periodic::PeriodicJob;
use crate::models::api_key::list;
use crate::queue::JobKind;
use crate::services::api_keys::flag_unused;

pub const JOB: PeriodicJob = PeriodicJob {
    kind: JobKind::FlagUnusedKeys,
    is_due: |cx, conn| Ok(!list::idle(conn, cx.now, 1)?.is_empty()),
    run,
};

fn run(system: &System) -> Result<(), AppError> {
    system.write(|cx, conn| Ok(((), flag_unused::flag(conn, cx, BATCH)?)))
}
