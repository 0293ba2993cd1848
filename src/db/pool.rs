//! The connection pool and the transactions on it.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use diesel::connection::TransactionManager;
use diesel::prelude::*;
use diesel::r2d2::{Pool, PooledConnection, R2D2Connection};

use crate::common::error::{AppError, ChangeError};
use crate::db::affected;
use crate::db::availability::Availability;
use crate::db::changes::ChangeWatch;
use crate::db::manager::{Manager, Pooled, Silent};
use crate::db::{Conn, is_postgres, page_version};

/// How long a request waits for a connection, and a start.
pub(super) const PATIENCE: Duration = Duration::from_secs(4);

/// How long the pool waits before it tries to connect again, at most.
const RETRY: Duration = Duration::from_millis(300);

/// The connections to PostgreSQL.
const POSTGRES_CONNECTIONS: usize = 8;

/// The connection pool. Only auth takes connections from it.
#[derive(Clone)]
pub struct Db {
    pub(super) pool: Pool<Manager>,
    // SQLite has one writer: waiting here is fair, waiting in its busy handler is polling.
    writer: Option<Arc<Mutex<()>>>,
    availability: Arc<Availability>,
    changes: Option<ChangeWatch>,
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
        let changes = (!postgres).then(|| ChangeWatch::open(url)).transpose();
        let pool = Pool::builder()
            .max_size(if postgres { 8 } else { 4 })
            .min_idle(Some(1))
            .test_on_check_out(false)
            // The pool waits up to half of it between two tries to connect.
            .connection_timeout(RETRY * 2)
            .error_handler(Box::new(Silent))
            .build_unchecked(Manager { url: url.to_owned() });
        Ok(Self {
            pool,
            writer: (!postgres).then(Arc::default),
            availability: Arc::default(),
            changes: changes.map_err(|error| format!("the database cannot be opened: {error}"))?,
        })
    }

    /// "SQLite" or "PostgreSQL".
    pub fn engine(&self) -> &'static str {
        if self.writer.is_some() { "SQLite" } else { "PostgreSQL" }
    }

    /// Says whether anything was committed, on an engine that knows.
    pub fn changes(&self) -> Option<&ChangeWatch> {
        self.changes.as_ref()
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
        if self.availability.is_away() {
            return Err(AppError::Busy);
        }
        loop {
            let mut pooled = self.pool.get_timeout(patience).map_err(|_| {
                // On SQLite the pool is only ever busy, never away.
                if self.writer.is_none() {
                    self.availability.note_failure();
                }
                AppError::Busy
            })?;
            let losses = self.availability.losses();
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
            self.availability.note_loss();
        }
    }

    /// Whether the last change failed because the disk is full. The next change that is saved ends it.
    pub fn disk_is_full(&self) -> bool {
        self.availability.disk_is_full()
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
        match &done {
            Ok(_) => self.availability.note_disk(false),
            Err(error) if matches!(error.failure(), Some(AppError::DiskFull)) => self.availability.note_disk(true),
            Err(_) => {}
        }
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
    // What a write before this one said, and did not commit, concerns no one.
    affected::take();
    let done = work(conn).and_then(|done| {
        page_version::raise(conn).map_err(AppError::from)?;
        Ok(done)
    });
    match done {
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
