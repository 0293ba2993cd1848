//! The one writer of an SQLite file. Changes that wait share a commit: the open transaction passes from one to the next, each
//! does its work in a savepoint of its own, and the one behind which no other comes commits for all. Each is acknowledged only
//! then; one that fails is undone alone.

mod batch;
#[cfg(test)]
mod tests;
mod writer;

use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use diesel::r2d2::ManageConnection;

use crate::common::error::{AppError, ChangeError};
use crate::db::Conn;
use crate::db::availability::Availability;
use crate::db::group::batch::Batch;
use crate::db::group::writer::{Busy, Writer};
use crate::db::manager::{Manager, Pooled};
use crate::db::outcome::Written;
use crate::db::pool::{Then, write_on};

/// How long a transaction stays open for further changes: its first change waits at most that much longer.
const LONGEST: Duration = Duration::from_millis(10);

/// The most changes in a commit.
const MOST: usize = 128;

pub struct Group {
    manager: Manager,
    availability: Arc<Availability>,
    longest: Duration,
    state: Mutex<State>,
    /// Those who want to write wait here.
    door: Condvar,
    /// The one who keeps the open transaction waits here, until another takes it.
    keeper: Condvar,
}

#[derive(Default)]
struct State {
    /// Someone writes or commits.
    busy: bool,
    /// Those who are on their way to write.
    coming: usize,
    /// The transaction that was left for the next one.
    open: Option<Batch>,
    /// How often one was left, so that a keeper knows its own.
    left: u64,
    /// The connection, while no transaction is open. It is not one of the pool's: what only writes need is prepared once.
    idle: Option<Pooled>,
}

/// Someone on their way to write. While there is one, a transaction waits for them a moment.
#[derive(Default)]
pub struct Coming(Option<Arc<Group>>);

impl Drop for Coming {
    fn drop(&mut self) {
        if let Some(group) = &self.0 {
            let mut state = group.state();
            state.coming -= 1;
            if state.coming == 0 {
                group.keeper.notify_all();
            }
        }
    }
}

impl Group {
    pub fn new(manager: Manager, availability: Arc<Availability>) -> Self {
        Self {
            manager,
            availability,
            longest: LONGEST,
            state: Mutex::default(),
            door: Condvar::new(),
            keeper: Condvar::new(),
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Says that someone will write.
    pub fn announce(self: &Arc<Self>) -> Coming {
        self.state().coming += 1;
        Coming(Some(self.clone()))
    }

    /// Does the work in a transaction, alone or with others. `turn` ends with the work, and `then` follows the commit.
    pub fn write<T, E: ChangeError>(
        &self,
        patience: Duration,
        (coming, turn): (Coming, impl Sized),
        then: Option<Then>,
        work: impl FnOnce(&mut Conn) -> Result<T, E>,
    ) -> Written<T, E> {
        let mut writer = match self.enter(patience, coming) {
            Ok(writer) => writer,
            Err(error) => return Written::settled(Err(error.into())),
        };
        let done = catch_unwind(AssertUnwindSafe(|| write_on(&mut writer.batch.connection.conn, work)));
        drop(turn);
        let ended = match &done {
            Ok(Ok(_)) => writer.batch.keep(then),
            _ => writer.batch.undo(),
        };
        let failure = match &done {
            Ok(Err(refused)) => refused.failure(),
            _ => None,
        };
        if matches!(failure, Some(AppError::DiskFull)) {
            self.availability.note_disk(true);
        }
        let commit = match ended {
            Ok(()) => writer.leave(),
            Err(error) => writer.lose(&match failure {
                Some(AppError::DiskFull) => AppError::DiskFull,
                _ => AppError::from(error),
            }),
        };
        match done {
            Ok(done) => Written::within(done, commit),
            // The others' changes are in safety: it goes on to its own caller.
            Err(panic) => resume_unwind(panic),
        }
    }

    /// Waits until no one else writes, and takes over the open transaction or begins one.
    fn enter(&self, patience: Duration, coming: Coming) -> Result<Writer<'_>, AppError> {
        let waits = |state: &mut State| state.busy;
        let door = self.door.wait_timeout_while(self.state(), patience, waits);
        let (mut state, _) = door.unwrap_or_else(PoisonError::into_inner);
        if state.busy {
            return Err(AppError::Busy);
        }
        state.busy = true;
        let (open, idle) = (state.open.take(), state.idle.take());
        drop(state);
        let busy = Busy::new(self);
        drop(coming);
        let batch = match open {
            Some(batch) => {
                self.keeper.notify_all();
                batch
            }
            None => return self.begin(busy, idle)?.joined(),
        };
        Writer { batch, busy }.joined()
    }

    fn begin<'a>(&'a self, busy: Busy<'a>, idle: Option<Pooled>) -> Result<Writer<'a>, AppError> {
        let Some(mut connection) = idle.or_else(|| self.manager.connect().ok()) else {
            return Err(AppError::Busy);
        };
        if let Err(error) = connection.conn.begin_write() {
            busy.end(Some(connection));
            return Err(error.into());
        }
        let alone = self.state().coming == 0;
        let batch = Batch::new(connection, alone);
        Ok(Writer { batch, busy })
    }

    /// Lets the next one in.
    fn free(&self, mut connection: Option<Pooled>) {
        connection.take_if(Pooled::is_broken);
        let mut state = self.state();
        state.busy = false;
        state.idle = connection;
        drop(state);
        self.door.notify_one();
    }

    fn commit(&self, batch: Batch, busy: Busy<'_>) {
        let changes = batch.changes;
        let (result, connection, ending) = batch.commit();
        match &result {
            Ok(()) if changes > 0 => self.availability.note_disk(false),
            Err(AppError::DiskFull) => self.availability.note_disk(true),
            _ => {}
        }
        busy.end(Some(connection));
        ending.tell(result);
    }
}
