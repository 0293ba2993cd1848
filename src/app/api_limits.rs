//! How many requests to the API are answered: of one key, of all keys of an organization, and from an address that sends unknown
//! keys. Each process counts for itself.

use std::net::IpAddr;
use std::num::{NonZeroU32, NonZeroUsize};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use governor::clock::Clock as GovernorClock;
use governor::middleware::StateInformationMiddleware;
use governor::state::keyed::HashMapStateStore;
use governor::{Quota, RateLimiter};
use lru::LruCache;

use crate::common::config::ApiQuotas;
use crate::common::error::AppError;
use crate::common::id::ApiKeyId;
use crate::common::problem::Problem;
use crate::common::slots::network;
use crate::common::time::Clock;
use crate::common::token::Token;
use crate::db::types::org_id::OrgId;

/// Requests with unknown keys that an address may make in a minute.
const UNKNOWN: NonZeroU32 = NonZeroU32::MIN.saturating_add(59);

/// The most keys and addresses that are remembered.
const REMEMBERED: NonZeroUsize = NonZeroUsize::MIN.saturating_add(9_999);

/// After so many requests, limiters forget who used nothing of their quota lately.
const FORGETS_AFTER: u32 = 4_096;

const MINUTE: Duration = Duration::from_mins(1);

#[derive(Clone)]
struct SteadyClock(Clock);

impl GovernorClock for SteadyClock {
    type Instant = Duration;

    fn now(&self) -> Duration {
        self.0.steady()
    }
}

type Counter<K> = RateLimiter<K, HashMapStateStore<K>, SteadyClock, StateInformationMiddleware>;

/// A quota and who has used how much of it.
struct Limiter<K: std::hash::Hash + Eq + Clone> {
    counter: Counter<K>,
    quota: NonZeroU32,
    requests: AtomicU32,
}

impl<K: std::hash::Hash + Eq + Clone> Limiter<K> {
    fn new(quota: NonZeroU32, clock: &SteadyClock) -> Self {
        Self {
            counter: RateLimiter::hashmap_with_clock(Quota::per_minute(quota), clock.clone()).with_middleware(),
            quota,
            requests: AtomicU32::new(0),
        }
    }

    /// What is left, or how long to wait.
    fn count(&self, key: &K, now: Duration) -> Result<u32, Duration> {
        if self.requests.fetch_add(1, Ordering::Relaxed) % FORGETS_AFTER == FORGETS_AFTER - 1 {
            self.counter.retain_recent();
            self.counter.shrink_to_fit();
        }
        match self.counter.check_key(key) {
            Ok(state) => Ok(state.remaining_burst_capacity()),
            Err(until) => Err(until.wait_time_from(now)),
        }
    }
}

/// What is left of a quota.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct QuotaLeft {
    /// `key` or `organization`.
    pub name: &'static str,
    /// Requests in a minute.
    pub quota: u32,
    /// Requests that are left now.
    pub left: u32,
    /// Seconds until all of them are there again.
    pub reset: u64,
}

impl QuotaLeft {
    fn new(name: &'static str, quota: NonZeroU32, left: u32) -> Self {
        let used = u64::from(quota.get().saturating_sub(left));
        Self {
            name,
            quota: quota.get(),
            left,
            reset: (used * MINUTE.as_secs()).div_ceil(u64::from(quota.get())),
        }
    }
}

/// What a request leaves of the quotas that apply to it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct QuotasLeft(pub Vec<QuotaLeft>);

/// The requests that were counted lately.
pub struct ApiLimits {
    clock: SteadyClock,
    keys: Option<Limiter<ApiKeyId>>,
    organizations: Option<Limiter<OrgId>>,
    addresses: Limiter<IpAddr>,
    /// Which keys worked lately, by their SHA-256, so that a request is counted before it reaches the database. This says nothing
    /// about whether they still work.
    known: Mutex<LruCache<String, (OrgId, ApiKeyId)>>,
    /// Until when addresses that sent many unknown keys are not answered.
    blocked: Mutex<LruCache<IpAddr, Duration>>,
}

/// Whether a request was counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Admission {
    Counted,
    /// The key is not known yet: it is counted when it works.
    Unknown,
}

impl ApiLimits {
    pub fn new(quotas: ApiQuotas, clock: &Clock) -> Self {
        let clock = SteadyClock(clock.clone());
        Self {
            keys: quotas.key.map(|quota| Limiter::new(quota, &clock)),
            organizations: quotas.organization.map(|quota| Limiter::new(quota, &clock)),
            addresses: Limiter::new(UNKNOWN, &clock),
            known: Mutex::new(LruCache::new(REMEMBERED)),
            blocked: Mutex::new(LruCache::new(REMEMBERED)),
            clock,
        }
    }

    /// Counts a request of a key that worked lately. Another one must come from an address that did not send many unknown keys.
    pub fn admit(&self, key: &Token, ip: &str) -> (Result<Admission, AppError>, QuotasLeft) {
        let known = lock(&self.known).get(&key.hash()).copied();
        if let Some((organization, id)) = known {
            let (counted, left) = self.count(organization, id);
            return (counted.map(|()| Admission::Counted), left);
        }
        let now = self.clock.now();
        let until = address(ip).and_then(|ip| lock(&self.blocked).get(&ip).copied());
        let admitted = match until {
            Some(until) if until > now => Err(too_many("unknown keys from this address", until.saturating_sub(now))),
            _ => Ok(Admission::Unknown),
        };
        (admitted, QuotasLeft::default())
    }

    /// Counts the first request of a key that works.
    pub fn count_new(&self, key: &Token, organization: OrgId, id: ApiKeyId) -> (Result<(), AppError>, QuotasLeft) {
        lock(&self.known).put(key.hash(), (organization, id));
        self.count(organization, id)
    }

    /// Notes that an address sent a key that is unknown.
    pub fn note_unknown(&self, ip: &str) {
        let Some(ip) = address(ip) else { return };
        let now = self.clock.now();
        if let Err(wait) = self.addresses.count(&ip, now) {
            lock(&self.blocked).put(ip, now + wait);
        }
    }

    /// The key first: what one key may not do is not counted for its organization.
    fn count(&self, organization: OrgId, key: ApiKeyId) -> (Result<(), AppError>, QuotasLeft) {
        let now = self.clock.now();
        let mut left = QuotasLeft::default();
        if let Some(keys) = &self.keys {
            let counted = keys.count(&key, now);
            left.0
                .push(QuotaLeft::new("key", keys.quota, *counted.as_ref().unwrap_or(&0)));
            if let Err(wait) = counted {
                return (Err(too_many("requests of this API key", wait)), left);
            }
        }
        if let Some(organizations) = &self.organizations {
            let counted = organizations.count(&organization, now);
            let rest = *counted.as_ref().unwrap_or(&0);
            left.0.push(QuotaLeft::new("organization", organizations.quota, rest));
            if let Err(wait) = counted {
                return (Err(too_many("requests of this organization", wait)), left);
            }
        }
        (Ok(()), left)
    }

    /// The policy of an answer to a request that no quota was used for.
    pub fn policy(&self) -> impl Iterator<Item = (&'static str, u32)> {
        let key = self.keys.as_ref().map(|limiter| ("key", limiter.quota.get()));
        let organization = self.organizations.as_ref();
        let organization = organization.map(|limiter| ("organization", limiter.quota.get()));
        key.into_iter().chain(organization)
    }
}

fn address(ip: &str) -> Option<IpAddr> {
    ip.parse().ok().map(network)
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn too_many(what: &str, wait: Duration) -> AppError {
    let seconds = wait.as_millis().div_ceil(1000).max(1);
    let seconds = u32::try_from(seconds).unwrap_or(u32::MAX);
    let again = if seconds == 1 {
        "a second".to_owned()
    } else {
        format!("{seconds} seconds")
    };
    Problem::too_many(
        format!("There were too many {what}. Send the request again in {again}."),
        seconds,
    )
    .into()
}

#[cfg(test)]
mod tests;
