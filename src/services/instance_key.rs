//! The key file that the data of an instance belongs to. A restored database without its key file would look whole, while
//! no session, waiting email or seal works.

use crate::audit::Events;
use crate::auth::System;
use crate::common::error::AppError;
use crate::models::instance;

/// How the key of the data folder fits the database.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum KeyMatch {
    /// The database was used with this key, or with none.
    Fits,
    /// The database was used with another key, of this fingerprint.
    Another(String),
}

/// Compares `fingerprint` with the key that the database was used with. It changes nothing.
pub fn compare(system: &System, fingerprint: Option<&str>) -> Result<KeyMatch, AppError> {
    let recorded = system.read(|_, conn| Ok(instance::key_fingerprint(conn)?))?;
    Ok(match recorded {
        Some(recorded) if Some(recorded.as_str()) != fingerprint => KeyMatch::Another(recorded),
        _ => KeyMatch::Fits,
    })
}

/// Records the key of the first start.
pub fn record(system: &System, fingerprint: &str) -> Result<(), AppError> {
    if system.read(|_, conn| Ok(instance::key_fingerprint(conn)?))?.is_some() {
        return Ok(());
    }
    system.write(|_, conn| {
        instance::record_key(conn, fingerprint)?;
        Ok(((), Events::none("a first start has no log yet")))
    })
}

/// Records another key, because the operator of the machine accepts it.
pub fn replace(system: &System, fingerprint: &str) -> Result<(), AppError> {
    system.write(|_, conn| {
        instance::replace_key(conn, fingerprint)?;
        Ok(((), Events::none("the instance has no log; the start writes a line")))
    })
}
