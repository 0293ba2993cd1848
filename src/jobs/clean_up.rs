//! Deletes what is no longer needed: removal snapshots, sessions, email tokens, sign-in attempts, closed reports, requests for an
//! address that were never answered, and results of imports.

use crate::auth::System;
use crate::common::error::AppError;
use crate::jobs::periodic::PeriodicJob;
use crate::models::{due, membership};
use crate::queue::JobKind;
use crate::services::accounts::cleanup;
use crate::services::operators::reports;
use crate::services::usage_imports::forget;

pub const JOB: PeriodicJob = PeriodicJob {
    kind: JobKind::CleanUp,
    is_due: |cx, conn| Ok(due::leftovers(conn, cx.now)?),
    run,
};

fn run(system: &System) -> Result<(), AppError> {
    system.write(|cx, conn| {
        membership::forget_removals(conn, cx.now)?;
        reports::delete_old(conn, cx.now)?;
        cleanup::delete_expired(conn, cx.now)?;
        let events = forget::forget_old(conn, cx.now)?;
        Ok(((), events))
    })
}
