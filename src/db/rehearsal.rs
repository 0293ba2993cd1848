//! Writes that are always rolled back.

use crate::common::error::{AppError, ChangeError};
use crate::db::{Conn, Db};

impl Db {
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
