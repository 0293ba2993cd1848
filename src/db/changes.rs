//! Whether anything was committed since a moment: SQLite's `PRAGMA data_version` says so without reading a row.

use std::sync::{Arc, Mutex};

use diesel::connection::SimpleConnection;
use diesel::prelude::*;

use crate::db::{Conn, is_postgres};

diesel::table! {
    pragma_data_version (data_version) {
        data_version -> BigInt,
    }
}

/// A connection of its own that never writes: its data version changes with every commit of every other connection, also of
/// other processes.
#[derive(Clone)]
pub struct ChangeWatch(Arc<Mutex<Conn>>);

impl ChangeWatch {
    /// Connects for the first time. Each connection to an SQLite file reads the whole schema, so there this one stays.
    pub fn first(url: &str) -> ConnectionResult<Option<Self>> {
        if is_postgres(url) {
            Conn::open(url).map(|_| None)
        } else {
            Self::open(url).map(Some)
        }
    }

    fn open(url: &str) -> ConnectionResult<Self> {
        let mut conn = Conn::open(url)?;
        // Requests wait for it, so it never waits for anyone.
        conn.batch_execute("PRAGMA busy_timeout=0; PRAGMA cache_size=-512")
            .map_err(ConnectionError::CouldntSetupConfiguration)?;
        Ok(Self(Arc::new(Mutex::new(conn))))
    }

    /// The data version; numbers of one watch can be compared. `None` when the database does not say at once.
    pub fn version(&self) -> Option<i64> {
        self.glance(|conn| {
            pragma_data_version::table
                .select(pragma_data_version::data_version)
                .first(conn)
        })
    }

    /// Reads a few rows at once, on the thread that asks.
    pub fn glance<T>(&self, read: impl FnOnce(&mut Conn) -> QueryResult<T>) -> Option<T> {
        let mut conn = self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        read(&mut conn).ok()
    }
}
