//! Closes pending invitations that are past their end.

use crate::auth::System;
use crate::common::error::AppError;
use crate::jobs::periodic::Periodic;
use crate::models::due;
use crate::queue::JobKind;
use crate::services::invitations::queries;

pub const JOB: Periodic = Periodic {
    kind: JobKind::ExpireInvitations,
    is_due: |cx, conn| Ok(due::expired_invitations(conn, cx.now)?),
    run,
};

fn run(system: &System) -> Result<(), AppError> {
    system.write(|cx, conn| Ok(((), queries::expire(conn, cx.now)?)))
}
