//! A limit for what clients have open at the same time. No address has more than half of it, and when it is reached, what has
//! waited for its client the longest is closed: a client that does nothing never keeps another one out.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use tokio::sync::Notify;

/// The open slots. Copies share them.
#[derive(Debug, Clone)]
pub struct Slots(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    most: usize,
    began: Instant,
    closed_for_room: AtomicUsize,
    table: Mutex<Table>,
}

#[derive(Debug, Default)]
struct Table {
    next: u64,
    open: HashMap<u64, Arc<State>>,
    of_network: HashMap<IpAddr, usize>,
}

/// Milliseconds since the first slot could be opened; `NEVER` while the client is not waited for.
#[derive(Debug)]
struct State {
    network: Option<IpAddr>,
    since: AtomicU64,
    until: AtomicU64,
    closed: Notify,
}

const NEVER: u64 = u64::MAX;

/// An open slot; it is free when this value is dropped.
#[derive(Debug)]
pub struct Slot {
    shared: Arc<Shared>,
    id: u64,
    state: Arc<State>,
}

/// What one customer of a provider has: an IPv4 address or 64 bits of an IPv6 address.
pub fn network(ip: IpAddr) -> IpAddr {
    match ip.to_canonical() {
        IpAddr::V6(ip) => IpAddr::V6((u128::from(ip) & !u128::from(u64::MAX)).into()),
        ip @ IpAddr::V4(_) => ip,
    }
}

impl Slots {
    /// So many at most.
    pub fn new(most: usize) -> Self {
        Self(Arc::new(Shared {
            most: most.max(2),
            began: Instant::now(),
            closed_for_room: AtomicUsize::new(0),
            table: Mutex::default(),
        }))
    }

    /// Opens a slot that waits for its client at most this long. Without an address it is subject only to the common limit.
    /// `None` when the limit is reached and no slot waits for its client.
    pub fn open(&self, address: Option<IpAddr>, patience: Duration) -> Option<Slot> {
        let network = address.map(network);
        let mut table = self.0.table();
        let own = network.and_then(|network| table.of_network.get(&network).copied());
        let of_network = own.unwrap_or_default() >= self.0.most / 2;
        if of_network || table.open.len() >= self.0.most {
            self.0.closed_for_room.fetch_add(1, Ordering::Relaxed);
            table.close_oldest(|state| !of_network || state.network == network)?;
        }
        let state = Arc::new(State {
            network,
            since: AtomicU64::new(NEVER),
            until: AtomicU64::new(NEVER),
            closed: Notify::new(),
        });
        table.next += 1;
        let id = table.next;
        table.open.insert(id, state.clone());
        if let Some(network) = network {
            *table.of_network.entry(network).or_default() += 1;
        }
        let slot = Slot {
            shared: self.0.clone(),
            id,
            state,
        };
        slot.wait(patience);
        Some(slot)
    }

    /// Closes every slot that has waited for its client too long.
    pub fn close_overdue(&self) {
        let now = self.0.now();
        let mut table = self.0.table();
        let overdue = |state: &State| state.until.load(Ordering::Relaxed) < now;
        let ids: Vec<u64> = table
            .open
            .iter()
            .filter_map(|(id, state)| overdue(state).then_some(*id))
            .collect();
        for id in ids {
            table.close(id);
        }
    }

    /// How many had to be closed or refused since the last call because the limit was reached.
    pub fn take_closed_for_room(&self) -> usize {
        self.0.closed_for_room.swap(0, Ordering::Relaxed)
    }

    /// How many are open.
    pub fn count(&self) -> usize {
        self.0.table().open.len()
    }
}

impl Shared {
    fn table(&self) -> MutexGuard<'_, Table> {
        self.table.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn now(&self) -> u64 {
        u64::try_from(self.began.elapsed().as_millis()).unwrap_or(NEVER - 1)
    }
}

impl Table {
    /// Closes the slot that has waited the longest, if one waits.
    fn close_oldest(&mut self, which: impl Fn(&State) -> bool) -> Option<()> {
        let waiting = self.open.iter().filter(|(_, state)| which(state));
        let (since, id) = waiting
            .map(|(id, state)| (state.since.load(Ordering::Relaxed), *id))
            .min()?;
        (since != NEVER).then(|| self.close(id))
    }

    fn close(&mut self, id: u64) {
        if let Some(state) = self.remove(id) {
            state.closed.notify_one();
        }
    }

    fn remove(&mut self, id: u64) -> Option<Arc<State>> {
        let state = self.open.remove(&id)?;
        if let Some(network) = state.network
            && let Some(count) = self.of_network.get_mut(&network)
        {
            *count -= 1;
            if *count == 0 {
                self.of_network.remove(&network);
            }
        }
        Some(state)
    }
}

impl Slot {
    /// From now on the client is waited for, at most this long. The slot may be closed to make room.
    pub fn wait(&self, patience: Duration) {
        let now = self.shared.now();
        let patience = u64::try_from(patience.as_millis()).unwrap_or(NEVER);
        self.state.since.store(now, Ordering::Relaxed);
        self.state.until.store(now.saturating_add(patience), Ordering::Relaxed);
    }

    /// From now on the server works for the client. The slot is not closed.
    pub fn work(&self) {
        self.state.since.store(NEVER, Ordering::Relaxed);
        self.state.until.store(NEVER, Ordering::Relaxed);
    }

    /// Ends when the slot is closed.
    pub async fn closed(&self) {
        self.state.closed.notified().await;
    }
}

impl Drop for Slot {
    fn drop(&mut self) {
        self.shared.table().remove(self.id);
    }
}

#[cfg(test)]
mod tests;
