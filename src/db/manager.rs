//! How the pool opens, tests and gives up connections.

use diesel::r2d2::{ManageConnection, R2D2Connection};

use crate::db::Conn;

pub struct Manager {
    pub url: String,
}

/// A connection of the pool. PostgreSQL may have gone and come back since it was last used.
pub struct Pooled {
    pub conn: Conn,
    /// How many losses the pool had seen when this connection was last known to live.
    pub losses: u64,
    pub lost: bool,
}

impl Pooled {
    pub fn is_broken(&mut self) -> bool {
        self.lost || self.conn.is_broken()
    }
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
        std::thread::panicking() || pooled.is_broken()
    }
}

// An unreachable database is logged once by each request that needs it, not by each try of the pool.
#[derive(Debug)]
pub struct Silent;

impl<E: std::error::Error> diesel::r2d2::HandleError<E> for Silent {
    fn handle_error(&self, error: E) {
        tracing::debug!(%error, "pool");
    }
}
