//! The database: one connection type over both engines. This module alone names either of them.

pub mod affected;
mod availability;
pub mod changes;
mod group;
pub mod kept;
mod lookup;
mod manager;
mod migrate;
mod one_of;
mod outcome;
mod page_version;
mod pool;
mod rehearsal;
pub mod schema;
pub mod statements;
pub mod types;

use diesel::connection::{AnsiTransactionManager, SimpleConnection, TransactionManager};
use diesel::prelude::*;

pub use self::lookup::Lookup;
pub use self::outcome::Written;
pub use self::pool::Db;
use crate::common::error::AppError;

// The derive makes its own items public; this module hides them.
mod connection {
    use super::{PgConnection, SqliteConnection};

    /// A connection to either engine. Every query takes this type.
    #[derive(diesel::MultiConnection)]
    pub enum Conn {
        /// The engine that installations grow into.
        Postgres(PgConnection),
        Sqlite(SqliteConnection),
    }
}
pub use connection::Conn;

/// Runs an expression with the concrete connection, for SQL that both dialects share but `MultiConnection` cannot express.
#[macro_export]
macro_rules! on_each {
    ($conn:expr, $c:ident => $body:expr) => {
        match $conn {
            $crate::db::Conn::Postgres($c) => $body,
            $crate::db::Conn::Sqlite($c) => $body,
        }
    };
}

/// What libpq does when the server or the network between is gone: it gives up connecting after 3 seconds, and a connection on
/// which nothing comes back after 4. The URL of the configuration goes first.
const TIMEOUTS: &[(&str, &str)] = &[
    ("connect_timeout", "3"),
    ("tcp_user_timeout", "4000"),
    ("keepalives_idle", "5"),
    ("keepalives_interval", "2"),
    ("keepalives_count", "2"),
];

/// How long a statement on PostgreSQL may take, and wait for a lock.
const STATEMENT_LIMITS: &str = "SET statement_timeout = '20s'; SET lock_timeout = '5s'";

fn with_timeouts(url: &str) -> String {
    let mut url = url.to_owned();
    for (name, value) in TIMEOUTS {
        if !url.contains(name) {
            let mark = if url.contains('?') { '&' } else { '?' };
            url = format!("{url}{mark}{name}={value}");
        }
    }
    url
}

impl Conn {
    fn open(url: &str) -> ConnectionResult<Self> {
        let mut conn = Self::connect(url)?;
        statements::watch(&mut conn, url);
        Ok(conn)
    }

    fn connect(url: &str) -> ConnectionResult<Self> {
        if is_postgres(url) {
            let mut conn = PgConnection::establish(&with_timeouts(url))?;
            conn.batch_execute(STATEMENT_LIMITS)
                .and_then(|()| {
                    conn.batch_execute(
                        "SET idle_in_transaction_session_timeout = '60s'; SET client_min_messages = warning",
                    )
                })
                .map_err(ConnectionError::CouldntSetupConfiguration)?;
            Ok(Self::Postgres(conn))
        } else {
            let mut conn = SqliteConnection::establish(sqlite_path(url))?;
            // FULL: a commit that was acknowledged survives a power cut. Pages are read where the system has them in memory, up to 1 GiB.
            conn.batch_execute("PRAGMA busy_timeout=5000; PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON; PRAGMA cache_size=-2000; PRAGMA mmap_size=1073741824; PRAGMA temp_store=MEMORY")
                .map_err(ConnectionError::CouldntSetupConfiguration)?;
            Ok(Self::Sqlite(conn))
        }
    }

    fn begin_write(&mut self) -> QueryResult<()> {
        match self {
            // Takes the write lock first: the transaction waits for it and never fails half way.
            Self::Sqlite(c) => AnsiTransactionManager::begin_transaction_sql(c, "BEGIN IMMEDIATE"),
            Self::Postgres(c) => AnsiTransactionManager::begin_transaction(c),
        }
    }
}

/// What failed inside a savepoint: the work itself, or the engine.
enum Failed<E> {
    Work(E),
    Engine(diesel::result::Error),
}

impl<E> From<diesel::result::Error> for Failed<E> {
    fn from(error: diesel::result::Error) -> Self {
        Self::Engine(error)
    }
}

impl Conn {
    /// Does what is undone alone when it fails: a savepoint within the write's transaction.
    pub fn attempt<T, E: From<AppError>>(&mut self, work: impl FnOnce(&mut Self) -> Result<T, E>) -> Result<T, E> {
        let done = self.transaction(|conn| work(conn).map_err(Failed::Work));
        done.map_err(|failed| match failed {
            Failed::Work(error) => error,
            Failed::Engine(error) => AppError::from(error).into(),
        })
    }

    /// Makes writes that lock the same text wait for each other until the end of the transaction. On SQLite all writes wait
    /// for each other.
    pub fn advisory_lock(&mut self, what: &str) -> QueryResult<()> {
        if let Self::Postgres(c) = self {
            diesel::sql_query("SELECT pg_advisory_xact_lock($1)")
                .bind::<diesel::sql_types::BigInt, _>(lock_key(what))
                .execute(c)?;
        }
        Ok(())
    }

    /// As `advisory_lock`, without waiting: `false` when another process has the lock. On SQLite one process writes.
    pub fn try_advisory_lock(&mut self, what: &str) -> QueryResult<bool> {
        match self {
            Self::Postgres(c) => diesel::select(pg_try_advisory_xact_lock(lock_key(what))).get_result(c),
            Self::Sqlite(_) => Ok(true),
        }
    }
}

diesel::define_sql_function! {
    fn pg_try_advisory_xact_lock(key: diesel::sql_types::BigInt) -> diesel::sql_types::Bool;
}

/// FNV-1a: the key must be the same in every process.
fn lock_key(what: &str) -> i64 {
    let hash = what.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    });
    hash.cast_signed()
}

fn is_postgres(url: &str) -> bool {
    url.starts_with("postgres://") || url.starts_with("postgresql://")
}

fn sqlite_path(url: &str) -> &str {
    url.strip_prefix("sqlite://").unwrap_or(url)
}
