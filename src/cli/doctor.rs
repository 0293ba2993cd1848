//! `tenantry doctor`.

use std::path::Path;

use crate::app::App;
use crate::auth::System;
use crate::cli::{CommandErrors, queries, say};
use crate::common::config::Config;
use crate::common::error::AppError;
use crate::common::html::number;
use crate::common::keys::Keys;
use crate::common::time::Clock;
use crate::db::Db;
use crate::models::consistency;
use crate::server;
use crate::services::instance_key;
use crate::services::instance_key::KeyMatch;

/// Checks configuration, key, database, schema version and orphans.
pub fn doctor() -> Result<(), CommandErrors> {
    let config = Config::load()?;
    say("Configuration: good.");
    let mut faults = Vec::new();
    if !config.data_dir.is_dir() {
        return Err(vec![format!(
            "the data folder {} does not exist yet; `tenantry serve` creates it",
            config.data_dir.display()
        )]);
    }
    let keys = Keys::read(&config.data_dir)
        .map_err(|error| vec![format!("the key of this instance cannot be read: {error}")])?;
    let db = Db::open(&config.database_url).map_err(|fault| vec![fault])?;
    say(&format!("Database: {} responds.", db.engine()));
    match db.pending().map_err(|fault| vec![fault])? {
        0 => say("Schema: up to date."),
        n => return Err(vec![format!("{n} migrations have not run; run `tenantry migrate`")]),
    }
    if !config.sends_mail() {
        say(&format!(
            "Mail: no SMTP is configured, emails become files in {}.",
            config.data_dir.join("mail").display()
        ));
    }
    let fingerprint = keys.as_ref().map(Keys::fingerprint);
    let app = App::new(db, config, keys.unwrap_or_else(Keys::random), Clock::default());
    let system = System::command(&app, "doctor");
    faults.extend(
        key_faults(&system, &app.config.data_dir, fingerprint.as_deref()).map_err(|error| vec![error.to_string()])?,
    );
    match system.read(|_, conn| Ok(consistency::check(conn, true)?)) {
        Ok(found) => {
            let wrong = found.iter().filter(|check| check.found > 0);
            faults.extend(wrong.map(|check| format!("{}: {}", check.what, check.found)));
        }
        Err(error) => faults.push(error.to_string()),
    }
    if faults.is_empty() {
        say("Orphans: none.");
        Ok(())
    } else {
        Err(faults)
    }
}

/// Whether the data belongs to the key file, and otherwise what does not open.
fn key_faults(system: &System, dir: &Path, found: Option<&str>) -> Result<Vec<String>, AppError> {
    match (instance_key::compare(system, found)?, found) {
        (KeyMatch::Fits, Some(_)) => {
            say("Key: the one that this database is used with.");
            Ok(Vec::new())
        }
        (KeyMatch::Fits, None) => Ok(vec![format!(
            "{} does not exist yet; `tenantry serve` creates it",
            dir.join("secret.key").display()
        )]),
        (KeyMatch::Another(recorded), _) => {
            let mut faults = vec![server::another_key(dir, &recorded, found)];
            let sealed = system.read(|_, conn| Ok(queries::made_with_the_key(conn)?))?;
            let lost = sealed.into_iter().filter(|(n, ..)| *n > 0);
            faults.extend(lost.map(|(n, what, effect)| format!("{what}: {}; {effect}", number(&n))));
            Ok(faults)
        }
    }
}
