//! The database: one connection type over both engines. This file alone names either of them.

pub mod schema;
pub mod types;

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use diesel::connection::{AnsiTransactionManager, SimpleConnection, TransactionManager};
use diesel::prelude::*;
use diesel::r2d2::{ManageConnection, Pool, PooledConnection, R2D2Connection};
use diesel_migrations::{EmbeddedMigrations, MigrationHarness, embed_migrations};

use crate::common::error::{AppError, ChangeError};

const MIGRATIONS: EmbeddedMigrations = embed_migrations!("migrations");

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

impl Conn {
    fn open(url: &str) -> ConnectionResult<Self> {
        if is_postgres(url) {
            let waits = if url.contains("connect_timeout") {
                url.to_owned()
            } else {
                format!("{url}{}connect_timeout=3", if url.contains('?') { '&' } else { '?' })
            };
            let mut conn = PgConnection::establish(&waits)?;
            conn.batch_execute("SET statement_timeout = '20s'; SET lock_timeout = '5s'; SET idle_in_transaction_session_timeout = '60s'; SET client_min_messages = warning")
                .map_err(ConnectionError::CouldntSetupConfiguration)?;
            Ok(Self::Postgres(conn))
        } else {
            let mut conn = SqliteConnection::establish(sqlite_path(url))?;
            // FULL: a commit that was acknowledged survives a power cut.
            conn.batch_execute("PRAGMA busy_timeout=5000; PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON; PRAGMA cache_size=-2000; PRAGMA temp_store=MEMORY")
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

struct Manager {
    url: String,
}

/// A connection of the pool. PostgreSQL may have gone and come back since it was last used.
struct Pooled {
    conn: Conn,
    /// How many losses the pool had seen when this connection was last known to live.
    losses: u64,
    lost: bool,
}

impl ManageConnection for Manager {
    type Connection = Pooled;
    type Error = diesel::r2d2::Error;

    fn connect(&self) -> Result<Pooled, Self::Error> {
        let conn = Conn::open(&self.url).map_err(diesel::r2d2::Error::ConnectionError)?;
        Ok(Pooled {
            conn,
            losses: 0,
            lost: false,
        })
    }

    fn is_valid(&self, pooled: &mut Pooled) -> Result<(), Self::Error> {
        pooled.conn.ping().map_err(diesel::r2d2::Error::QueryError)
    }

    fn has_broken(&self, pooled: &mut Pooled) -> bool {
        std::thread::panicking() || pooled.lost || pooled.conn.is_broken()
    }
}

/// The connection pool. Only auth takes connections from it.
#[derive(Clone)]
pub struct Db {
    pool: Pool<Manager>,
    // SQLite has one writer: waiting here is fair, waiting in its busy handler is polling.
    writer: Option<Arc<Mutex<()>>>,
    // A server that restarted cut all connections, so after a loss the others are tested before they are used.
    losses: Arc<AtomicU64>,
}

impl std::fmt::Debug for Db {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.engine())
    }
}

impl Db {
    /// Opens the database; the folder of an SQLite file must exist.
    pub fn open(url: &str) -> Result<Self, String> {
        // Connect once without the pool, which would hide the reason behind its time-out.
        Conn::open(url).map_err(|error| format!("the database cannot be opened: {error}"))?;
        let postgres = is_postgres(url);
        let pool = Pool::builder()
            .max_size(if postgres { 8 } else { 4 })
            .min_idle(Some(1))
            .test_on_check_out(false)
            .connection_timeout(Duration::from_secs(4))
            .error_handler(Box::new(Silent))
            .build_unchecked(Manager { url: url.to_owned() });
        Ok(Self {
            pool,
            writer: (!postgres).then(Arc::default),
            losses: Arc::default(),
        })
    }

    /// "SQLite" or "PostgreSQL".
    pub fn engine(&self) -> &'static str {
        if self.writer.is_some() { "SQLite" } else { "PostgreSQL" }
    }

    /// Brings the schema up to this program's version.
    pub fn migrate(&self) -> Result<Vec<String>, String> {
        let mut pooled = self
            .pool
            .get()
            .map_err(|error| format!("the database does not answer: {error}"))?;
        let conn = &mut pooled.conn;
        if let Conn::Postgres(c) = conn {
            // Two processes that start in parallel migrate one after the other.
            c.batch_execute("SELECT pg_advisory_lock(7261001)")
                .map_err(|error| error.to_string())?;
        }
        let done = Self::migrate_locked(conn);
        if let Conn::Postgres(c) = conn {
            c.batch_execute("SELECT pg_advisory_unlock(7261001)")
                .map_err(|error| error.to_string())?;
        }
        done
    }

    fn migrate_locked(conn: &mut Conn) -> Result<Vec<String>, String> {
        if let Some(unknown) = unknown_migration(conn)? {
            return Err(format!(
                "the database has schema version {unknown}, which is newer than this program; start the newer program"
            ));
        }
        // Most starts find nothing to do; asking first keeps them short.
        let pending = conn
            .pending_migrations(MIGRATIONS)
            .map_err(|error| format!("the schema version cannot be read: {error}"))?;
        let names = pending.iter().map(|migration| migration.name().to_string()).collect();
        if !pending.is_empty() {
            conn.run_migrations(&pending)
                .map_err(|error| format!("the migration failed: {error}"))?;
        }
        Ok(names)
    }

    /// How many migrations still have to run, for `doctor`.
    pub fn pending(&self) -> Result<usize, String> {
        let mut pooled = self
            .pool
            .get()
            .map_err(|error| format!("the database does not answer: {error}"))?;
        let conn = &mut pooled.conn;
        if let Some(unknown) = unknown_migration(conn)? {
            return Err(format!(
                "the database has schema version {unknown}, which is newer than this program"
            ));
        }
        Ok(conn
            .pending_migrations(MIGRATIONS)
            .map_err(|error| error.to_string())?
            .len())
    }

    /// A living connection. Asking each one each time would cost a round trip; asking after a loss is enough.
    fn check_out(&self) -> Result<PooledConnection<Manager>, AppError> {
        loop {
            let mut pooled = self.pool.get().map_err(|_| AppError::Busy)?;
            let losses = self.losses.load(Ordering::Relaxed);
            if pooled.losses == losses || pooled.conn.ping().is_ok() {
                pooled.losses = losses;
                return Ok(pooled);
            }
            pooled.lost = true;
        }
    }

    /// Notes a connection that the server cut, so that it does not go back into the pool.
    fn check_in<T, E: ChangeError>(&self, pooled: &mut Pooled, done: &Result<T, E>) {
        let busy = done.as_ref().err().and_then(ChangeError::failure);
        if matches!(busy, Some(AppError::Busy)) && matches!(pooled.conn, Conn::Postgres(_)) {
            pooled.lost = true;
            self.losses.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// A transaction that only reads.
    pub fn read<T>(&self, work: impl FnOnce(&mut Conn) -> Result<T, AppError>) -> Result<T, AppError> {
        let mut pooled = self.check_out()?;
        let conn = &mut pooled.conn;
        let done = match conn {
            // On SQLite a transaction is one consistent view and one file lock instead of one a query. READ COMMITTED
            // on PostgreSQL gives no such view, so its two round trips would buy nothing.
            Conn::Sqlite(_) => conn.transaction(work),
            Conn::Postgres(_) => work(conn),
        };
        self.check_in(&mut pooled, &done);
        done
    }

    /// A transaction that writes; an error rolls everything back.
    pub fn write<T, E: ChangeError>(&self, work: impl FnOnce(&mut Conn) -> Result<T, E>) -> Result<T, E> {
        let _turn = self
            .writer
            .as_ref()
            .map(|writer| writer.lock().unwrap_or_else(std::sync::PoisonError::into_inner));
        let mut pooled = self.check_out()?;
        let done = write_on(&mut pooled.conn, work);
        self.check_in(&mut pooled, &done);
        done
    }
}

fn write_on<T, E: ChangeError>(conn: &mut Conn, work: impl FnOnce(&mut Conn) -> Result<T, E>) -> Result<T, E> {
    type Manager = <Conn as Connection>::TransactionManager;
    conn.begin_write().map_err(AppError::from)?;
    match work(conn) {
        Ok(done) => {
            Manager::commit_transaction(conn).map_err(AppError::from)?;
            Ok(done)
        }
        Err(refused) => match Manager::rollback_transaction(conn) {
            Ok(()) | Err(diesel::result::Error::BrokenTransactionManager) => Err(refused),
            // The server is gone and took the transaction with it.
            Err(_) if matches!(refused.failure(), Some(AppError::Busy)) => Err(refused),
            Err(error) => Err(AppError::from(error).into()),
        },
    }
}

fn unknown_migration(conn: &mut Conn) -> Result<Option<String>, String> {
    use diesel::migration::MigrationSource;
    let applied = conn
        .applied_migrations()
        .map_err(|error| format!("the schema version cannot be read: {error}"))?;
    let known = <EmbeddedMigrations as MigrationSource<diesel::sqlite::Sqlite>>::migrations(&MIGRATIONS)
        .map_err(|error| error.to_string())?;
    let known: Vec<String> = known
        .iter()
        .map(|migration| migration.name().version().to_string())
        .collect();
    Ok(applied
        .iter()
        .map(ToString::to_string)
        .find(|version| !known.contains(version)))
}

// An unreachable database is logged once by each request that needs it, not by each try of the pool.
#[derive(Debug)]
struct Silent;

impl<E: std::error::Error> diesel::r2d2::HandleError<E> for Silent {
    fn handle_error(&self, error: E) {
        tracing::debug!(%error, "pool");
    }
}
