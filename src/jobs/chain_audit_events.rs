//! Chains audit events that were written without a place in their chain.

use crate::audit::{Events, chain};
use crate::auth::System;
use crate::common::error::AppError;
use crate::jobs::periodic::PeriodicJob;
use crate::queue::JobKind;

pub const JOB: PeriodicJob = PeriodicJob {
    kind: JobKind::ChainAuditEvents,
    is_due: |_, conn| Ok(chain::waiting(conn)?.is_some()),
    run,
};

fn run(system: &System) -> Result<(), AppError> {
    while let Some(organization) = system.read(|_, conn| Ok(chain::waiting(conn)?))? {
        system.write(|_, conn| {
            chain::adopt(conn, organization)?;
            Ok(((), Events::none("the log itself changes")))
        })?;
    }
    Ok(())
}
