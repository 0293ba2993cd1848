//! Who may write next. Writers wait here, not on the threads that read, so no page waits for a queue of changes. A sender with
//! many changes waits behind itself: of each sender, two changes are in the common queue.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::timeout;

use crate::common::error::AppError;

/// The most changes of one sender in the common queue.
const LANES: usize = 2;

/// The most changes of one session that run or wait; more are refused.
const MOST: usize = 256;

/// How long a request waits for the database before it is answered with 503.
pub const PATIENCE: Duration = Duration::from_millis(4_500);

/// Since when a request waits, and whether its work in the database began or was given up before.
#[derive(Debug, Clone)]
pub struct Wait {
    since: Instant,
    decided: Arc<AtomicBool>,
}

impl Wait {
    pub fn begin() -> Self {
        Self {
            since: Instant::now(),
            decided: Arc::default(),
        }
    }

    /// What is left of the patience.
    pub fn left(&self) -> Result<Duration, AppError> {
        PATIENCE.checked_sub(self.since.elapsed()).ok_or(AppError::Busy)
    }

    /// Begins the work, with how long it may wait for a connection. `Busy` when it was given up.
    pub fn start(&self) -> Result<Duration, AppError> {
        let left = self.left()?;
        if self.decide() { Ok(left) } else { Err(AppError::Busy) }
    }

    /// The result of the work, or `Busy` when the patience ends before it began. What began is waited for: its result is the
    /// truth about it.
    pub async fn result<T, E: From<AppError>>(self, work: impl Future<Output = Result<T, E>>) -> Result<T, E> {
        let mut work = std::pin::pin!(work);
        match timeout(self.left().unwrap_or_default(), &mut work).await {
            Ok(done) => done,
            Err(_) if self.decide() => Err(AppError::Busy.into()),
            Err(_) => work.await,
        }
    }

    /// Takes the one decision; `false` when the other side took it.
    fn decide(&self) -> bool {
        !self.decided.swap(true, Ordering::AcqRel)
    }
}

/// The writers of an instance, first come first served.
#[derive(Debug)]
pub struct WriteQueue {
    turns: Arc<Semaphore>,
    senders: Arc<Mutex<HashMap<String, Sender>>>,
}

#[derive(Debug)]
struct Sender {
    lanes: Arc<Semaphore>,
    changes: usize,
}

/// A writer's turn; the next one begins when it is dropped. On SQLite that is before the commit, which they may share.
#[derive(Debug)]
pub struct WriteTurn {
    _turn: OwnedSemaphorePermit,
    _lane: OwnedSemaphorePermit,
    _share: SenderShare,
}

/// One change in the count of its sender.
#[derive(Debug)]
struct SenderShare {
    senders: Arc<Mutex<HashMap<String, Sender>>>,
    key: String,
    lanes: Arc<Semaphore>,
}

impl WriteQueue {
    /// A queue in which so many write in parallel.
    pub fn new(writers: usize) -> Self {
        Self {
            turns: Arc::new(Semaphore::new(writers)),
            senders: Arc::default(),
        }
    }

    /// Waits for a turn. The sender is a session or, before one exists, an IP address, which may be that of many people.
    pub async fn turn(&self, session: Option<&str>, ip: &str, patience: Duration) -> Result<WriteTurn, AppError> {
        let share = match session {
            Some(session) => self.share(session, MOST)?,
            None => self.share(ip, usize::MAX)?,
        };
        let both = async {
            let lane = share.lanes.clone().acquire_owned().await;
            (lane, self.turns.clone().acquire_owned().await)
        };
        match timeout(patience, both).await {
            Ok((Ok(lane), Ok(turn))) => Ok(WriteTurn {
                _turn: turn,
                _lane: lane,
                _share: share,
            }),
            _ => Err(AppError::Busy),
        }
    }

    fn share(&self, key: &str, most: usize) -> Result<SenderShare, AppError> {
        let mut senders = self.senders.lock().unwrap_or_else(PoisonError::into_inner);
        let sender = senders.entry(key.to_owned()).or_insert_with(|| Sender {
            lanes: Arc::new(Semaphore::new(LANES)),
            changes: 0,
        });
        if sender.changes >= most {
            return Err(AppError::TooMany(
                "Too many changes at the same time. Wait a moment, then try again.".into(),
            ));
        }
        sender.changes += 1;
        Ok(SenderShare {
            senders: self.senders.clone(),
            key: key.to_owned(),
            lanes: sender.lanes.clone(),
        })
    }
}

impl Drop for SenderShare {
    fn drop(&mut self) {
        let mut senders = self.senders.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(sender) = senders.get_mut(&self.key) {
            sender.changes -= 1;
            if sender.changes == 0 {
                senders.remove(&self.key);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SOON: Duration = Duration::from_millis(20);

    #[tokio::test]
    async fn a_sender_with_many_changes_waits_behind_itself() {
        let queue = WriteQueue::new(3);
        let turn = |session| queue.turn(Some(session), "", SOON);
        let olivia = (turn("olivia").await.unwrap(), turn("olivia").await.unwrap());
        assert!(matches!(turn("olivia").await, Err(AppError::Busy)));
        let noah = turn("noah").await.unwrap();
        assert!(matches!(turn("ada").await, Err(AppError::Busy)));
        drop(olivia);
        assert!(turn("ada").await.is_ok() && turn("olivia").await.is_ok());
        drop(noah);
        assert!(queue.senders.lock().unwrap().is_empty());
    }

    #[test]
    fn a_session_has_a_limit_and_an_ip_address_has_none() {
        let queue = WriteQueue::new(1);
        let shares: Vec<SenderShare> = (0..MOST).map(|_| queue.share("olivia", MOST).unwrap()).collect();
        assert!(matches!(queue.share("olivia", MOST), Err(AppError::TooMany(_))));
        assert!(queue.share("noah", MOST).is_ok());
        drop(shares);
        assert!(queue.share("olivia", MOST).is_ok());
    }
}
