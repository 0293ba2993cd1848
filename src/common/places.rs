//! Where an IP address is, by a city database in the `MaxMind` format, where one is configured.

use std::net::IpAddr;
use std::path::Path;

use maxminddb::{Reader, geoip2};

/// The city database, if there is one.
#[derive(Default)]
pub struct Places(Option<Reader<Vec<u8>>>);

impl std::fmt::Debug for Places {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(if self.0.is_some() {
            "Places(a database)"
        } else {
            "Places(none)"
        })
    }
}

impl Places {
    /// Opens a database, and keeps it in memory.
    ///
    /// # Errors
    /// When the file can't be read, or is no such database.
    pub fn open(file: &Path) -> Result<Self, String> {
        let reader = Reader::open_readfile(file).map_err(|error| format!("{}: {error}", file.display()))?;
        Ok(Self(Some(reader)))
    }

    /// The database of a file that was checked; none where there is no file, or it has gone since.
    pub fn of(file: Option<&Path>) -> Self {
        file.and_then(|file| Self::open(file).ok()).unwrap_or_default()
    }

    /// The city and the country of an address in English, as far as they are known; otherwise empty.
    pub fn find(&self, ip: &str) -> String {
        let (Some(reader), Ok(address)) = (&self.0, ip.parse::<IpAddr>()) else {
            return String::new();
        };
        let found = reader
            .lookup(address)
            .ok()
            .and_then(|found| found.decode::<geoip2::City<'_>>().ok());
        let Some(place) = found.flatten() else {
            return String::new();
        };
        let names = [place.city.names.english, place.country.names.english];
        names.into_iter().flatten().collect::<Vec<_>>().join(", ")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_a_database_no_place_is_known_and_a_wrong_file_is_named() {
        assert_eq!(Places::default().find("192.0.2.1"), "");
        let error = Places::open(Path::new("Cargo.toml")).expect_err("no database");
        assert!(error.starts_with("Cargo.toml: "), "{error}");
    }
}
