//! The clock of an instance.

use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, LazyLock};
use std::time::{Duration, Instant};

use chrono::Utc;

use crate::common::time::Time;

/// The one source of the present moment. Tests move it forward; the product never does.
#[derive(Debug, Clone, Default)]
pub struct Clock {
    ahead: Arc<AtomicI64>,
}

impl Clock {
    /// The present moment.
    pub fn now(&self) -> Time {
        #[expect(clippy::disallowed_methods, reason = "the one home of the present moment")]
        let real = Utc::now().timestamp_micros();
        Time(real + self.ahead.load(Ordering::Relaxed))
    }

    /// The time since the process first asked. It never goes back, whatever happens to the clock of the machine.
    pub fn steady(&self) -> Duration {
        static BEGAN: LazyLock<Instant> = LazyLock::new(Instant::now);
        let ahead = u64::try_from(self.ahead.load(Ordering::Relaxed)).unwrap_or_default();
        BEGAN.elapsed() + Duration::from_micros(ahead)
    }

    /// Moves this clock forward, for tests of expiry and cool-downs.
    pub fn advance(&self, by: Duration) {
        let micros = i64::try_from(by.as_micros()).unwrap_or(i64::MAX);
        self.ahead.fetch_add(micros, Ordering::Relaxed);
    }
}
