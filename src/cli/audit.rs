//! `tenantry audit verify` and `tenantry audit key`.

use crate::app::App;
use crate::audit::verify;
use crate::audit::verify::{BrokenLog, IntactLog, VerifyCursor, VerifyStep};
use crate::auth::System;
use crate::cli::{CommandErrors, one, queries, say};
use crate::common::config::Config;
use crate::common::error::AppError;
use crate::common::html::number;
use crate::common::keys::Keys;
use crate::common::time::Clock;
use crate::db::Db;
use crate::db::types::org_id::OrgId;
use crate::server;
use crate::services::instance_key;
use crate::services::instance_key::KeyMatch;

/// Events and organizations in one read.
const LINES: i64 = 20_000;
const ORGANIZATIONS: i64 = 500;

/// Verifies every log, or one. Prints one line for each, with its first invalid event.
pub fn verify(slug: Option<&str>) -> Result<(), CommandErrors> {
    let app = open()?;
    let system = System::command(&app, "audit");
    let mut faults = Vec::new();
    let (mut chains, mut events, mut after) = (0i64, 0i64, None);
    loop {
        let found = system
            .read(|_, conn| Ok(queries::organizations(conn, slug, after, ORGANIZATIONS)?))
            .map_err(fault)?;
        let Some((last, ..)) = found.last() else { break };
        after = Some(*last);
        for (organization, name) in found {
            chains += 1;
            match check(&system, organization).map_err(fault)? {
                LogVerification::Whole(whole) => {
                    events += whole.lines;
                    say(&summary(&name, &whole));
                }
                LogVerification::Broken(broken) => faults.push(format!("{name}: {broken}")),
            }
        }
    }
    match (slug, chains) {
        (Some(slug), 0) => Err(one(format!("there is no organization {slug}"))),
        _ if faults.is_empty() => {
            say(&format!(
                "All valid: {}, {}.",
                counted(chains, "log"),
                counted(events, "event")
            ));
            Ok(())
        }
        _ => Err(faults),
    }
}

/// Prints the public key.
pub fn key() -> Result<(), CommandErrors> {
    let config = Config::load()?;
    say(keys(&config)?.signer().public_pem().trim_end());
    Ok(())
}

fn fault(error: AppError) -> CommandErrors {
    match error {
        AppError::Busy => one("the database does not respond"),
        other => one(other.to_string()),
    }
}

fn keys(config: &Config) -> Result<Keys, CommandErrors> {
    if !config.data_dir.is_dir() {
        return Err(one(format!(
            "the data folder {} does not exist yet; `tenantry serve` creates it",
            config.data_dir.display()
        )));
    }
    match Keys::read(&config.data_dir) {
        Ok(Some(keys)) => Ok(keys),
        Ok(None) => Err(one(format!("{} has no secret.key", config.data_dir.display()))),
        Err(error) => Err(one(format!("the key of this instance cannot be read: {error}"))),
    }
}

/// The instance as it is: no migration runs, no file is created.
pub(super) fn open() -> Result<App, CommandErrors> {
    let config = Config::load()?;
    let keys = keys(&config)?;
    let db = Db::open(&config.database_url).map_err(one)?;
    let pending = db.pending().map_err(one)?;
    if pending > 0 {
        return Err(one(format!(
            "{pending} migrations have not run; run `tenantry migrate`"
        )));
    }
    let app = App::new(db, config, keys, Clock::default());
    let found = app.keys.fingerprint();
    // Every seal would be reported as forged.
    match instance_key::compare(&System::command(&app, "audit"), Some(&found)).map_err(fault)? {
        KeyMatch::Fits => Ok(app),
        KeyMatch::Another(recorded) => Err(one(server::another_key(&app.config.data_dir, &recorded, Some(&found)))),
    }
}

/// The result of a whole verification.
enum LogVerification {
    Whole(IntactLog),
    Broken(BrokenLog),
}

fn check(system: &System, organization: OrgId) -> Result<LogVerification, AppError> {
    let mut cursor = VerifyCursor::default();
    loop {
        let step = system.read(|cx, conn| {
            let signer = cx.app.keys.signer();
            Ok(verify::step(conn, &signer, organization, cursor.clone(), LINES)?)
        })?;
        match step {
            VerifyStep::On(further) => cursor = further,
            VerifyStep::Whole(whole) => return Ok(LogVerification::Whole(whole)),
            VerifyStep::Broken(broken) => return Ok(LogVerification::Broken(broken)),
        }
    }
}

/// "1 log", "2 logs".
fn counted(n: i64, noun: &str) -> String {
    let plural = if n == 1 { "" } else { "s" };
    format!("{} {noun}{plural}", number(&n))
}

fn summary(name: &str, whole: &IntactLog) -> String {
    let lines = match whole.lines {
        0 => "no events yet".to_owned(),
        1 => "event 1 is valid".to_owned(),
        n => format!("events 1 to {} are valid", number(&n)),
    };
    let seal = match &whole.seal {
        Some(seal) => format!(", sealed for {} at event {}", seal.day, number(&seal.seq)),
        None if whole.lines > 0 => ", not sealed yet".to_owned(),
        None => String::new(),
    };
    let waiting = match whole.waiting {
        0 => String::new(),
        n => format!("; {} are chained when the server runs", counted(n, "older event")),
    };
    format!("{name}: {lines}{seal}{waiting}.")
}
