//! The connection pool and the transactions on it.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use diesel::connection::TransactionManager;
use diesel::prelude::*;
use diesel::r2d2::{ManageConnection, Pool, PooledConnection, R2D2Connection};

use crate::common::error::{AppError, ChangeError};
use crate::db::{Conn, is_postgres};

/// How long a request waits for a connection.
const PATIENCE: Duration = Duration::from_secs(4);

/// How long the database counts as away after no connection could be had, in milliseconds.
const AWAY: u64 = 500;

/// The connections to PostgreSQL.
const POSTGRES_CONNECTIONS: usize = 8;

fn milliseconds() -> u64 {
    static BEGIN: std::sync::OnceLock<std::time::Instant> = std::sync::OnceLock::new();
    let passed = BEGIN.get_or_init(std::time::Instant::now).elapsed().as_millis();
    u64::try_from(passed).unwrap_or(u64::MAX).saturating_add(1)
}

pub(super) struct Manager {
    url: String,
}

/// A connection of the pool. PostgreSQL may have gone and come back since it was last used.
pub(super) struct Pooled {
    pub(super) conn: Conn,
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
    pub(super) pool: Pool<Manager>,
    // SQLite has one writer: waiting here is fair, waiting in its busy handler is polling.
    writer: Option<Arc<Mutex<()>>>,
    // A server that restarted cut all connections, so after a loss the others are tested before they are used.
    losses: Arc<AtomicU64>,
    // When no connection could be had, in milliseconds since the process began to count; 0 is never.
    failed_at: Arc<AtomicU64>,
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
            .connection_timeout(PATIENCE)
            .error_handler(Box::new(Silent))
            .build_unchecked(Manager { url: url.to_owned() });
        Ok(Self {
            pool,
            writer: (!postgres).then(Arc::default),
            losses: Arc::default(),
            failed_at: Arc::default(),
        })
    }

    /// "SQLite" or "PostgreSQL".
    pub fn engine(&self) -> &'static str {
        if self.writer.is_some() { "SQLite" } else { "PostgreSQL" }
    }

    /// How many may write in parallel.
    pub fn writers(&self) -> usize {
        if self.writer.is_some() {
            1
        } else {
            POSTGRES_CONNECTIONS / 2
        }
    }

    /// A living connection. Asking each one each time would cost a round trip; asking after a loss is enough. After a failure,
    /// no one waits for the database until a moment has passed: it is away for everyone.
    fn check_out(&self, patience: Duration) -> Result<PooledConnection<Manager>, AppError> {
        if self.is_away() {
            return Err(AppError::Busy);
        }
        loop {
            let mut pooled = self.pool.get_timeout(patience).map_err(|_| {
                self.note_failure();
                AppError::Busy
            })?;
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

    fn is_away(&self) -> bool {
        let failed = self.failed_at.load(Ordering::Relaxed);
        failed != 0 && milliseconds().saturating_sub(failed) < AWAY
    }

    // On SQLite the pool is only ever busy, never away.
    fn note_failure(&self) {
        if self.writer.is_none() {
            self.failed_at.store(milliseconds(), Ordering::Relaxed);
        }
    }

    /// A transaction that only reads.
    pub fn read<T>(&self, work: impl FnOnce(&mut Conn) -> Result<T, AppError>) -> Result<T, AppError> {
        self.read_within(PATIENCE, work)
    }

    /// As `read`, with how long it waits for a connection.
    pub fn read_within<T>(
        &self,
        patience: Duration,
        work: impl FnOnce(&mut Conn) -> Result<T, AppError>,
    ) -> Result<T, AppError> {
        let mut pooled = self.check_out(patience)?;
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
        self.write_within(PATIENCE, work)
    }

    /// As `write`, if no one else writes at this moment; else nothing is done and it is `None`.
    pub fn write_if_free<T>(&self, work: impl FnOnce(&mut Conn) -> Result<T, AppError>) -> Option<Result<T, AppError>> {
        let _turn = match self.writer.as_ref().map(|writer| writer.try_lock()) {
            Some(Err(std::sync::TryLockError::WouldBlock)) => return None,
            turn => turn,
        };
        Some(self.write_now(PATIENCE, work))
    }

    /// As `write`, with how long it waits for a connection.
    pub fn write_within<T, E: ChangeError>(
        &self,
        patience: Duration,
        work: impl FnOnce(&mut Conn) -> Result<T, E>,
    ) -> Result<T, E> {
        let _turn = self
            .writer
            .as_ref()
            .map(|writer| writer.lock().unwrap_or_else(std::sync::PoisonError::into_inner));
        self.write_now(patience, work)
    }

    fn write_now<T, E: ChangeError>(
        &self,
        patience: Duration,
        work: impl FnOnce(&mut Conn) -> Result<T, E>,
    ) -> Result<T, E> {
        let mut pooled = self.check_out(patience)?;
        let done = write_on(&mut pooled.conn, work);
        self.check_in(&mut pooled, &done);
        done
    }

    /// As `write`, but everything is rolled back: what the write would have come to.
    pub fn rehearse<T: Send + 'static, E: ChangeError>(
        &self,
        work: impl FnOnce(&mut Conn) -> Result<T, E>,
    ) -> Result<T, E> {
        let done = self.write::<(), Rehearsed<T, E>>(|conn| match work(conn) {
            Ok(done) => Err(Rehearsed::Done(done)),
            Err(error) => Err(Rehearsed::Refused(error)),
        });
        match done {
            Err(Rehearsed::Done(done)) => Ok(done),
            Err(Rehearsed::Refused(error)) => Err(error),
            Ok(()) => Err(AppError::internal("a rehearsal is never committed").into()),
        }
    }
}

/// What a rehearsal ends with, so that its transaction rolls back.
enum Rehearsed<T, E> {
    Done(T),
    Refused(E),
}

impl<T, E: ChangeError> From<AppError> for Rehearsed<T, E> {
    fn from(error: AppError) -> Self {
        Self::Refused(error.into())
    }
}

impl<T: Send + 'static, E: ChangeError> ChangeError for Rehearsed<T, E> {
    fn failure(&self) -> Option<&AppError> {
        match self {
            Self::Done(_) => None,
            Self::Refused(error) => error.failure(),
        }
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

// An unreachable database is logged once by each request that needs it, not by each try of the pool.
#[derive(Debug)]
struct Silent;

impl<E: std::error::Error> diesel::r2d2::HandleError<E> for Silent {
    fn handle_error(&self, error: E) {
        tracing::debug!(%error, "pool");
    }
}
