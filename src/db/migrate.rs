//! Schema migrations, embedded in the program.

use diesel::connection::SimpleConnection;
use diesel_migrations::{EmbeddedMigrations, MigrationHarness, embed_migrations};

use crate::db::pool::PATIENCE;
use crate::db::{Conn, Db, STATEMENT_LIMITS};

const MIGRATIONS: EmbeddedMigrations = embed_migrations!("migrations");

impl Db {
    /// Brings the schema up to this program's version.
    pub fn migrate(&self) -> Result<Vec<String>, String> {
        let mut pooled = self
            .pool
            .get_timeout(PATIENCE)
            .map_err(|error| format!("the database does not answer: {error}"))?;
        let conn = &mut pooled.conn;
        if let Conn::Postgres(c) = conn {
            // Two processes that start in parallel migrate one after the other.
            // However long the other one takes, and this one.
            c.batch_execute("SET lock_timeout = 0; SET statement_timeout = 0; SELECT pg_advisory_lock(7261001)")
                .map_err(|error| error.to_string())?;
        }
        let done = Self::migrate_locked(conn);
        if let Conn::Postgres(c) = conn {
            c.batch_execute(&format!("SELECT pg_advisory_unlock(7261001); {STATEMENT_LIMITS}"))
                .map_err(|error| error.to_string())?;
        }
        done
    }

    fn migrate_locked(conn: &mut Conn) -> Result<Vec<String>, String> {
        if let Some(unknown) = unknown_migration(conn)? {
            return Err(format!(
                "the database has schema version {unknown}, which is newer than this program; start the newer program"
            ));
        }
        // Most starts find nothing to do; asking first keeps them short.
        let pending = conn
            .pending_migrations(MIGRATIONS)
            .map_err(|error| format!("the schema version cannot be read: {error}"))?;
        let names = pending.iter().map(|migration| migration.name().to_string()).collect();
        if !pending.is_empty() {
            conn.run_migrations(&pending)
                .map_err(|error| format!("the migration failed: {error}"))?;
        }
        Ok(names)
    }

    /// How many migrations still have to run, for `doctor`.
    pub fn pending(&self) -> Result<usize, String> {
        let mut pooled = self
            .pool
            .get_timeout(PATIENCE)
            .map_err(|error| format!("the database does not answer: {error}"))?;
        let conn = &mut pooled.conn;
        if let Some(unknown) = unknown_migration(conn)? {
            return Err(format!(
                "the database has schema version {unknown}, which is newer than this program"
            ));
        }
        Ok(conn
            .pending_migrations(MIGRATIONS)
            .map_err(|error| error.to_string())?
            .len())
    }
}

fn unknown_migration(conn: &mut Conn) -> Result<Option<String>, String> {
    use diesel::migration::MigrationSource;
    let applied = conn
        .applied_migrations()
        .map_err(|error| format!("the schema version cannot be read: {error}"))?;
    let known = <EmbeddedMigrations as MigrationSource<diesel::sqlite::Sqlite>>::migrations(&MIGRATIONS)
        .map_err(|error| error.to_string())?;
    let known: Vec<String> = known
        .iter()
        .map(|migration| migration.name().version().to_string())
        .collect();
    Ok(applied
        .iter()
        .map(ToString::to_string)
        .find(|version| !known.contains(version)))
}
