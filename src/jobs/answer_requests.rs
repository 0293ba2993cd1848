//! Answers what was requested for an address: new accounts, verification, new passwords, unlocking. People wait for these
//! emails, so they have a thread of their own, and the senders are woken immediately.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use crate::app::{App, Ctx};
use crate::audit::Events;
use crate::auth::System;
use crate::common::error::AppError;
use crate::common::time::Span;
use crate::common::token::random;
use crate::models::account_request;
use crate::models::account_request::AccountRequest;
use crate::queue::{self, Job, JobKind, Priority};
use crate::services::accounts::answer;

/// How long it waits when nothing tells it of new requests: tries that were put off become due meanwhile.
const PAUSE: Duration = Duration::from_secs(5);

/// The shortest pause before requests are answered: the response is sent meanwhile. The longest is five times as long.
const SHORTEST_WAIT: Duration = Duration::from_millis(10);

/// The pause before a request that failed is tried again; each further one is twice as long, up to an hour and a half.
const AGAIN: Span = Span::seconds(10);
const MOST_DOUBLINGS: i32 = 9;

const QUIET: &str = "the queue is not audited";

pub(super) fn run(app: &App, stopped: &AtomicBool) {
    let mut heard = 0;
    while !stopped.load(Ordering::Relaxed) {
        match answer_due(app) {
            Ok(true) => {}
            Ok(false) => app.work_signal.wait(&mut heard, PAUSE),
            Err(error) => {
                tracing::warn!(%error, "a request for an address can't be answered and will be tried again");
                app.work_signal.wait(&mut heard, PAUSE);
            }
        }
    }
}

/// Answers all due requests after a short random pause; `false` when none is due. An account makes a little more work. Right
/// behind the request, that would delay its response or the next one, and tell.
fn answer_due(app: &App) -> Result<bool, AppError> {
    // Asking takes no lock; most times there is nothing to do.
    if !is_due(app)? {
        return Ok(false);
    }
    let [chance] = random::<1>();
    std::thread::sleep(SHORTEST_WAIT + SHORTEST_WAIT * u32::from(chance) / 64);
    while answer_one(app)? {}
    Ok(true)
}

fn is_due(app: &App) -> Result<bool, AppError> {
    System::of(app, "jobs").read(|cx, conn| Ok(queue::is_due(conn, JobKind::AccountRequest, Priority::URGENT, cx.now)?))
}

/// Answers one due request; `false` when none is due.
pub fn answer_one(app: &App) -> Result<bool, AppError> {
    if !is_due(app)? {
        return Ok(false);
    }
    let system = System::of(app, "jobs");
    let Some((job, request)) = claim(&system)? else {
        return Ok(true);
    };
    let cx = Ctx {
        request: Arc::new(request.origin()),
        ..system.context()
    };
    let answered = system.write_as(&cx, |cx, conn| {
        let (actor, events) = answer::answer(conn, cx, &request)?;
        queue::finish(conn, &job)?;
        Ok(((), actor, events))
    });
    app.work_signal.ring();
    if let Err(error) = answered {
        system.write(|cx, conn| {
            let pause = Span(AGAIN.0 << job.attempts.clamp(0, MOST_DOUBLINGS));
            queue::run_again(conn, &job, cx.now + pause, Some(&error.to_string()))?;
            Ok(((), Events::none(QUIET)))
        })?;
        return Err(error);
    }
    Ok(true)
}

fn claim(system: &System) -> Result<Option<(Job, AccountRequest)>, AppError> {
    system.write(|cx, conn| {
        let Some(job) = queue::claim(conn, JobKind::AccountRequest, Priority::URGENT, cx.now)? else {
            return Ok((None, Events::none(QUIET)));
        };
        let request = account_request::find(conn, &job.key)?;
        if request.is_none() {
            queue::finish(conn, &job)?;
        }
        Ok((request.map(|request| (job, request)), Events::none(QUIET)))
    })
}
