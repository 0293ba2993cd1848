//! A transaction that several changes share.

use std::sync::Arc;
use std::time::Instant;

use diesel::connection::{Connection, TransactionManager};
use diesel::prelude::QueryResult;
use diesel::result::Error;

use crate::common::error::AppError;
use crate::db::Conn;
use crate::db::manager::Pooled;
use crate::db::outcome::Commit;
use crate::db::pool::Then;

type Transactions = <Conn as Connection>::TransactionManager;

pub struct Batch {
    pub connection: Pooled,
    pub began: Instant,
    /// No one else waited when it began: it is for one change, which needs no savepoint.
    pub alone: bool,
    /// Those who did their work in it.
    pub members: usize,
    /// Those whose work is in it.
    pub changes: usize,
    pub ending: Ending,
}

/// Those who wait for a commit. If it is given up, whatever the reason, they learn it.
#[derive(Default)]
pub struct Ending {
    pub commit: Arc<Commit>,
    then: Vec<Then>,
}

impl Ending {
    /// Tells them how the commit ended.
    pub fn tell(mut self, result: Result<(), AppError>) {
        let committed = result.is_ok();
        self.commit.complete(result);
        if committed {
            for then in std::mem::take(&mut self.then) {
                then();
            }
        }
    }
}

impl Drop for Ending {
    fn drop(&mut self) {
        // The first result stays.
        self.commit
            .complete(Err(AppError::internal("the transaction was given up")));
    }
}

impl Batch {
    /// A transaction that has begun.
    pub fn new(connection: Pooled, alone: bool) -> Self {
        Self {
            connection,
            began: Instant::now(),
            alone,
            members: 0,
            changes: 0,
            ending: Ending::default(),
        }
    }

    /// Begins the savepoint of one change.
    pub fn join(&mut self) -> QueryResult<()> {
        self.members += 1;
        if self.alone {
            return Ok(());
        }
        Transactions::begin_transaction(&mut self.connection.conn)
    }

    /// Ends the savepoint of a change that succeeded.
    pub fn keep(&mut self, then: Option<Then>) -> QueryResult<()> {
        if !self.alone {
            // Fails when the engine has rolled back everything, as it does on some errors.
            Transactions::commit_transaction(&mut self.connection.conn)?;
        }
        self.changes += 1;
        self.ending.then.extend(then);
        Ok(())
    }

    /// Undoes a change that failed or panicked, with the savepoints that it left open. Fails when the engine has rolled back the
    /// whole transaction.
    pub fn undo(&mut self) -> QueryResult<()> {
        let conn = &mut self.connection.conn;
        loop {
            let status = Transactions::transaction_manager_status_mut(conn);
            match status.transaction_depth()?.map_or(0, u32::from) {
                0 => return Err(Error::NotInTransaction),
                1 => return Ok(()),
                _ => Transactions::rollback_transaction(conn)?,
            }
        }
    }

    /// Commits, or rolls back what changes nothing. Gives back the connection, and those who wait.
    pub fn commit(mut self) -> (Result<(), AppError>, Pooled, Ending) {
        let conn = &mut self.connection.conn;
        let done = if self.changes > 0 {
            Transactions::commit_transaction(conn)
        } else {
            Transactions::rollback_transaction(conn)
        };
        // A transaction that could not be ended ends with its connection.
        self.connection.lost |= done.is_err();
        (done.map_err(AppError::from), self.connection, self.ending)
    }
}
