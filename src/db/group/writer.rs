//! The change that has the transaction.

use std::sync::{Arc, PoisonError};
use std::time::Instant;

use crate::common::error::AppError;
use crate::db::group::batch::Batch;
use crate::db::group::{Group, MOST, State};
use crate::db::outcome::Commit;

/// The one who writes now.
pub struct Writer<'a> {
    pub group: &'a Group,
    pub batch: Batch,
}

impl Writer<'_> {
    /// Leaves the transaction to the next one, or commits it.
    pub fn leave(self) -> Arc<Commit> {
        let Self { group, batch } = self;
        let commit = batch.commit.clone();
        let until = batch.began + group.longest;
        let mut state = group.state();
        let Some(left) = until.checked_duration_since(Instant::now()) else {
            drop(state);
            group.commit(batch);
            return commit;
        };
        if state.coming == 0 || batch.alone || batch.members >= MOST {
            drop(state);
            group.commit(batch);
            return commit;
        }
        state.left += 1;
        let mine = state.left;
        (state.open, state.busy) = (Some(batch), false);
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
            group.commit(batch);
        }
        commit
    }

    /// Gives up the whole transaction: the engine has rolled it back.
    pub fn lose(self, error: &AppError) -> Arc<Commit> {
        let Self { group, batch } = self;
        let commit = batch.commit.clone();
        drop(batch);
        group.free(None);
        commit.complete(Err(match error {
            AppError::Busy => AppError::Busy,
            AppError::DiskFull => AppError::DiskFull,
            other => AppError::internal(other),
        }));
        commit
    }
}
