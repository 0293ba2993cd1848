//! The requests with an idempotency key that this process is working on, so that one that comes again meanwhile is told so.

use std::collections::HashSet;
use std::sync::{Arc, Mutex, PoisonError};

/// The SHA-256 of the API key, and the idempotency key.
type RunningKey = (String, String);

#[derive(Debug, Clone, Default)]
pub struct RunningRequests(Arc<Mutex<HashSet<RunningKey>>>);

/// A running request. It is over when this value is dropped.
#[derive(Debug)]
pub struct RunningRequest {
    all: RunningRequests,
    key: RunningKey,
}

impl RunningRequests {
    /// Begins a request; `None` when the same one is running.
    pub fn begin(&self, api_key: String, idempotency_key: &str) -> Option<RunningRequest> {
        let key = (api_key, idempotency_key.to_owned());
        let is_first = self
            .0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .insert(key.clone());
        is_first.then(|| RunningRequest { all: self.clone(), key })
    }
}

impl Drop for RunningRequest {
    fn drop(&mut self) {
        let mut running = self.all.0.lock().unwrap_or_else(PoisonError::into_inner);
        running.remove(&self.key);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_runs_once_until_it_is_over() {
        let running = RunningRequests::default();
        let first = running.begin("key".into(), "one");
        assert!(first.is_some());
        assert!(running.begin("key".into(), "one").is_none());
        assert!(running.begin("other".into(), "one").is_some());
        drop(first);
        assert!(running.begin("key".into(), "one").is_some());
    }
}
