//! What became of a change: its own result, and the commit that it shares with others.

use std::future::poll_fn;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::task::{Poll, Waker};

use crate::common::error::{AppError, ChangeError};

/// The result of a commit, for everyone whose change is in it.
#[derive(Debug, Default)]
pub struct Commit {
    state: Mutex<State>,
    done: Condvar,
}

#[derive(Debug, Default)]
struct State {
    result: Option<Result<(), AppError>>,
    wakers: Vec<Waker>,
}

impl Commit {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Says how it ended. The first result stays.
    pub fn complete(&self, result: Result<(), AppError>) {
        let wakers = {
            let mut state = self.state();
            state.result.get_or_insert(result);
            std::mem::take(&mut state.wakers)
        };
        self.done.notify_all();
        wakers.into_iter().for_each(Waker::wake);
    }

    fn wait(&self) -> Result<(), AppError> {
        let state = self.state();
        let unfinished = |state: &mut State| state.result.is_none();
        let state = self
            .done
            .wait_while(state, unfinished)
            .unwrap_or_else(PoisonError::into_inner);
        state.result.as_ref().map_or(Ok(()), again)
    }

    async fn durable(&self) -> Result<(), AppError> {
        poll_fn(|cx| {
            let mut state = self.state();
            match &state.result {
                Some(result) => Poll::Ready(again(result)),
                None => {
                    if !state.wakers.iter().any(|waker| waker.will_wake(cx.waker())) {
                        state.wakers.push(cx.waker().clone());
                    }
                    Poll::Pending
                }
            }
        })
        .await
    }
}

/// The same result for another change.
fn again(result: &Result<(), AppError>) -> Result<(), AppError> {
    match result {
        Ok(()) => Ok(()),
        Err(AppError::Busy) => Err(AppError::Busy),
        Err(AppError::DiskFull) => Err(AppError::DiskFull),
        Err(error) => Err(AppError::internal(error)),
    }
}

/// A change whose work is done. Its result is the truth only after the commit.
#[derive(Debug)]
pub struct Written<T, E> {
    done: Result<T, E>,
    /// The commit that is still to come.
    pub(super) commit: Option<Arc<Commit>>,
}

impl<T, E> Written<T, E> {
    /// What needs no further commit.
    pub fn settled(done: Result<T, E>) -> Self {
        Self { done, commit: None }
    }

    /// What is part of a commit.
    pub(super) fn within(done: Result<T, E>, commit: Arc<Commit>) -> Self {
        let commit = Some(commit);
        Self { done, commit }
    }
}

impl<T, E: ChangeError> Written<T, E> {
    /// The result, once it is durable.
    pub async fn durable(self) -> Result<T, E> {
        match self.commit {
            None => self.done,
            Some(commit) => settle(self.done, commit.durable().await),
        }
    }

    /// As `durable`, on a thread that may wait.
    pub fn wait(self) -> Result<T, E> {
        match self.commit {
            None => self.done,
            Some(commit) => settle(self.done, commit.wait()),
        }
    }
}

/// A refusal, too, has seen what the others wrote: it is one only if they are committed.
fn settle<T, E: ChangeError>(done: Result<T, E>, committed: Result<(), AppError>) -> Result<T, E> {
    match (done, committed) {
        (done, Ok(())) => done,
        (Err(error), Err(_)) if error.failure().is_some() => Err(error),
        (_, Err(error)) => Err(error.into()),
    }
}
