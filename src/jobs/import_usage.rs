//! Imports files with usage that members have confirmed. A member watches the progress, so it has a thread of its own.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use crate::app::App;
use crate::audit::Events;
use crate::auth::System;
use crate::common::error::AppError;
use crate::common::time::Span;
use crate::queue::{self, Job, JobKind, Priority};
use crate::services::usage_imports::run;

/// How long it waits when nothing tells it of new imports: tries that were put off become due meanwhile.
const PAUSE: Duration = Duration::from_secs(5);

/// The pause before an import that failed is tried again; each further one is twice as long, up to an hour and a half.
const AGAIN: Span = Span::seconds(10);
const MOST_DOUBLINGS: i32 = 9;

const QUIET: &str = "the queue is not audited";

pub(super) fn run(app: &App, stopped: &AtomicBool) {
    let mut heard = 0;
    while !stopped.load(Ordering::Relaxed) {
        match import_some(app, &|| stopped.load(Ordering::Relaxed)) {
            Ok(true) => {}
            Ok(false) => app.work_signal.wait(&mut heard, PAUSE),
            Err(error) => {
                tracing::warn!(%error, "an import failed and will be tried again");
                app.work_signal.wait(&mut heard, PAUSE);
            }
        }
    }
}

/// Imports one file; `false` when none waits.
pub fn import_one(app: &App) -> Result<bool, AppError> {
    import_some(app, &|| false)
}

/// As `import_one`, until the program ends. The next start goes on.
fn import_some(app: &App, ends: &dyn Fn() -> bool) -> Result<bool, AppError> {
    let system = System::of(app, "jobs");
    // Asking takes no lock; most times there is nothing to do.
    if !system.read(|cx, conn| Ok(queue::is_due(conn, JobKind::ImportUsage, Priority::BULK, cx.now)?))? {
        return Ok(false);
    }
    let claimed = system.write(|cx, conn| {
        let job = queue::claim(conn, JobKind::ImportUsage, Priority::BULK, cx.now)?;
        Ok((job, Events::none(QUIET)))
    })?;
    let Some(job) = claimed else {
        return Ok(true);
    };
    let during = system.during(job.clone());
    loop {
        match step(&during, &job) {
            Ok(true) => return Ok(true),
            Ok(false) if ends() => {
                put_off(&system, &job, Span::seconds(0), None)?;
                return Ok(false);
            }
            Ok(false) => {}
            Err(error) => {
                let pause = Span(AGAIN.0 << job.attempts.clamp(0, MOST_DOUBLINGS));
                put_off(&system, &job, pause, Some(&error.to_string()))?;
                return Err(error);
            }
        }
    }
}

/// Imports the next rows of a file; `true` when it is done.
fn step(system: &System, job: &Job) -> Result<bool, AppError> {
    let cx = system.context();
    system.write_as(&cx, |cx, conn| {
        let step = run::step(conn, cx, &job.key)?;
        if step.over {
            queue::finish(conn, job)?;
        }
        Ok((step.over, step.actor, step.events))
    })
}

fn put_off(system: &System, job: &Job, pause: Span, failure: Option<&str>) -> Result<(), AppError> {
    system.write(|cx, conn| {
        queue::run_again(conn, job, cx.now + pause, failure)?;
        Ok(((), Events::none(QUIET)))
    })
}
