//! The change that has the transaction.

use std::sync::{Arc, PoisonError};
use std::time::Instant;

use crate::common::error::AppError;
use crate::db::group::batch::Batch;
use crate::db::group::{Group, MOST, State};
use crate::db::manager::Pooled;
use crate::db::outcome::Commit;

/// That someone writes or commits. Whatever ends it, the next one is let in.
pub struct Busy<'a> {
    group: &'a Group,
    held: bool,
}

impl<'a> Busy<'a> {
    /// `state.busy` was just set.
    pub fn new(group: &'a Group) -> Self {
        Self { group, held: true }
    }

    /// Lets the next one in, with the connection if it is in order.
    pub fn end(mut self, connection: Option<Pooled>) {
        self.held = false;
        self.group.free(connection);
    }
}

impl Drop for Busy<'_> {
    fn drop(&mut self) {
        if self.held {
            self.group.free(None);
        }
    }
}

/// The one who writes now.
pub struct Writer<'a> {
    pub batch: Batch,
    // Dropped after the transaction: the next one begins when its connection is closed.
    pub busy: Busy<'a>,
}

impl Writer<'_> {
    /// Begins its part of the transaction.
    pub fn joined(mut self) -> Result<Self, AppError> {
        match self.batch.join() {
            Ok(()) => Ok(self),
            Err(error) => {
                let error = AppError::from(error);
                self.lose(&error);
                Err(error)
            }
        }
    }

    /// Leaves the transaction to the next one, or commits it.
    pub fn leave(self) -> Arc<Commit> {
        let Self { batch, mut busy } = self;
        let group = busy.group;
        let commit = batch.ending.commit.clone();
        let until = batch.began + group.longest;
        let mut state = group.state();
        let left = until.checked_duration_since(Instant::now());
        let Some(left) = left.filter(|_| state.coming > 0 && !batch.alone && batch.members < MOST) else {
            drop(state);
            group.commit(batch, busy);
            return commit;
        };
        state.left += 1;
        let mine = state.left;
        (state.open, state.busy) = (Some(batch), false);
        busy.held = false;
        group.door.notify_one();
        let waits = |state: &mut State| state.coming > 0 && state.open.is_some() && state.left == mine;
        let kept = group.keeper.wait_timeout_while(state, left, waits);
        let (mut state, _) = kept.unwrap_or_else(PoisonError::into_inner);
        // Whoever took it has it now, also when it was left again since.
        if state.left == mine
            && let Some(batch) = state.open.take()
        {
            state.busy = true;
            drop(state);
            group.commit(batch, Busy::new(group));
        }
        commit
    }

    /// Gives up the whole transaction: the engine has rolled it back.
    pub fn lose(self, error: &AppError) -> Arc<Commit> {
        let Batch { connection, ending, .. } = self.batch;
        let commit = ending.commit.clone();
        drop(connection);
        drop(self.busy);
        ending.tell(Err(match error {
            AppError::Busy => AppError::Busy,
            AppError::DiskFull => AppError::DiskFull,
            other => AppError::internal(other),
        }));
        commit
    }
}
