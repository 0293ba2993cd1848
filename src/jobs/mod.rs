//! The chores that nobody asks for: letters that are due, invitations and sessions that are over. One thread of its own.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use crate::app::App;
use crate::audit;
use crate::audit::Events;
use crate::auth::System;
use crate::common::error::AppError;
use crate::mail::outbox;
use crate::mail::transport::Transport;
use crate::models::{membership, support_session};

/// The running thread.
#[derive(Debug)]
pub struct Running {
    stop: Arc<AtomicBool>,
    app: App,
    thread: Option<std::thread::JoinHandle<()>>,
}

impl Running {
    /// Ends after the letter that is being sent.
    pub fn stop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
        self.app.bell.ring();
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

/// Starts the thread.
pub fn start(app: &App) -> Result<Running, String> {
    let way = Transport::of(&app.config)?;
    let stop = Arc::new(AtomicBool::new(false));
    let (stopped, at) = (stop.clone(), app.clone());
    let thread = std::thread::Builder::new()
        .name("clock".into())
        .spawn(move || run(&at, &way, &stopped))
        .map_err(|error| error.to_string())?;
    Ok(Running {
        stop,
        app: app.clone(),
        thread: Some(thread),
    })
}

fn run(app: &App, way: &Transport, stopped: &AtomicBool) {
    let mut swept = None;
    while !stopped.load(Ordering::Relaxed) {
        let now = app.clock.now();
        if swept.is_none_or(|at| now - at > crate::common::time::Span::minutes(1)) {
            swept = Some(now);
            if let Err(error) = sweep(app) {
                tracing::warn!(%error, "a chore failed and will be tried again");
            }
        }
        match send_one(app, way) {
            Ok(true) => {}
            Ok(false) => app.bell.wait(Duration::from_secs(5)),
            Err(error) => {
                tracing::warn!(%error, "the outbox cannot be read and will be tried again");
                app.bell.wait(Duration::from_secs(5));
            }
        }
    }
}

/// Sends one due letter; `false` when none is due.
pub fn send_one(app: &App, way: &Transport) -> Result<bool, AppError> {
    let door = System::of(app, "clock");
    // Asking takes no lock; most times there is nothing to do.
    let due = door.read(|cx, conn| Ok(outbox::is_due(conn, cx.now)?))?;
    if !due {
        return Ok(false);
    }
    let quiet = "a letter's state is the outbox's own record";
    let Some(letter) = door.write(|cx, conn| Ok((outbox::claim(conn, cx.now)?, Events::none(quiet))))? else {
        return Ok(false);
    };
    let result = way.send(&app.config, &app.keys, &letter);
    if let Err(failure) = &result {
        tracing::warn!(letter = %letter.id, attempt = letter.attempts + 1, permanent = failure.permanent, reason = %failure.reason, "a letter was not sent");
    }
    door.write(|cx, conn| Ok((outbox::complete(conn, cx.now, &letter, &result)?, Events::none(quiet))))?;
    Ok(true)
}

/// So much is done in one transaction, so that no chore holds the database long.
const BATCH: i64 = 500;

/// So many chains are sealed in one transaction: nobody appends to one of them meanwhile.
const SEALS: i64 = 50;

/// What time alone brings about.
pub fn sweep(app: &App) -> Result<(), AppError> {
    let door = System::of(app, "clock");
    door.write(|cx, conn| Ok(((), crate::services::invitations::queries::expire(conn, cx.now)?)))?;
    door.write(|cx, conn| Ok(((), membership::end_due(conn, cx, BATCH)?)))?;
    door.write(|cx, conn| Ok(((), membership::end_due_places(conn, cx, BATCH)?)))?;
    door.write(|cx, conn| Ok(((), crate::models::join_request::expire(conn, cx, BATCH)?)))?;
    crate::services::organizations::expire::run(&door, BATCH)?;
    while let Some(organization) = door.read(|_, conn| Ok(audit::chain::waiting(conn)?))? {
        door.write(|_, conn| {
            audit::chain::adopt(conn, organization)?;
            Ok(((), Events::none("lines from before the chain become one")))
        })?;
    }
    // Most minutes have nothing to seal; asking takes no lock.
    while door.read(|cx, conn| Ok(audit::seal::is_due(conn, cx.now)?))? {
        door.write(|cx, conn| {
            Ok((
                audit::seal::seal(conn, cx, SEALS)?,
                Events::none("a seal is about deeds"),
            ))
        })?;
    }
    door.write(|cx, conn| Ok(((), support_session::sweep(conn, cx.now, BATCH)?)))?;
    crate::services::access_reviews::advance::run(&door)?;
    crate::services::accounts::cleanup::run(&door)?;
    door.write(|cx, conn| {
        membership::forget_removals(conn, cx.now)?;
        Ok(((), Events::none("what is over is over, with or without its row")))
    })?;
    app.pulse.chores_done(app.clock.now());
    Ok(())
}
