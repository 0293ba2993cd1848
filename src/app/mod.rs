//! The state of the application, and the context of a request.

pub mod api_limits;
pub mod relying_party;
pub mod running;
pub mod stored;
pub mod uptime;
pub mod write_queue;

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use webauthn_rs::Webauthn;

use crate::app::api_limits::{ApiLimits, QuotasLeft};
use crate::app::relying_party::relying_party;
use crate::app::running::RunningRequests;
use crate::app::stored::{PageNote, StoredPages};
use crate::app::uptime::Uptime;
use crate::app::write_queue::WriteQueue;
use crate::common::config::Config;
use crate::common::html::local_path;
use crate::common::keys::Keys;
use crate::common::password::Hasher;
use crate::common::places::Places;
use crate::common::sealed::Sealer;
use crate::common::slots::Slots;
use crate::common::time::{Clock, Time};
use crate::common::token::{Seed, Token};
use crate::db::Db;

/// A running instance. Copies share one state.
#[derive(Clone)]
pub struct App(Arc<AppState>);

/// The state of an instance. Handlers reach its database only through a gate.
pub struct AppState {
    pub db: Db,
    pub config: Arc<Config>,
    /// The secrets of the instance.
    pub keys: Keys,
    /// Who encrypts stored secrets.
    pub sealer: Sealer,
    pub clock: Clock,
    /// Where IP addresses are, if a city database is configured.
    pub places: Places,
    /// Where passwords are hashed.
    pub hasher: Hasher,
    /// The request bodies that are being received.
    pub bodies: Slots,
    /// Whose change is next.
    pub writers: WriteQueue,
    /// Signals each commit, so that emails are sent immediately.
    pub work_signal: WorkSignal,
    /// Since when it runs, and when its background jobs ran last.
    pub uptime: Uptime,
    pub stored: StoredPages,
    pub api_limits: ApiLimits,
    /// The requests with an idempotency key that are running.
    pub running: RunningRequests,
    /// Checks passkeys; `None` where there are none.
    pub webauthn: Option<Webauthn>,
}

impl std::ops::Deref for App {
    type Target = AppState;

    fn deref(&self) -> &AppState {
        &self.0
    }
}

impl std::fmt::Debug for App {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "App({})", self.engine())
    }
}

impl App {
    /// The name of the database engine.
    pub fn engine(&self) -> &'static str {
        self.db.engine()
    }

    pub fn new(db: Db, config: Config, keys: Keys, clock: Clock) -> Self {
        let api_limits = ApiLimits::new(config.api_quotas, &clock);
        Self(Arc::new(AppState {
            uptime: Uptime::begin(clock.now()),
            places: Places::of(config.geoip_file.as_deref()),
            bodies: Slots::new(config.limits.bodies),
            writers: WriteQueue::new(db.writers()),
            db,
            webauthn: relying_party(&config),
            config: Arc::new(config),
            sealer: keys.sealer(),
            keys,
            clock,
            hasher: Hasher::default(),
            work_signal: WorkSignal::default(),
            stored: StoredPages::default(),
            api_limits,
            running: RunningRequests::default(),
        }))
    }
}

impl App {
    /// The same instance with other keys, before it serves.
    #[must_use]
    pub fn with_keys(&self, keys: Keys) -> Self {
        Self::new(self.db.clone(), (*self.config).clone(), keys, self.clock.clone())
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
pub struct RequestInfo {
    /// The IP address; behind trusted proxies the one that they name.
    pub ip: String,
    /// `User-Agent`, at most 256 characters.
    pub agent: String,
    /// `X-Request-Id`.
    pub id: String,
    /// Path and query.
    pub path: String,
    /// `system`, `light` or `dark`, from the cookie.
    pub theme: &'static str,
    /// Whether htmx requests a part of the page.
    pub fragment: bool,
    /// The cookie that says to which accounts this browser is known.
    pub device: String,
    /// What the cookie becomes.
    pub new_device: std::sync::OnceLock<String>,
    /// Organization and account, once the gate knows them, for the log line.
    pub who: std::sync::OnceLock<(String, String)>,
    /// Whether the page that it makes may be stored.
    pub page: PageNote,
    /// What a request to the API left of its quotas.
    pub quotas: std::sync::OnceLock<QuotasLeft>,
}

/// The body of a request, which is received before its handler begins.
#[derive(Debug, Clone, Default)]
pub struct ReceivedBody(pub actix_web::web::Bytes);

/// The context of a request, shared by everything that it does.
#[derive(Debug, Clone)]
pub struct Ctx {
    pub app: App,
    /// The time of the request: one for all its rows.
    pub now: Time,
    /// Where it came from.
    pub request: Arc<RequestInfo>,
    /// A message from the request before.
    pub flash: Option<Flash>,
}

impl Ctx {
    /// The context of a background job or a command.
    pub fn of_system(app: &App, what: &str) -> Self {
        let request = RequestInfo {
            id: what.to_owned(),
            theme: "system",
            ..RequestInfo::default()
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

    /// The token of a seed. A page that shows it is not stored.
    pub fn token(&self, seed: &Seed) -> Token {
        self.request.page.never_store();
        self.app.keys.token(seed)
    }
}

/// A message about a change, shown once.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Flash {
    /// `success`, `info`, `warning` or `danger`.
    pub tone: String,
    pub text: String,
    /// The button that undoes the change.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub undo: Option<FlashUndo>,
}

/// A form that undoes a change. The server writes it into the encrypted cookie; nothing in it comes from a client.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct FlashUndo {
    /// A path of this site.
    pub path: String,
    pub fields: Vec<(String, String)>,
}

impl FlashUndo {
    pub fn to(path: impl Into<String>) -> Self {
        Self {
            path: path.into(),
            ..Self::default()
        }
    }

    #[must_use]
    pub fn with(mut self, name: &str, value: impl std::fmt::Display) -> Self {
        self.fields.push((name.to_owned(), value.to_string()));
        self
    }

    /// Where the form posts to.
    pub fn action(&self) -> &str {
        local_path(&self.path, "/")
    }
}
