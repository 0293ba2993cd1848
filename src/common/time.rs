//! Time: microseconds since 1970 in UTC, one clock an instance. Days and words for people take a time zone.

mod clock;

use chrono::{DateTime, Datelike, Days, NaiveDate, NaiveDateTime, NaiveTime, Utc};
use diesel::backend::Backend;
use diesel::deserialize;
use diesel::deserialize::{FromSql, FromSqlRow};
use diesel::expression::AsExpression;
use diesel::serialize;
use diesel::serialize::{Output, ToSql};
use diesel::sql_types::BigInt;

pub use crate::common::time::clock::Clock;
use crate::common::zone::Zone;

/// A moment, in microseconds since 1970-01-01T00:00:00Z. Both engines keep it exactly.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, FromSqlRow, AsExpression)]
#[diesel(sql_type = BigInt)]
pub struct Time(pub i64);

/// A length of time, in microseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Span(pub i64);

impl Span {
    /// `n` seconds.
    pub const fn seconds(n: i64) -> Self {
        Self(n * 1_000_000)
    }
    /// `n` minutes.
    pub const fn minutes(n: i64) -> Self {
        Self::seconds(n * 60)
    }
    /// `n` hours.
    pub const fn hours(n: i64) -> Self {
        Self::minutes(n * 60)
    }
    /// `n` days of 24 hours.
    pub const fn days(n: i64) -> Self {
        Self::hours(n * 24)
    }
    /// Whole seconds, rounded down.
    pub const fn as_seconds(self) -> i64 {
        self.0.div_euclid(1_000_000)
    }
}

impl std::ops::Add<Span> for Time {
    type Output = Time;
    fn add(self, span: Span) -> Time {
        Time(self.0.saturating_add(span.0))
    }
}

impl std::ops::Sub<Span> for Time {
    type Output = Time;
    fn sub(self, span: Span) -> Time {
        Time(self.0.saturating_sub(span.0))
    }
}

impl std::ops::Sub for Time {
    type Output = Span;
    fn sub(self, earlier: Time) -> Span {
        Span(self.0.saturating_sub(earlier.0))
    }
}

impl Time {
    pub(super) fn utc(self) -> DateTime<Utc> {
        DateTime::from_timestamp_micros(self.0).unwrap_or_default()
    }

    fn format(self, zone: Zone, format: &str) -> String {
        zone.at(self.utc()).format(format).to_string()
    }

    /// RFC 3339 in UTC, for `<time datetime>`, CSV and logs.
    pub fn iso(self) -> String {
        self.utc().to_rfc3339_opts(chrono::SecondsFormat::Secs, true)
    }

    /// RFC 3339 in UTC with all its microseconds, for what is hashed.
    pub fn iso_micros(self) -> String {
        self.utc().to_rfc3339_opts(chrono::SecondsFormat::Micros, true)
    }

    /// Reads what `iso` and `iso_micros` write.
    pub fn parse_iso(text: &str) -> Option<Time> {
        let read = DateTime::parse_from_rfc3339(text).ok()?;
        text.ends_with('Z').then_some(Time(read.timestamp_micros()))
    }

    /// Reads a time of RFC 3339, in whatever offset, to the microsecond.
    pub fn parse_rfc3339(text: &str) -> Option<Time> {
        let read = DateTime::parse_from_rfc3339(text).ok()?;
        Some(Time(read.timestamp_micros()))
    }

    /// "November 28, 2026".
    pub fn date(self, zone: Zone) -> String {
        self.format(zone, "%B %-d, %Y")
    }

    /// "November 28, 2026 at 14:05 CET".
    pub fn full(self, zone: Zone) -> String {
        format!(
            "{} {}",
            self.format(zone, "%B %-d, %Y at %H:%M"),
            zone.label(self.utc())
        )
    }

    /// "November 28, 2026, 14:05:09 CET".
    pub fn exact(self, zone: Zone) -> String {
        format!(
            "{} {}",
            self.format(zone, "%B %-d, %Y, %H:%M:%S"),
            zone.label(self.utc())
        )
    }

    /// "2026-11-28", as date fields take it.
    pub fn day(self, zone: Zone) -> String {
        self.format(zone, "%Y-%m-%d")
    }

    /// The day that many days later, as date fields take it: of a month or two, whatever clocks do in it.
    pub fn day_after(self, days: u64, zone: Zone) -> String {
        let day = zone.at(self.utc()).date_naive();
        day.checked_add_days(Days::new(days)).unwrap_or(day).to_string()
    }

    /// How a person says when it was: "just now", "12 minutes ago", "yesterday", "November 3", "November 3, 2025".
    pub fn ago(self, now: Time, zone: Zone) -> String {
        let seconds = (now - self).as_seconds();
        let plural = |n: i64, unit: &str| format!("{n} {unit}{} ago", if n == 1 { "" } else { "s" });
        // The zone is asked only where it says something.
        let day = |at: Self| zone.at(at.utc()).date_naive();
        match seconds {
            ..60 => "just now".into(),
            60..3600 => plural(seconds / 60, "minute"),
            3600..86_400 => plural(seconds / 3600, "hour"),
            86_400..604_800 => match (day(now) - day(self)).num_days() {
                ..=1 => "yesterday".into(),
                days => plural(days, "day"),
            },
            _ if day(self).year() == day(now).year() => self.format(zone, "%B %-d"),
            _ => self.date(zone),
        }
    }

    /// How long it still is: "in 6 days", "in 3 hours", "in 2 minutes"; from a week on its day: "on December 18".
    pub fn ahead(self, now: Time, zone: Zone) -> String {
        let seconds = (self - now).as_seconds();
        let plural = |n: i64, unit: &str| format!("in {n} {unit}{}", if n == 1 { "" } else { "s" });
        match seconds {
            ..60 => "in a moment".into(),
            60..3600 => plural(seconds / 60, "minute"),
            3600..86_400 => plural(seconds / 3600, "hour"),
            // To the nearest day: what was begun a moment ago for a week ends in 7 days.
            86_400..=604_800 => plural((seconds + 43_200) / 86_400, "day"),
            _ if zone.at(self.utc()).year() == zone.at(now.utc()).year() => self.format(zone, "on %B %-d"),
            _ => self.format(zone, "on %B %-d, %Y"),
        }
    }

    /// `when`, a date of this moment, and how long it still is, if that is less than a week.
    pub fn and_ahead(self, when: String, now: Time, zone: Zone) -> String {
        match self.ahead(now, zone) {
            ahead if ahead.starts_with("in ") => format!("{when}, {ahead}"),
            _ => when,
        }
    }

    /// The beginning of a day written as `YYYY-MM-DD`.
    pub fn start_of_day(text: &str, zone: Zone) -> Option<Time> {
        midnight(day_of(text)?, zone)
    }

    /// A time as people and spreadsheets write it: RFC 3339, or `YYYY-MM-DD`, `YYYY-MM-DD HH:MM` and `YYYY-MM-DD HH:MM:SS` of a
    /// time zone. A day alone is its beginning. An hour that clocks skip is read as the first moment after it.
    pub fn parse_in(text: &str, zone: Zone) -> Option<Time> {
        let text = text.trim();
        if let Some(time) = Self::parse_rfc3339(text).or_else(|| Self::start_of_day(text, zone)) {
            return Some(time);
        }
        let text = text.replacen('T', " ", 1);
        let read = |format: &str| NaiveDateTime::parse_from_str(&text, format).ok();
        let local = read("%Y-%m-%d %H:%M:%S%.f").or_else(|| read("%Y-%m-%d %H:%M"))?;
        let fits = (1970..=9999).contains(&local.year());
        let first = zone.first(local).filter(|_| fits)?;
        Some(Time(first.timestamp_micros()))
    }

    /// The end of a day written as `YYYY-MM-DD`, its last microsecond: an access end date includes its day.
    pub fn end_of_day(text: &str, zone: Zone) -> Option<Time> {
        midnight(day_of(text)?.succ_opt()?, zone).map(|next| next - Span(1))
    }

    /// The end of a typed day; `present`, if that is on this day. What was saved keeps its moment, also after the zone of
    /// the organization changed.
    pub fn end_of_day_or(text: &str, zone: Zone, present: Option<Time>) -> Option<Time> {
        let end = Self::end_of_day(text, zone)?;
        Some(
            present
                .filter(|present| present.day(zone) == text.trim())
                .unwrap_or(end),
        )
    }
}

fn day_of(text: &str) -> Option<NaiveDate> {
    let day = NaiveDate::parse_from_str(text.trim(), "%Y-%m-%d").ok()?;
    (1970..=9999).contains(&day.year()).then_some(day)
}

/// The first moment of a day. Where clocks go forward at midnight, that is 01:00.
fn midnight(day: NaiveDate, zone: Zone) -> Option<Time> {
    let first = zone.first(day.and_time(NaiveTime::MIN))?;
    Some(Time(first.timestamp_micros()))
}

impl<DB: Backend> FromSql<BigInt, DB> for Time
where
    i64: FromSql<BigInt, DB>,
{
    fn from_sql(raw: DB::RawValue<'_>) -> deserialize::Result<Self> {
        i64::from_sql(raw).map(Self)
    }
}

impl<DB: Backend> ToSql<BigInt, DB> for Time
where
    i64: ToSql<BigInt, DB>,
{
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, DB>) -> serialize::Result {
        self.0.to_sql(out)
    }
}

#[cfg(test)]
mod tests;
