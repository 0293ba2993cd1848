//! A database for each app: an SQLite file, or a schema on the PostgreSQL server under test.

use std::path::{Path, PathBuf};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Text};
use diesel::{PgConnection, SqliteConnection, sql_query};

use crate::harness::adapter;
use crate::harness::places::Folder;

/// One app's database; on PostgreSQL, its schema is dropped with this value.
#[derive(Debug)]
pub struct Database {
    url: String,
    schema: Option<(String, String)>,
}

#[derive(QueryableByName)]
struct Number {
    #[diesel(sql_type = BigInt)]
    value: i64,
}

#[derive(QueryableByName)]
struct Word {
    #[diesel(sql_type = Text)]
    value: String,
}

/// Runs the block with a connection to the database's engine.
macro_rules! on_connection {
    ($database:expr, |$connection:ident| $body:expr) => {
        if $database.schema.is_some() {
            let $connection = &mut PgConnection::establish(&$database.url).expect("PostgreSQL");
            $body
        } else {
            let $connection = &mut SqliteConnection::establish(&$database.url).expect("SQLite");
            $connection
                .batch_execute("PRAGMA busy_timeout=60000")
                .expect("busy_timeout");
            $body
        }
    };
}

impl Database {
    /// A database for an instance of this version, in `folder` on SQLite. It already has its tables: copying a file is
    /// faster than migrating. On PostgreSQL a copy costs as much as the migrations, so the instance runs them itself.
    pub fn create(folder: &Folder) -> Self {
        let database = Self::empty(folder);
        if !database.is_postgres() {
            std::fs::copy(template(), &database.url).expect("a copy of the template");
        }
        database
    }

    /// An empty database of the engine under test, in `folder` on SQLite.
    pub fn empty(folder: &Folder) -> Self {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        match postgres() {
            None => Self {
                url: folder.join("tenantry.sqlite3").display().to_string(),
                schema: None,
            },
            Some(server) => {
                let schema = format!("test_{}_{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed));
                let mut admin = PgConnection::establish(&server).expect("the PostgreSQL server under test");
                admin
                    .batch_execute(&format!("CREATE SCHEMA {schema}"))
                    .expect("a schema");
                let mark = if server.contains('?') { '&' } else { '?' };
                Self {
                    url: format!("{server}{mark}options=-csearch_path%3D{schema}"),
                    schema: Some((server, schema)),
                }
            }
        }
    }

    /// The value of `TENANTRY_DATABASE_URL`.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Whether the suite runs on PostgreSQL.
    pub fn is_on_postgres() -> bool {
        postgres().is_some()
    }

    pub fn is_postgres(&self) -> bool {
        self.schema.is_some()
    }

    /// Runs SQL statements, for states that no page can create.
    pub fn execute(&self, sql: &str) {
        on_connection!(self, |c| c
            .batch_execute(sql)
            .unwrap_or_else(|error| panic!("{sql}: {error}")));
        // As every write of the product; a test of its own may have locked or removed the table.
        on_connection!(self, |c| _ =
            c.batch_execute("UPDATE instance_pages SET page_version = page_version + 1"));
    }

    /// The number that a query returns in a column named `value`: `SELECT count(*) AS value FROM users`.
    pub fn number(&self, sql: &str) -> i64 {
        on_connection!(self, |c| sql_query(sql).get_result::<Number>(c))
            .unwrap_or_else(|error| panic!("{sql}: {error}"))
            .value
    }

    /// Does something while no change of the product to this table can be made.
    pub fn while_locked<T>(&self, table: &str, work: impl FnOnce() -> T) -> T {
        on_connection!(self, |c| {
            c.batch_execute(&match &self.schema {
                Some(_) => format!("BEGIN; LOCK TABLE {table} IN SHARE ROW EXCLUSIVE MODE"),
                None => "BEGIN IMMEDIATE".to_owned(),
            })
            .expect("a lock");
            let done = work();
            c.batch_execute("ROLLBACK").expect("the end of the lock");
            done
        })
    }

    /// The texts that a query returns in a column named `value`.
    pub fn words(&self, sql: &str) -> Vec<String> {
        let rows =
            on_connection!(self, |c| sql_query(sql).load::<Word>(c)).unwrap_or_else(|error| panic!("{sql}: {error}"));
        rows.into_iter().map(|row| row.value).collect()
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        if let Some((server, schema)) = &self.schema
            && let Ok(mut admin) = PgConnection::establish(server)
        {
            // An app that hangs must not block the whole run with its locks.
            let _ = admin.batch_execute(&format!(
                "SET lock_timeout='5s'; SET client_min_messages=error; DROP SCHEMA {schema} CASCADE"
            ));
        }
    }
}

/// A migrated SQLite file, created once per run.
fn template() -> &'static Path {
    static TEMPLATE: OnceLock<PathBuf> = OnceLock::new();
    TEMPLATE.get_or_init(|| {
        let path = Folder::new().keep().join("template.sqlite3");
        let url = path.display().to_string();
        adapter::migrate(&url);
        let mut connection = SqliteConnection::establish(&url).expect("SQLite");
        // Only the main file is copied, so write everything into it.
        connection
            .batch_execute("PRAGMA wal_checkpoint(TRUNCATE)")
            .expect("a checkpoint");
        path
    })
}

/// The URL of the PostgreSQL server, if the suite runs on it.
fn postgres() -> Option<String> {
    match std::env::var("TENANTRY_TEST_DATABASE").as_deref() {
        Err(_) | Ok("" | "sqlite") => None,
        Ok(url) if url.starts_with("postgres") => Some(url.to_owned()),
        Ok(other) => panic!("TENANTRY_TEST_DATABASE is “{other}”: neither sqlite nor postgres://…"),
    }
}
