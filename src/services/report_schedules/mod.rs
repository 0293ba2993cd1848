//! Reports by email, weekly or monthly. Each recipient gets what they may export at the moment of sending: a member who is suspended,
//! removed or lost the permission gets nothing, and the list says so.

pub mod change;
pub mod create;
mod email;
pub mod send;
pub mod unsubscribe;
pub mod visible;

use crate::common::day::Day;
use crate::common::time::Time;
use crate::common::zone::Zone;
use crate::models::report_schedule::Every;
use crate::services::reports::DayRange;

/// The hour of the organization's day at which reports are sent.
pub const HOUR: u32 = 7;

/// When a report is sent next: on a Monday, or on the first of a month.
pub fn next(every: Every, after: Time, zone: Zone) -> Option<Time> {
    let today = Day::of(after, zone);
    let days = match every {
        Every::Week => [today.plus(-today.of_week()), today.plus(7 - today.of_week())],
        Every::Month => [today.month().first(), today.month().plus(1).first()],
    };
    let moments = days.into_iter().filter_map(|day| day.at_hour(HOUR, zone));
    moments.into_iter().find(|moment| *moment > after)
}

/// The days that a report has: the week or the month before.
pub fn days(every: Every, today: Day) -> DayRange {
    match every {
        Every::Week => {
            let monday = today.plus(-today.of_week());
            DayRange::new(monday.plus(-7), monday.plus(-1))
        }
        Every::Month => {
            let month = today.month().plus(-1);
            DayRange::new(month.first(), month.last())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reports_are_sent_at_seven_in_the_zone_on_mondays_and_the_first_of_a_month() {
        let zone = Zone::parse("Europe/Berlin").unwrap();
        let next = |every, after: &str| next(every, Time::parse_iso(after).unwrap(), zone).unwrap().iso();
        // November 28, 2026 is a Saturday.
        assert_eq!(next(Every::Week, "2026-11-28T12:00:00Z"), "2026-11-30T06:00:00Z");
        assert_eq!(next(Every::Week, "2026-11-30T05:59:59Z"), "2026-11-30T06:00:00Z");
        assert_eq!(next(Every::Week, "2026-11-30T06:00:00Z"), "2026-12-07T06:00:00Z");
        assert_eq!(next(Every::Month, "2026-11-28T12:00:00Z"), "2026-12-01T06:00:00Z");
        // Clocks go forward on March 28, 2027.
        assert_eq!(next(Every::Week, "2027-03-27T12:00:00Z"), "2027-03-29T05:00:00Z");
        let day = |text: &str| Day::parse(text).unwrap();
        let week = days(Every::Week, day("2026-11-30"));
        assert_eq!(
            (week.from.iso(), week.to.iso()),
            ("2026-11-23".into(), "2026-11-29".into())
        );
        let month = days(Every::Month, day("2026-12-01"));
        assert_eq!(
            (month.from.iso(), month.to.iso()),
            ("2026-11-01".into(), "2026-11-30".into())
        );
    }
}
