//! Time zones by their IANA names. The rules are those of `chrono-tz`. The list to choose from is `zone1970.tab` and
//! `zone.tab` of the tz database 2025b (public domain), and UTC: one name for every zone that people live in.

use chrono::{DateTime, NaiveDateTime, TimeZone, Utc};
use chrono_tz::{GapInfo, OffsetName, Tz};
use diesel::backend::Backend;
use diesel::deserialize;
use diesel::deserialize::{FromSql, FromSqlRow};
use diesel::expression::AsExpression;
use diesel::serialize;
use diesel::serialize::{Output, ToSql};
use diesel::sql_types::Text;

const ZONES: &str = include_str!("zones.txt");

/// A time zone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, FromSqlRow, AsExpression)]
#[diesel(sql_type = Text)]
pub struct Zone(Tz);

impl Zone {
    /// The time zone of an organization or an account that has none.
    pub const UTC: Self = Self(Tz::UTC);

    /// Reads a zone's name as typed or chosen.
    ///
    /// # Errors
    /// A message for the person who chose it.
    pub fn parse(text: &str) -> Result<Self, &'static str> {
        let wanted = text.trim();
        all()
            .find(|zone| zone.eq_ignore_ascii_case(wanted))
            .and_then(|zone| zone.parse().ok())
            .map(Self)
            .ok_or("Choose a time zone of the list, like Europe/Berlin")
    }

    /// Its IANA name.
    pub fn name(self) -> &'static str {
        self.0.name()
    }

    /// The local time at a moment.
    pub(super) fn at(self, moment: DateTime<Utc>) -> DateTime<Tz> {
        moment.with_timezone(&self.0)
    }

    /// How people call the zone at a moment: "CET", "CEST", or "UTC+05:45" where the zone has no abbreviation.
    pub(super) fn label(self, moment: DateTime<Utc>) -> String {
        let local = self.at(moment);
        match local.offset().abbreviation() {
            Some(name) if name.starts_with(|first: char| first.is_ascii_alphabetic()) => name.to_owned(),
            _ => format!("UTC{}", local.format("%:z")),
        }
    }

    /// The first moment at or after a local time: the earlier one of a repeated hour, the end of a skipped one.
    pub(super) fn first(self, local: NaiveDateTime) -> Option<DateTime<Utc>> {
        let found = self.0.from_local_datetime(&local).earliest();
        let found = found.or_else(|| GapInfo::new(&local, &self.0)?.end);
        found.map(|found| found.with_timezone(&Utc))
    }
}

impl Default for Zone {
    fn default() -> Self {
        Self::UTC
    }
}

impl std::fmt::Display for Zone {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name())
    }
}

impl<DB: Backend> FromSql<Text, DB> for Zone
where
    String: FromSql<Text, DB>,
{
    fn from_sql(raw: DB::RawValue<'_>) -> deserialize::Result<Self> {
        // A name that a later version knew must not close an organization.
        Ok(String::from_sql(raw)?.parse().map_or(Self::UTC, Self))
    }
}

impl<DB: Backend> ToSql<Text, DB> for Zone
where
    str: ToSql<Text, DB>,
{
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, DB>) -> serialize::Result {
        self.name().to_sql(out)
    }
}

/// Every name, in order.
pub fn all() -> impl Iterator<Item = &'static str> {
    ZONES.lines()
}

/// Value and label of each zone by region: ("Europe", [("Europe/Amsterdam", "Europe/Amsterdam"), …]); UTC comes first.
pub fn by_region() -> Vec<(&'static str, Vec<(&'static str, &'static str)>)> {
    let mut regions = vec![("Universal", vec![(Zone::UTC.name(), Zone::UTC.name())])];
    for zone in all() {
        let Some((region, _)) = zone.split_once('/') else {
            continue;
        };
        match regions.last_mut() {
            Some((last, zones)) if *last == region => zones.push((zone, zone)),
            _ => regions.push((region, vec![(zone, zone)])),
        }
    }
    regions
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn zones_are_known_by_their_iana_names() {
        assert_eq!(Zone::parse(" europe/berlin ").unwrap().name(), "Europe/Berlin");
        assert_eq!(Zone::parse("UTC").unwrap(), Zone::UTC);
        for bad in ["", "Berlin", "CET+1", "Mars/Olympus"] {
            assert!(Zone::parse(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn every_listed_zone_has_rules_and_keeps_its_name() {
        for name in all() {
            assert_eq!(Zone::parse(name).map(Zone::name), Ok(name));
        }
    }

    #[test]
    fn every_zone_stands_in_one_region() {
        let regions = by_region();
        let listed: usize = regions.iter().map(|(_, zones)| zones.len()).sum();
        assert_eq!(listed, all().count());
        assert!(regions.len() < 15);
    }
}
