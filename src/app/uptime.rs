//! What a running process knows about itself.

use std::sync::atomic::{AtomicI64, Ordering};

use crate::common::time::Time;

/// Since when a process runs, and when its background jobs ran last.
#[derive(Debug)]
pub struct Uptime {
    began: Time,
    chores: AtomicI64,
}

impl Uptime {
    /// A process that begins now.
    pub fn begin(now: Time) -> Self {
        Self {
            began: now,
            chores: AtomicI64::new(i64::MIN),
        }
    }

    /// Since when.
    pub fn began(&self) -> Time {
        self.began
    }

    /// The chores are done, all of them.
    pub fn chores_done(&self, now: Time) {
        self.chores.store(now.0, Ordering::Relaxed);
    }

    /// When the chores were done last; `None` before the first time.
    pub fn last_chores(&self) -> Option<Time> {
        Some(self.chores.load(Ordering::Relaxed))
            .filter(|at| *at != i64::MIN)
            .map(Time)
    }
}
