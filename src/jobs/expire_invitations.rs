//! Closes pending invitations that are past their end.

use crate::auth::System;
use crate::common::error::AppError;
use crate::jobs::BATCH;
use crate::jobs::periodic::PeriodicJob;
use crate::models::due;
use crate::queue::JobKind;
use crate::services::invitations::expire;

pub const JOB: PeriodicJob = PeriodicJob {
    kind: JobKind::ExpireInvitations,
    is_due: |cx, conn| Ok(due::expired_invitations(conn, cx.now)?),
    run,
};

fn run(system: &System) -> Result<(), AppError> {
    system.write(|cx, conn| Ok(((), expire::expire(conn, cx, BATCH)?)))
}
