//! How long the process has been running.

use std::sync::atomic::{AtomicI64, Ordering};

use crate::common::time::Time;

/// When the process started, and when its background jobs ran last.
#[derive(Debug)]
pub struct Uptime {
    began: Time,
    last_run: AtomicI64,
}

impl Uptime {
    /// A process that starts now.
    pub fn begin(now: Time) -> Self {
        Self {
            began: now,
            last_run: AtomicI64::new(i64::MIN),
        }
    }

    /// Since when.
    pub fn began(&self) -> Time {
        self.began
    }

    /// All background jobs have run.
    pub fn jobs_ran(&self, now: Time) {
        self.last_run.store(now.0, Ordering::Relaxed);
    }

    /// When the background jobs ran last; `None` before the first run.
    pub fn last_job_run(&self) -> Option<Time> {
        Some(self.last_run.load(Ordering::Relaxed))
            .filter(|at| *at != i64::MIN)
            .map(Time)
    }
}
