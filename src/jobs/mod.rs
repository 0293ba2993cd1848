//! Background work: one file a job. `periodic` runs what time alone brings about; `answer_requests` decides about what was
//! requested for an address; `send_email` empties the outbox.

pub mod advance_reviews;
pub mod answer_requests;
pub mod chain_audit_events;
pub mod clean_up;
pub mod delete_companies;
pub mod delete_organizations;
pub mod end_access;
pub mod end_support_sessions;
pub mod expire_approvals;
pub mod expire_invitations;
pub mod expire_join_requests;
pub mod flag_unused_keys;
pub mod import_usage;
pub mod periodic;
pub mod remind_checklist;
pub mod remind_second_factor;
pub mod seal_audit_logs;
pub mod send_email;
pub mod send_reports;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;

use crate::app::App;
use crate::mail::transport::Transport;
use crate::queue::Priority;

pub use self::answer_requests::answer_one;
pub use self::import_usage::import_one;
pub use self::periodic::sweep;
pub use self::send_email::send_one;

/// Rows that a job changes in one transaction, so that no other write waits long.
pub const BATCH: i64 = 500;

/// Threads that send email. The first sends only what a person is waiting for, so that no number of hanging connections
/// delays it.
const SENDERS: [Priority; 4] = [Priority::URGENT, Priority::BULK, Priority::BULK, Priority::BULK];

/// The running workers.
#[derive(Debug)]
pub struct Workers {
    stop: Arc<AtomicBool>,
    app: App,
    threads: Vec<JoinHandle<()>>,
}

impl Workers {
    /// Ends after the messages that are being sent.
    pub fn stop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
        self.app.work_signal.ring();
        for thread in self.threads.drain(..) {
            let _ = thread.join();
        }
    }
}

/// Starts the workers.
pub fn start(app: &App) -> Result<Workers, String> {
    let transport = Arc::new(Transport::of(&app.config)?);
    let stop = Arc::new(AtomicBool::new(false));
    let mut workers = Workers {
        stop: stop.clone(),
        app: app.clone(),
        threads: Vec::new(),
    };
    let (at, stopped) = (app.clone(), stop.clone());
    workers
        .threads
        .push(thread("periodic", move || periodic::run(&at, &stopped))?);
    let (at, stopped) = (app.clone(), stop.clone());
    workers
        .threads
        .push(thread("requests", move || answer_requests::run(&at, &stopped))?);
    let (at, stopped) = (app.clone(), stop.clone());
    workers
        .threads
        .push(thread("imports", move || import_usage::run(&at, &stopped))?);
    for least in SENDERS {
        let (at, stopped, transport) = (app.clone(), stop.clone(), transport.clone());
        workers.threads.push(thread("email", move || {
            send_email::run(&at, &transport, least, &stopped);
        })?);
    }
    Ok(workers)
}

fn thread(name: &str, run: impl FnOnce() + Send + 'static) -> Result<JoinHandle<()>, String> {
    std::thread::Builder::new()
        .name(name.to_owned())
        .spawn(run)
        .map_err(|error| error.to_string())
}
