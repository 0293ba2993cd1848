//! A file that changes are written to in parallel.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::thread::{scope, sleep};
use std::time::{Duration, Instant};

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::sql_types::BigInt;

use crate::common::error::AppError;
use crate::db::Conn;
use crate::db::group::{Coming, Group};
use crate::db::manager::Manager;
use crate::db::outcome::Written;
use crate::db::pool::Then;

#[derive(QueryableByName)]
struct Number {
    #[diesel(sql_type = BigInt)]
    value: i64,
}

pub struct File {
    pub url: String,
    pub group: Arc<Group>,
}

impl File {
    /// A file with an empty table, whose transactions stay open so long for changes that are announced.
    pub fn with(longest: Duration) -> Self {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let name = format!(
            "group-{}-{}.sqlite3",
            std::process::id(),
            NEXT.fetch_add(1, Ordering::Relaxed)
        );
        let url = std::env::temp_dir().join(name).display().to_string();
        let mut group = Group::new(Manager { url: url.clone() }, Arc::default());
        group.longest = longest;
        let file = Self {
            url,
            group: Arc::new(group),
        };
        file.write(|conn| {
            let tables = "CREATE TABLE n (x INTEGER PRIMARY KEY, parent INTEGER REFERENCES n, text TEXT);
                 CREATE TABLE instance_pages (id INTEGER PRIMARY KEY, page_version BIGINT NOT NULL);
                 CREATE TABLE organizations (id TEXT PRIMARY KEY, page_version BIGINT NOT NULL);
                 INSERT INTO instance_pages VALUES (1, 0)";
            conn.batch_execute(tables).map_err(AppError::from)
        })
        .unwrap();
        file
    }

    pub fn begin(
        &self,
        then: Option<Then>,
        work: impl FnOnce(&mut Conn) -> Result<(), AppError>,
    ) -> Written<(), AppError> {
        self.come(self.group.announce(), then, work)
    }

    /// As `begin`, by one who was announced.
    pub fn come(
        &self,
        coming: Coming,
        then: Option<Then>,
        work: impl FnOnce(&mut Conn) -> Result<(), AppError>,
    ) -> Written<(), AppError> {
        self.group.write(Duration::from_secs(20), (coming, ()), then, work)
    }

    pub fn write(&self, work: impl FnOnce(&mut Conn) -> Result<(), AppError>) -> Result<(), AppError> {
        self.begin(None, work).wait()
    }

    /// The numbers that another connection sees.
    pub fn numbers(&self) -> Vec<i64> {
        self.values("SELECT x AS value FROM n ORDER BY x")
    }

    /// What another connection reads.
    pub fn values(&self, sql: &str) -> Vec<i64> {
        read(&mut Conn::open(&self.url).unwrap(), sql)
    }
}

pub fn read(conn: &mut Conn, sql: &str) -> Vec<i64> {
    let rows: Vec<Number> = match conn {
        Conn::Sqlite(c) => diesel::sql_query(sql).load(c).unwrap(),
        Conn::Postgres(_) => Vec::new(),
    };
    rows.into_iter().map(|row| row.value).collect()
}

impl Drop for File {
    fn drop(&mut self) {
        for end in ["", "-wal", "-shm"] {
            let _ = std::fs::remove_file(format!("{}{end}", self.url));
        }
    }
}

pub fn insert(conn: &mut Conn, x: i64) -> Result<(), AppError> {
    Ok(conn.batch_execute(&format!("INSERT INTO n (x) VALUES ({x})"))?)
}

/// A change that joins the open transaction once so many have done their work in it.
pub fn join(
    file: &File,
    members: usize,
    coming: Coming,
    work: impl FnOnce(&mut Conn) -> Result<(), AppError>,
) -> Result<(), AppError> {
    let left = || {
        file.group
            .state()
            .open
            .as_ref()
            .is_some_and(|batch| batch.members == members)
    };
    // If the engine gave up the whole transaction, it comes alone.
    let end = Instant::now() + Duration::from_secs(3);
    while !left() && Instant::now() < end {
        sleep(Duration::from_millis(1));
    }
    file.come(coming, None, work).wait()
}

/// A change of the numbers that begin here.
pub type Change = fn(&mut Conn, i64) -> Result<(), AppError>;

/// Three changes in one transaction, of which the second is `work`. Whether each was acknowledged; `None` when it panicked.
pub fn three(file: &File, from: i64, work: Change) -> [Option<bool>; 3] {
    let (second, third) = (file.group.announce(), file.group.announce());
    scope(|scope| {
        let first = scope.spawn(|| file.write(|conn| insert(conn, from)));
        let second = scope.spawn(|| join(file, 1, second, |conn| work(conn, from)));
        let third = scope.spawn(|| join(file, 2, third, |conn| insert(conn, from + 2)));
        [first, second, third].map(|change| change.join().ok().map(|done| done.is_ok()))
    })
}
