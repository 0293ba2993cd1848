//! Time: microseconds since 1970 in UTC, one clock an instance.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use chrono::{DateTime, Datelike, NaiveDate, Utc};
use diesel::backend::Backend;
use diesel::deserialize;
use diesel::deserialize::{FromSql, FromSqlRow};
use diesel::expression::AsExpression;
use diesel::serialize;
use diesel::serialize::{Output, ToSql};
use diesel::sql_types::BigInt;

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
    fn utc(self) -> DateTime<Utc> {
        DateTime::from_timestamp_micros(self.0).unwrap_or_default()
    }

    /// RFC 3339 in UTC, for `<time datetime>`, CSV and logs.
    pub fn iso(self) -> String {
        self.utc().to_rfc3339_opts(chrono::SecondsFormat::Secs, true)
    }

    /// RFC 3339 in UTC with all its microseconds, for what is hashed.
    pub fn iso_micros(self) -> String {
        self.utc().to_rfc3339_opts(chrono::SecondsFormat::Micros, true)
    }

    /// "November 28, 2026".
    pub fn date(self) -> String {
        self.utc().format("%B %-d, %Y").to_string()
    }

    /// "November 28, 2026 at 14:05 UTC".
    pub fn full(self) -> String {
        self.utc().format("%B %-d, %Y at %H:%M UTC").to_string()
    }

    /// "November 28, 2026, 14:05:09 UTC".
    pub fn exact(self) -> String {
        self.utc().format("%B %-d, %Y, %H:%M:%S UTC").to_string()
    }

    /// "2026-11-28", as date fields take it.
    pub fn day(self) -> String {
        self.utc().format("%Y-%m-%d").to_string()
    }

    /// How a person says when it was: "just now", "12 minutes ago", "yesterday", "November 3", "November 3, 2025".
    pub fn ago(self, now: Time) -> String {
        let seconds = (now - self).as_seconds();
        let plural = |n: i64, unit: &str| format!("{n} {unit}{} ago", if n == 1 { "" } else { "s" });
        match seconds {
            ..60 => "just now".into(),
            60..3600 => plural(seconds / 60, "minute"),
            3600..86_400 => plural(seconds / 3600, "hour"),
            86_400..172_800 => "yesterday".into(),
            172_800..604_800 => plural(seconds / 86_400, "day"),
            _ if self.utc().year() == now.utc().year() => self.utc().format("%B %-d").to_string(),
            _ => self.date(),
        }
    }

    /// How long it still is: "in 6 days", "in 3 hours", "in 2 minutes".
    pub fn ahead(self, now: Time) -> String {
        let seconds = (self - now).as_seconds();
        let plural = |n: i64, unit: &str| format!("in {n} {unit}{}", if n == 1 { "" } else { "s" });
        match seconds {
            ..60 => "in a moment".into(),
            60..3600 => plural(seconds / 60, "minute"),
            3600..86_400 => plural(seconds / 3600, "hour"),
            // To the nearest day: what was begun a moment ago for a week ends in 7 days.
            _ => plural((seconds + 43_200) / 86_400, "day"),
        }
    }

    /// The beginning of a day written as `YYYY-MM-DD`, UTC.
    pub fn start_of_day(text: &str) -> Option<Time> {
        Self::end_of_day(text).map(|end| end + Span(1) - Span::days(1))
    }

    /// The end of a day written as `YYYY-MM-DD` (its last microsecond, UTC): an access end date includes its day.
    pub fn end_of_day(text: &str) -> Option<Time> {
        let day = NaiveDate::parse_from_str(text.trim(), "%Y-%m-%d").ok()?;
        (1970..=9999).contains(&day.year()).then_some(())?;
        let end = day.succ_opt()?.and_hms_opt(0, 0, 0)?.and_utc();
        Some(Time(end.timestamp_micros() - 1))
    }
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

/// The one source of the present moment. Tests move it forward; the product never does.
#[derive(Debug, Clone, Default)]
pub struct Clock {
    ahead: Arc<AtomicI64>,
}

impl Clock {
    /// The present moment.
    pub fn now(&self) -> Time {
        #[expect(clippy::disallowed_methods, reason = "the one home of the present moment")]
        let real = Utc::now().timestamp_micros();
        Time(real + self.ahead.load(Ordering::Relaxed))
    }

    /// Moves this clock forward, for tests of expiry and cool-downs.
    pub fn advance(&self, by: std::time::Duration) {
        let micros = i64::try_from(by.as_micros()).unwrap_or(i64::MAX);
        self.ahead.fetch_add(micros, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_end_date_includes_its_whole_day() {
        let end = Time::end_of_day("2026-11-28").unwrap();
        assert_eq!(end.day(), "2026-11-28");
        assert_eq!((end + Span(1)).day(), "2026-11-29");
        assert_eq!(
            Time::start_of_day("2026-11-28").unwrap().exact(),
            "November 28, 2026, 00:00:00 UTC"
        );
        for bad in ["", "28.11.2026", "2026-02-30", "99999-01-01", "-001-01-01"] {
            assert!(Time::end_of_day(bad).is_none(), "{bad}");
        }
    }

    #[test]
    fn times_are_said_as_people_say_them() {
        let now = Time::end_of_day("2026-11-22").unwrap();
        assert_eq!((now - Span::seconds(5)).ago(now), "just now");
        assert_eq!((now - Span::minutes(1)).ago(now), "1 minute ago");
        assert_eq!((now - Span::hours(5)).ago(now), "5 hours ago");
        assert_eq!((now - Span::days(1)).ago(now), "yesterday");
        assert_eq!((now - Span::days(3)).ago(now), "3 days ago");
        assert_eq!((now - Span::days(20)).ago(now), "November 2");
        assert_eq!((now - Span::days(400)).ago(now), "October 18, 2025");
        assert_eq!((now + Span::days(7) - Span::seconds(9)).ahead(now), "in 7 days");
        assert_eq!((now + Span::days(1) + Span::hours(2)).ahead(now), "in 1 day");
    }
}
