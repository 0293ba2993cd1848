//! The connection pool and the transactions on it.

use std::sync::Arc;
use std::time::Duration;

use diesel::connection::TransactionManager;
use diesel::prelude::*;
use diesel::r2d2::{Pool, PooledConnection, R2D2Connection};

use crate::common::error::{AppError, ChangeError};
use crate::db::affected;
use crate::db::availability::Availability;
use crate::db::changes::ChangeWatch;
use crate::db::group::{Coming, Group};
use crate::db::manager::{Manager, Pooled, Silent};
use crate::db::outcome::Written;
use crate::db::{Conn, is_postgres, page_version};

/// How long a request waits for a connection, and a start.
pub(super) const PATIENCE: Duration = Duration::from_secs(4);

/// How long the pool waits before it tries to connect again, at most.
const RETRY: Duration = Duration::from_millis(300);

/// The connections to PostgreSQL.
const POSTGRES_CONNECTIONS: usize = 8;

/// The connections that read an SQLite file. Each keeps pages and statements in memory; the writer has one of its own.
const SQLITE_READERS: u32 = 3;

/// What follows a commit.
pub type Then = Box<dyn FnOnce() + Send>;

/// The connection pool. Only auth takes connections from it.
#[derive(Clone)]
pub struct Db {
    pub(super) pool: Pool<Manager>,
    // SQLite has one writer. Its changes share their commits.
    writer: Option<Arc<Group>>,
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
        let changes = ChangeWatch::first(url).map_err(|error| format!("the database cannot be opened: {error}"))?;
        let postgres = is_postgres(url);
        let pool = Pool::builder()
            .max_size(if postgres { 8 } else { SQLITE_READERS })
            .min_idle(Some(1))
            .test_on_check_out(false)
            // The pool waits up to half of it between two tries to connect.
            .connection_timeout(RETRY * 2)
            .error_handler(Box::new(Silent))
            .build_unchecked(Manager { url: url.to_owned() });
        let availability = Arc::<Availability>::default();
        let manager = Manager { url: url.to_owned() };
        let writer = (!postgres).then(|| Arc::new(Group::new(manager, availability.clone())));
        Ok(Self {
            pool,
            writer,
            availability,
            changes,
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

    /// How many may write in parallel. On SQLite one writes, and the next one waits behind it.
    pub fn writers(&self) -> usize {
        if self.writer.is_some() {
            2
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
        let Some(group) = &self.writer else {
            return Some(self.write(work));
        };
        let coming = (group.announce(), ());
        match group.write(Duration::ZERO, coming, None, work).wait() {
            Err(AppError::Busy) => None,
            done => Some(done),
        }
    }

    /// As `write`, with how long it waits for a connection.
    pub fn write_within<T, E: ChangeError>(
        &self,
        patience: Duration,
        work: impl FnOnce(&mut Conn) -> Result<T, E>,
    ) -> Result<T, E> {
        self.write_in_turn(patience, (self.announce(), ()), None, work).wait()
    }

    /// Says that someone will write, so that a transaction waits for them a moment.
    pub fn announce(&self) -> Coming {
        self.writer.as_ref().map(Group::announce).unwrap_or_default()
    }

    /// As `write_within`, without waiting for the commit that it may share with others. The turn ends with the work, so that
    /// the next one begins; `then` follows the commit.
    pub fn write_in_turn<T, E: ChangeError>(
        &self,
        patience: Duration,
        coming: (Coming, impl Sized),
        then: Option<Then>,
        work: impl FnOnce(&mut Conn) -> Result<T, E>,
    ) -> Written<T, E> {
        if let Some(group) = &self.writer {
            return group.write(patience, coming, then, work);
        }
        let done = self.write_alone(patience, work);
        if let (Ok(_), Some(then)) = (&done, then) {
            then();
        }
        Written::settled(done)
    }

    /// A transaction of its own: PostgreSQL itself lets commits share what they wait for.
    fn write_alone<T, E: ChangeError>(
        &self,
        patience: Duration,
        work: impl FnOnce(&mut Conn) -> Result<T, E>,
    ) -> Result<T, E> {
        let mut pooled = self.check_out(patience)?;
        let done = transaction(&mut pooled.conn, work);
        match &done {
            Ok(_) => self.availability.note_disk(false),
            Err(error) if matches!(error.failure(), Some(AppError::DiskFull)) => self.availability.note_disk(true),
            Err(_) => {}
        }
        self.check_in(&mut pooled, &done);
        done
    }
}

fn transaction<T, E: ChangeError>(conn: &mut Conn, work: impl FnOnce(&mut Conn) -> Result<T, E>) -> Result<T, E> {
    type Manager = <Conn as Connection>::TransactionManager;
    conn.begin_write().map_err(AppError::from)?;
    match write_on(conn, work) {
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

/// The work of every write, within its transaction or savepoint. Its last step raises the versions of pages.
pub(super) fn write_on<T, E: ChangeError>(
    conn: &mut Conn,
    work: impl FnOnce(&mut Conn) -> Result<T, E>,
) -> Result<T, E> {
    // What a write before this one said, and did not commit, concerns no one.
    affected::take();
    let done = work(conn)?;
    page_version::raise(conn).map_err(AppError::from)?;
    Ok(done)
}
