//! What the pool has learned about the database: whether it is away, and whether its disk is full.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Instant;

/// How long the database counts as away after no connection could be had, in milliseconds.
const AWAY: u64 = 500;

#[derive(Debug, Default)]
pub struct Availability {
    // A server that restarted cut all connections, so after a loss the others are tested before they are used.
    losses: AtomicU64,
    // When no connection could be had, in milliseconds since the process began to count; 0 is never.
    failed_at: AtomicU64,
    disk_is_full: AtomicBool,
}

impl Availability {
    pub fn losses(&self) -> u64 {
        self.losses.load(Ordering::Relaxed)
    }

    pub fn note_loss(&self) {
        self.losses.fetch_add(1, Ordering::Relaxed);
    }

    pub fn is_away(&self) -> bool {
        let failed = self.failed_at.load(Ordering::Relaxed);
        failed != 0 && milliseconds().saturating_sub(failed) < AWAY
    }

    pub fn note_failure(&self) {
        self.failed_at.store(milliseconds(), Ordering::Relaxed);
    }

    pub fn disk_is_full(&self) -> bool {
        self.disk_is_full.load(Ordering::Relaxed)
    }

    pub fn note_disk(&self, full: bool) {
        self.disk_is_full.store(full, Ordering::Relaxed);
    }
}

fn milliseconds() -> u64 {
    static BEGIN: OnceLock<Instant> = OnceLock::new();
    let passed = BEGIN.get_or_init(Instant::now).elapsed().as_millis();
    u64::try_from(passed).unwrap_or(u64::MAX).saturating_add(1)
}
