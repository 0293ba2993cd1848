//! Signs the end of every audit chain once a day.

use crate::audit::{Events, seal};
use crate::auth::System;
use crate::common::error::AppError;
use crate::jobs::periodic::PeriodicJob;
use crate::queue::JobKind;

pub const JOB: PeriodicJob = PeriodicJob {
    kind: JobKind::SealAuditLogs,
    is_due: |cx, conn| Ok(seal::is_due(conn, cx.now)?),
    run,
};

/// Chains sealed in one transaction: no one can append to them meanwhile.
const CHAINS: i64 = 50;

fn run(system: &System) -> Result<(), AppError> {
    while system.read(|cx, conn| Ok(seal::is_due(conn, cx.now)?))? {
        system.write(|cx, conn| Ok((seal::seal(conn, cx, CHAINS)?, Events::none("a seal is no event"))))?;
    }
    Ok(())
}
