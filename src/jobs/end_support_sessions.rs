//! Ends support sessions when their time is up.

use crate::auth::System;
use crate::common::error::AppError;
use crate::jobs::BATCH;
use crate::jobs::periodic::Periodic;
use crate::models::{due, support_session};
use crate::queue::JobKind;

pub const JOB: Periodic = Periodic {
    kind: JobKind::EndSupportSessions,
    is_due: |cx, conn| Ok(due::ended_support_sessions(conn, cx.now)?),
    run,
};

fn run(system: &System) -> Result<(), AppError> {
    system.write(|cx, conn| Ok(((), support_session::sweep(conn, cx.now, BATCH)?)))
}
