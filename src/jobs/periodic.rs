//! Periodic work. Once a minute each job is asked whether it has anything to do, which takes no lock; only then it claims
//! its row of the queue and runs, so that several processes on one database share the work and an idle one writes nothing.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use crate::app::{App, Ctx};
use crate::audit::Events;
use crate::auth::System;
use crate::common::error::AppError;
use crate::common::time::Span;
use crate::db::Conn;
use crate::jobs::{
    advance_reviews, chain_audit_events, clean_up, delete_companies, delete_organizations, end_access,
    end_support_sessions, expire_approvals, expire_invitations, expire_join_requests, flag_unused_keys,
    remind_checklist, remind_second_factor, seal_audit_logs, send_reports,
};
use crate::queue::{self, Job, JobKind, Priority};

/// A job that time makes due.
#[derive(Debug)]
pub struct PeriodicJob {
    pub kind: JobKind,
    /// Whether there is anything to do; it only reads.
    pub is_due: fn(&Ctx, &mut Conn) -> Result<bool, AppError>,
    pub run: fn(&System) -> Result<(), AppError>,
}

const JOBS: [&PeriodicJob; 15] = [
    &expire_invitations::JOB,
    &end_access::JOB,
    &expire_join_requests::JOB,
    &expire_approvals::JOB,
    &delete_organizations::JOB,
    &delete_companies::JOB,
    &chain_audit_events::JOB,
    &seal_audit_logs::JOB,
    &end_support_sessions::JOB,
    &advance_reviews::JOB,
    &flag_unused_keys::JOB,
    &remind_checklist::JOB,
    &remind_second_factor::JOB,
    &send_reports::JOB,
    &clean_up::JOB,
];

/// How often the jobs are asked.
const EVERY: Span = Span::minutes(1);

/// The longest pause after failures.
const LONGEST_PAUSE: i64 = 30;

pub(super) fn run(app: &App, stopped: &AtomicBool) {
    let (mut last, mut heard) = (None, 0);
    while !stopped.load(Ordering::Relaxed) {
        let now = app.clock.now();
        if last.is_none_or(|at| now - at > EVERY) {
            last = Some(now);
            if let Err(error) = sweep(app) {
                tracing::warn!(%error, "a background job failed and will run again");
            }
        }
        app.work_signal.wait(&mut heard, Duration::from_secs(5));
    }
}

/// Runs every job that has something to do. One job's failure does not keep the others from running; the first is returned.
pub fn sweep(app: &App) -> Result<(), AppError> {
    let system = System::of(app, "jobs");
    let mut failed = None;
    for job in JOBS {
        if let Err(error) = run_one(&system, job) {
            tracing::warn!(job = %job.kind, %error, "a background job failed");
            failed.get_or_insert(error);
        }
    }
    match failed {
        Some(error) => Err(error),
        None => {
            app.uptime.jobs_ran(app.clock.now());
            Ok(())
        }
    }
}

fn run_one(system: &System, periodic: &PeriodicJob) -> Result<(), AppError> {
    if !system.read(|cx, conn| (periodic.is_due)(cx, conn))? {
        return Ok(());
    }
    let Some(job) = claim(system, periodic.kind)? else {
        return Ok(());
    };
    let done = (periodic.run)(&system.during(job.clone()));
    system.write(|cx, conn| {
        let (pause, failure) = match &done {
            Ok(()) => (0, None),
            Err(error) => (i64::from(job.attempts + 1).min(LONGEST_PAUSE), Some(error.to_string())),
        };
        queue::run_again(conn, &job, cx.now + Span::minutes(pause), failure.as_deref())?;
        Ok(((), Events::none("the queue is not audited")))
    })?;
    done
}

/// The job's row of the queue, which the first run makes; `None` while another worker has it.
fn claim(system: &System, kind: JobKind) -> Result<Option<Job>, AppError> {
    system.write(|cx, conn| {
        queue::ensure(conn, kind, cx.now)?;
        let job = queue::claim(conn, kind, Priority::BULK, cx.now)?;
        Ok((job, Events::none("the queue is not audited")))
    })
}
