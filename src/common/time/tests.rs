use proptest::prelude::*;

use super::*;
use crate::common::zone::all;

fn zone(name: &str) -> Zone {
    Zone::parse(name).unwrap()
}

fn iso(text: &str) -> Time {
    Time::parse_iso(text).unwrap()
}

#[test]
fn an_end_date_includes_its_whole_day() {
    let end = Time::end_of_day("2026-11-28", Zone::UTC).unwrap();
    assert_eq!(end.day(Zone::UTC), "2026-11-28");
    assert_eq!((end + Span(1)).day(Zone::UTC), "2026-11-29");
    assert_eq!(
        Time::start_of_day("2026-11-28", Zone::UTC).unwrap().exact(Zone::UTC),
        "November 28, 2026, 00:00:00 UTC"
    );
    for bad in ["", "28.11.2026", "2026-02-30", "99999-01-01", "-001-01-01"] {
        assert!(Time::end_of_day(bad, Zone::UTC).is_none(), "{bad}");
    }
}

/// Zone, day, its first moment, and that of the next day.
#[rustfmt::skip]
const DAYS: [[&str; 4]; 10] = [
    ["Asia/Kathmandu", "2026-11-28", "2026-11-27T18:15:00Z", "2026-11-28T18:15:00Z"],
    ["Asia/Kolkata", "2026-11-28", "2026-11-27T18:30:00Z", "2026-11-28T18:30:00Z"],
    ["Pacific/Auckland", "2026-11-28", "2026-11-27T11:00:00Z", "2026-11-28T11:00:00Z"],
    // 23 and 25 hours.
    ["Europe/Berlin", "2026-03-29", "2026-03-28T23:00:00Z", "2026-03-29T22:00:00Z"],
    ["Europe/Berlin", "2026-10-25", "2026-10-24T22:00:00Z", "2026-10-25T23:00:00Z"],
    ["America/Los_Angeles", "2026-11-01", "2026-11-01T07:00:00Z", "2026-11-02T08:00:00Z"],
    // Clocks go forward at midnight: the day begins at 01:00.
    ["Africa/Cairo", "2026-04-24", "2026-04-23T22:00:00Z", "2026-04-24T21:00:00Z"],
    // Clocks go back at midnight: the day has its last hour twice.
    ["Asia/Beirut", "2026-10-24", "2026-10-23T21:00:00Z", "2026-10-24T22:00:00Z"],
    // The first hour of the day comes twice.
    ["America/Havana", "2026-11-01", "2026-11-01T04:00:00Z", "2026-11-02T05:00:00Z"],
    // Half an hour.
    ["Australia/Lord_Howe", "2026-04-05", "2026-04-04T13:00:00Z", "2026-04-05T13:30:00Z"],
];

#[test]
fn a_day_lasts_as_long_as_its_clocks_say() {
    for [name, day, first, next] in DAYS {
        let (start, end) = (Time::start_of_day(day, zone(name)), Time::end_of_day(day, zone(name)));
        assert_eq!(start, Some(iso(first)), "{name} {day}");
        assert_eq!(end, Some(iso(next) - Span(1)), "{name} {day}");
    }
}

#[test]
fn a_day_that_a_zone_skipped_has_no_moment() {
    let apia = zone("Pacific/Apia");
    let start = Time::start_of_day("2011-12-30", apia).unwrap();
    assert_eq!(start.day(apia), "2011-12-31");
    assert_eq!(Time::end_of_day("2011-12-30", apia), Some(start - Span(1)));
    assert_eq!(Time::end_of_day("2011-12-29", apia), Some(start - Span(1)));
    assert_eq!(Time::start_of_day("2011-12-31", apia), Some(start));
}

#[test]
fn a_time_names_its_zone_as_people_do() {
    let moment = iso("2026-11-28T13:05:09Z");
    for (name, full) in [
        ("UTC", "November 28, 2026 at 13:05 UTC"),
        ("Europe/Berlin", "November 28, 2026 at 14:05 CET"),
        ("Europe/London", "November 28, 2026 at 13:05 GMT"),
        ("America/Los_Angeles", "November 28, 2026 at 05:05 PST"),
        ("Pacific/Auckland", "November 29, 2026 at 02:05 NZDT"),
        ("Asia/Kathmandu", "November 28, 2026 at 18:50 UTC+05:45"),
        ("America/Sao_Paulo", "November 28, 2026 at 10:05 UTC-03:00"),
    ] {
        assert_eq!(moment.full(zone(name)), full);
    }
    assert_eq!(moment.exact(zone("Europe/Berlin")), "November 28, 2026, 14:05:09 CET");
    assert_eq!(
        iso("2026-07-01T00:00:00Z").full(zone("Europe/Berlin")),
        "July 1, 2026 at 02:00 CEST"
    );
    assert_eq!(moment.date(zone("Pacific/Auckland")), "November 29, 2026");
}

#[test]
fn times_are_said_as_people_say_them() {
    let now = Time::end_of_day("2026-11-22", Zone::UTC).unwrap();
    let ago = |span: Span| (now - span).ago(now, Zone::UTC);
    assert_eq!(ago(Span::seconds(5)), "just now");
    assert_eq!(ago(Span::minutes(1)), "1 minute ago");
    assert_eq!(ago(Span::hours(5)), "5 hours ago");
    assert_eq!(ago(Span::days(1)), "yesterday");
    assert_eq!(ago(Span::days(3)), "3 days ago");
    assert_eq!(ago(Span::days(20)), "November 2");
    assert_eq!(ago(Span::days(400)), "October 18, 2025");
    let ahead = |span: i64| (now + Span::seconds(span)).ahead(now, Zone::UTC);
    assert_eq!(ahead(7 * 86_400 - 9), "in 7 days");
    assert_eq!(ahead(26 * 3_600), "in 1 day");
    assert_eq!(ahead(9 * 86_400), "on December 1");
    assert_eq!(ahead(60 * 86_400), "on January 21, 2027");
}

#[test]
fn yesterday_is_the_day_before_on_the_calendar_of_the_zone() {
    let now = iso("2026-11-28T12:00:00Z");
    let then = now - Span::hours(30);
    assert_eq!(then.ago(now, Zone::UTC), "yesterday");
    // There it is 01:00, and then it was 19:00 two days before.
    assert_eq!(then.ago(now, zone("Pacific/Auckland")), "2 days ago");
    assert_eq!(
        iso("2026-01-01T03:00:00Z").ago(now, zone("America/Chicago")),
        "December 31, 2025"
    );
}

#[test]
fn an_end_keeps_its_moment_while_its_day_stays() {
    let (berlin, chicago) = (zone("Europe/Berlin"), zone("America/Chicago"));
    let saved = Time::end_of_day("2026-11-28", berlin);
    assert_eq!(Time::end_of_day_or("2026-11-28", chicago, saved), saved);
    assert_eq!(
        Time::end_of_day_or("2026-11-29", chicago, saved),
        Time::end_of_day("2026-11-29", chicago)
    );
    assert_eq!(Time::end_of_day_or("soon", chicago, saved), None);
}

#[test]
fn only_a_whole_moment_is_read_as_one() {
    let moment = Time::end_of_day("2026-11-28", Zone::UTC).unwrap();
    assert_eq!(Time::parse_iso(&moment.iso_micros()), Some(moment));
    for other in ["", "2026-11-28", "Owner", "2026-11-28T13:05:09+01:00"] {
        assert_eq!(Time::parse_iso(other), None, "{other}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn days_follow_each_other_in_every_zone(at in 0..all().count(), day in 0u64..13_000) {
        let zone = zone(all().nth(at).unwrap());
        // From 2012 to 2047. Before, St. John's put clocks back over midnight, so that a day came back for a while.
        let date = NaiveDate::from_ymd_opt(2012, 1, 1).unwrap() + Days::new(day);
        let (text, after) = (date.to_string(), (date + Days::new(1)).to_string());
        let start = Time::start_of_day(&text, zone).unwrap();
        let end = Time::end_of_day(&text, zone).unwrap();
        prop_assert_eq!(start.day(zone), &text[..]);
        prop_assert_eq!(end.day(zone), &text[..]);
        prop_assert!((start - Span(1)).day(zone) < text);
        prop_assert_eq!(Some(end + Span(1)), Time::start_of_day(&after, zone));
        prop_assert_eq!(start.day_after(1, zone), after);
        let hours = (end + Span(1) - start).as_seconds() / 3600;
        prop_assert!((22..=26).contains(&hours), "{} {}: {} hours", zone, text, hours);
    }
}
