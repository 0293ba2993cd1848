//! The house and one request in it.

pub mod uptime;

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::app::uptime::Uptime;
use crate::common::config::Config;
use crate::common::password::Hasher;
use crate::common::time::{Clock, Time};
use crate::common::token::{Keys, Seed, Token};
use crate::db::Db;

/// What one running instance is made of. Its database opens only through the gate.
#[derive(Clone)]
pub struct App {
    pub db: Db,
    pub config: Arc<Config>,
    /// The instance's secrets.
    pub keys: Arc<Keys>,
    pub clock: Clock,
    /// Where passwords are hashed.
    pub hasher: Hasher,
    /// Rung after each commit, so that letters leave at once.
    pub bell: Arc<WorkSignal>,
    /// Since when it serves, and when its chores were done last.
    pub pulse: Arc<Uptime>,
}

impl std::fmt::Debug for App {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "House({})", self.engine())
    }
}

impl App {
    /// The engine's name.
    pub fn engine(&self) -> &'static str {
        self.db.engine()
    }

    /// Puts a house together.
    pub fn new(db: Db, config: Config, keys: Keys, clock: Clock) -> Self {
        let pulse = Arc::new(Uptime::begin(clock.now()));
        Self {
            pulse,
            db,
            config: Arc::new(config),
            keys: Arc::new(keys),
            clock,
            hasher: Hasher::default(),
            bell: Arc::default(),
        }
    }
}

/// Wakes the threads that wait for work.
#[derive(Debug, Default)]
pub struct WorkSignal {
    rings: std::sync::Mutex<u64>,
    wake: std::sync::Condvar,
}

impl WorkSignal {
    /// Tells every waiting thread that there may be work.
    pub fn ring(&self) {
        *self.rings.lock().unwrap_or_else(std::sync::PoisonError::into_inner) += 1;
        self.wake.notify_all();
    }

    /// Waits for a ring after `heard`, at most `longest`; then `heard` is the newest one.
    pub fn wait(&self, heard: &mut u64, longest: std::time::Duration) {
        let rings = self.rings.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        let (rings, _) = self
            .wake
            .wait_timeout_while(rings, longest, |rings| *rings == *heard)
            .unwrap_or_else(std::sync::PoisonError::into_inner);
        *heard = *rings;
    }
}

/// Where a request came from.
#[derive(Debug, Clone, Default)]
pub struct Request {
    /// The address, behind trusted proxies the one they name.
    pub ip: String,
    /// `User-Agent`, at most 256 characters.
    pub agent: String,
    /// `X-Request-Id`.
    pub id: String,
    /// Path and query as asked.
    pub path: String,
    /// `system`, `light` or `dark`, from the person's cookie.
    pub theme: &'static str,
    /// Whether htmx asks for a part of the page.
    pub fragment: bool,
    /// Organization and account id, once the gate knows them, for the log line.
    pub who: std::sync::OnceLock<(String, String)>,
}

/// What every closure behind the gate may know besides its connection.
#[derive(Debug, Clone)]
pub struct Ctx {
    pub app: App,
    /// The moment of this request: one for all its rows.
    pub now: Time,
    /// Where it came from.
    pub request: Arc<Request>,
    /// A word left by the request before.
    pub flash: Option<Flash>,
}

impl Ctx {
    /// A context of the house itself: the clock, a command.
    pub fn of_house(app: &App, what: &str) -> Self {
        let request = Request {
            id: what.to_owned(),
            theme: "system",
            ..Request::default()
        };
        Self {
            app: app.clone(),
            now: app.clock.now(),
            request: Arc::new(request),
            flash: None,
        }
    }

    /// The configuration.
    pub fn config(&self) -> &Config {
        &self.app.config
    }

    /// The token that a seed makes here.
    pub fn token(&self, seed: &Seed) -> Token {
        self.app.keys.token(seed)
    }
}

/// A short word on what was done, shown once.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Flash {
    /// `success`, `info`, `warning` or `danger`.
    pub tone: String,
    pub text: String,
}
