//! Sends the messages of the outbox, the most urgent first.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use crate::app::App;
use crate::audit::Events;
use crate::auth::System;
use crate::common::error::AppError;
use crate::mail::outbox::{self, ClaimedMessage, DeliveryFailure};
use crate::mail::transport::Transport;
use crate::queue::{self, Job, JobKind, Priority};

/// How long a sender waits when nothing tells it of new messages: tries that were put off become due meanwhile.
const PAUSE: Duration = Duration::from_secs(5);

/// How often the result of a message is recorded at most, and the pause between two tries: less than the lease of its job.
const RECORD_TRIES: usize = 30;
const RECORD_PAUSE: Duration = Duration::from_secs(1);

const QUIET: &str = "the outbox keeps its own record";

pub(super) fn run(app: &App, transport: &Transport, least: Priority, stopped: &AtomicBool) {
    let mut heard = 0;
    while !stopped.load(Ordering::Relaxed) {
        match send_due(app, transport, least, stopped) {
            Ok(true) => {}
            Ok(false) => app.work_signal.wait(&mut heard, PAUSE),
            Err(error) => {
                tracing::warn!(%error, "the outbox can't be read and will be tried again");
                app.work_signal.wait(&mut heard, PAUSE);
            }
        }
    }
}

/// Sends one due message of any priority; `false` when none is due.
pub fn send_one(app: &App, transport: &Transport) -> Result<bool, AppError> {
    send_due(app, transport, Priority::BULK, &AtomicBool::new(false))
}

fn send_due(app: &App, transport: &Transport, least: Priority, stopped: &AtomicBool) -> Result<bool, AppError> {
    let system = System::of(app, "jobs");
    // Asking takes no lock; most times there is nothing to do.
    if !system.read(|cx, conn| Ok(queue::is_due(conn, JobKind::Email, least, cx.now)?))? {
        return Ok(false);
    }
    let Some((job, message)) = claim(&system, least)? else {
        return Ok(true);
    };
    let result = if message.is_to_no_one() {
        Ok(())
    } else {
        transport.send(&app.config, &app.keys, &message)
    };
    if let Err(failure) = &result {
        tracing::warn!(message = %message.id, attempt = message.attempts + 1, permanent = failure.permanent, reason = %failure.reason, "an email was not sent");
    }
    // A message without a record is sent a second time when its lease ends, so this waits for a database that is away.
    for _ in 1..RECORD_TRIES {
        match record(&system, &job, &message, &result) {
            Err(AppError::Busy | AppError::DiskFull) if !stopped.load(Ordering::Relaxed) => {
                std::thread::sleep(RECORD_PAUSE);
            }
            done => return done.map(|()| true),
        }
    }
    record(&system, &job, &message, &result)?;
    Ok(true)
}

/// Records what became of a message.
fn record(
    system: &System,
    job: &Job,
    message: &ClaimedMessage,
    result: &Result<(), DeliveryFailure>,
) -> Result<(), AppError> {
    system.write(|cx, conn| {
        match outbox::complete(conn, cx.now, message, result)? {
            Some(next) => {
                let reason = result.as_ref().err().map(|failure| failure.reason.as_str());
                queue::run_again(conn, job, next, reason)?;
            }
            None => queue::finish(conn, job)?,
        }
        Ok(((), Events::none(QUIET)))
    })
}

/// The first due job with its message. A job whose message was withdrawn leaves the queue.
fn claim(system: &System, least: Priority) -> Result<Option<(Job, ClaimedMessage)>, AppError> {
    system.write(|cx, conn| {
        let claimed = match queue::claim(conn, JobKind::Email, least, cx.now)? {
            None => None,
            Some(job) => match outbox::begin(conn, &job.key)? {
                Some(message) => Some((job, message)),
                None => {
                    queue::finish(conn, &job)?;
                    None
                }
            },
        };
        Ok((claimed, Events::none(QUIET)))
    })
}
