//! Calendar days and months of an organization, as numbers that sort and are stored.

use chrono::{Datelike, Days, NaiveDate};
use diesel::backend::Backend;
use diesel::deserialize;
use diesel::deserialize::{FromSql, FromSqlRow};
use diesel::expression::AsExpression;
use diesel::serialize;
use diesel::serialize::{Output, ToSql};
use diesel::sql_types::Integer;

use crate::common::time::Time;
use crate::common::zone::Zone;

/// A day: how many days it is after January 1, 1970.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, FromSqlRow, AsExpression)]
#[diesel(sql_type = Integer)]
pub struct Day(pub i32);

/// A month: how many months it is after January 1970.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, FromSqlRow, AsExpression)]
#[diesel(sql_type = Integer)]
pub struct Month(pub i32);

/// January 1, 1970.
fn epoch() -> NaiveDate {
    NaiveDate::from_ymd_opt(1970, 1, 1).unwrap_or_default()
}

fn days_since(date: NaiveDate) -> i32 {
    // The days of all dates that chrono knows fit.
    i32::try_from((date - epoch()).num_days()).unwrap_or(i32::MAX)
}

impl Day {
    /// The day of a moment in a time zone.
    pub fn of(moment: Time, zone: Zone) -> Self {
        Self(days_since(zone.at(moment.utc()).date_naive()))
    }

    /// Reads `YYYY-MM-DD`: a day that exists, from 1970 to 9999.
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        let date = NaiveDate::parse_from_str(text, "%Y-%m-%d").ok()?;
        // chrono also takes "2026-1-5".
        ((1970..=9999).contains(&date.year()) && text.len() == 10).then(|| Self(days_since(date)))
    }

    fn date(self) -> NaiveDate {
        let first = epoch();
        let days = Days::new(u64::from(self.0.unsigned_abs()));
        let date = if self.0 < 0 {
            first.checked_sub_days(days)
        } else {
            first.checked_add_days(days)
        };
        date.unwrap_or(first)
    }

    /// `YYYY-MM-DD`.
    pub fn iso(self) -> String {
        self.date().to_string()
    }

    /// "November 28, 2026".
    pub fn words(self) -> String {
        self.date().format("%B %-d, %Y").to_string()
    }

    /// "Nov 28".
    pub fn short(self) -> String {
        self.date().format("%b %-d").to_string()
    }

    /// The month that it is in.
    pub fn month(self) -> Month {
        let date = self.date();
        let month = i32::try_from(date.month0()).unwrap_or_default();
        Month((date.year() - 1970) * 12 + month)
    }

    /// From 1 to 31.
    pub fn of_month(self) -> i32 {
        i32::try_from(self.date().day()).unwrap_or(1)
    }

    /// 0 for Monday to 6 for Sunday.
    pub fn of_week(self) -> i32 {
        i32::try_from(self.date().weekday().num_days_from_monday()).unwrap_or_default()
    }

    /// The day that many days later, or earlier if negative.
    #[must_use]
    pub fn plus(self, days: i32) -> Self {
        Self(self.0.saturating_add(days))
    }

    /// The same day of an earlier or later month, or the last one of a month that has no such day.
    #[must_use]
    pub fn plus_months(self, months: i32) -> Self {
        let month = Month(self.month().0 + months);
        month.first().plus(self.of_month().min(month.days()) - 1)
    }

    /// The full hour of the day; where it is skipped, the end of the gap.
    pub fn at_hour(self, hour: u32, zone: Zone) -> Option<Time> {
        let moment = zone.first(self.date().and_hms_opt(hour, 0, 0)?)?;
        Some(Time(moment.timestamp_micros()))
    }

    /// The first moment of the day.
    pub fn start(self, zone: Zone) -> Option<Time> {
        Time::start_of_day(&self.iso(), zone)
    }
}

impl Month {
    /// Its first day.
    pub fn first(self) -> Day {
        let (year, month) = (1970 + self.0.div_euclid(12), self.0.rem_euclid(12));
        let month = u32::try_from(month).unwrap_or_default() + 1;
        Day(NaiveDate::from_ymd_opt(year, month, 1).map_or(0, days_since))
    }

    /// Its last day.
    pub fn last(self) -> Day {
        self.plus(1).first().plus(-1)
    }

    /// From 28 to 31.
    pub fn days(self) -> i32 {
        self.last().0 - self.first().0 + 1
    }

    /// The month that many months later, or earlier if negative.
    #[must_use]
    pub fn plus(self, months: i32) -> Self {
        Self(self.0.saturating_add(months))
    }

    /// "November 2026".
    pub fn words(self) -> String {
        self.first().date().format("%B %Y").to_string()
    }
}

macro_rules! stored_as_integer {
    ($($name:ident),+) => {$(
        impl<DB: Backend> FromSql<Integer, DB> for $name
        where
            i32: FromSql<Integer, DB>,
        {
            fn from_sql(raw: DB::RawValue<'_>) -> deserialize::Result<Self> {
                i32::from_sql(raw).map(Self)
            }
        }

        impl<DB: Backend> ToSql<Integer, DB> for $name
        where
            i32: ToSql<Integer, DB>,
        {
            fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, DB>) -> serialize::Result {
                self.0.to_sql(out)
            }
        }
    )+};
}

stored_as_integer!(Day, Month);

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn day(text: &str) -> Day {
        Day::parse(text).unwrap()
    }

    #[test]
    fn days_are_counted_from_1970() {
        assert_eq!((day("1970-01-01"), day("1970-01-02")), (Day(0), Day(1)));
        assert_eq!(day("2026-11-28").iso(), "2026-11-28");
        assert_eq!(day("2026-11-28").words(), "November 28, 2026");
        for none in [
            "",
            "2026-02-29",
            "2026-13-01",
            "2026-1-5",
            "26-01-05",
            "1969-12-31",
            "2026-11-28x",
        ] {
            assert_eq!(Day::parse(none), None, "{none}");
        }
    }

    #[test]
    fn a_moment_is_on_different_days_in_different_zones() {
        let moment = Time::parse_iso("2026-03-29T00:30:00Z").unwrap();
        let zone = |name: &str| Zone::parse(name).unwrap();
        assert_eq!(Day::of(moment, Zone::UTC).iso(), "2026-03-29");
        assert_eq!(Day::of(moment, zone("America/New_York")).iso(), "2026-03-28");
        assert_eq!(Day::of(moment, zone("Asia/Kathmandu")).iso(), "2026-03-29");
    }

    #[test]
    fn months_end_where_the_calendar_says() {
        let february = day("2028-02-10").month();
        assert_eq!((february.days(), february.last().iso().as_str()), (29, "2028-02-29"));
        assert_eq!(day("2026-03-31").plus_months(-1).iso(), "2026-02-28");
        assert_eq!(day("2026-01-15").plus_months(-1).iso(), "2025-12-15");
        assert_eq!(day("2026-11-28").month().words(), "November 2026");
    }

    proptest! {
        #[test]
        fn every_day_is_in_its_month_and_is_read_as_it_is_written(number in 0..2_000_000) {
            let day = Day(number);
            prop_assert_eq!(Day::parse(&day.iso()), Some(day));
            let month = day.month();
            prop_assert!(month.first() <= day && day <= month.last());
            prop_assert_eq!(month.first().plus(day.of_month() - 1), day);
            prop_assert_eq!(month.plus(1).first(), month.last().plus(1));
        }
    }
}
