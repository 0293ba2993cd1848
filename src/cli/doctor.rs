//! `tenantry doctor`.

use crate::app::App;
use crate::auth::System;
use crate::cli::{CommandErrors, say};
use crate::common::config::Config;
use crate::common::time::Clock;
use crate::common::token::Keys;
use crate::db::Db;
use crate::models::consistency;

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
    let keys = match Keys::load(&config.data_dir) {
        Ok(keys) => keys,
        Err(error) => return Err(vec![format!("the key of this instance cannot be read: {error}")]),
    };
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
    let app = App::new(db, config, keys, Clock::default());
    match System::command(&app, "doctor").read(|_, conn| Ok(consistency::check(conn)?)) {
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
