//! Closes join requests that no one decided in time.

use crate::auth::System;
use crate::common::error::AppError;
use crate::jobs::BATCH;
use crate::jobs::periodic::Periodic;
use crate::models::{due, join_request};
use crate::queue::JobKind;

pub const JOB: Periodic = Periodic {
    kind: JobKind::ExpireJoinRequests,
    is_due: |cx, conn| Ok(due::expired_join_requests(conn, cx.now)?),
    run,
};

fn run(system: &System) -> Result<(), AppError> {
    system.write(|cx, conn| Ok(((), join_request::expire(conn, cx, BATCH)?)))
}
