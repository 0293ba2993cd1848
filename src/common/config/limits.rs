//! What one client, and all of them together, may take: connections, bodies, time.

use std::num::NonZeroU32;
use std::time::Duration;

/// The limits of the server. They have no setting; tests set their own.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// The most open connections, fewer if the process may open few files.
    pub connections: usize,
    /// The most request bodies that are received at the same time.
    pub bodies: usize,
    /// How long the head of a request may take.
    pub head: Duration,
    /// How long a connection without a request stays open.
    pub keep_alive: Duration,
    /// How long a body may take.
    pub body: Duration,
    /// How fast a body must arrive, and a response must be read.
    pub pace: Pace,
}

/// A minimum rate, which a short pause does not break.
#[derive(Debug, Clone, Copy)]
pub struct Pace {
    /// So many bytes, or the end…
    pub bytes: usize,
    /// … within this time.
    pub window: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            connections: 4_096,
            bodies: 256,
            head: Duration::from_secs(15),
            keep_alive: Duration::from_secs(75),
            body: Duration::from_mins(2),
            pace: Pace {
                bytes: 8 * 1024,
                window: Duration::from_secs(15),
            },
        }
    }
}

/// How many requests to the API are answered in a minute; `None` is no limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ApiQuotas {
    /// Of one API key.
    pub key: Option<NonZeroU32>,
    /// Of all keys of an organization together.
    pub organization: Option<NonZeroU32>,
}

impl Default for ApiQuotas {
    fn default() -> Self {
        Self {
            key: NonZeroU32::new(6_000),
            organization: NonZeroU32::new(30_000),
        }
    }
}
