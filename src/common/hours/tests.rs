use super::*;
use proptest::prelude::*;

fn said(text: &str) -> String {
    words(&parse_day(text).unwrap())
}

#[test]
fn hours_are_read_as_people_type_them() {
    for (typed, read) in [
        ("9-17", "09:00–17:00"),
        ("09:00–12:30, 14:00–18:00", "09:00–12:30, 14:00–18:00"),
        ("9.30 - 12; 13-17.15", "09:30–12:00, 13:00–17:15"),
        ("9am-5:30 PM", "09:00–17:30"),
        ("12am–12pm", "00:00–12:00"),
        ("18:00–24:00", "18:00–24:00"),
        ("24 hours", "00:00–24:00"),
        ("", "closed"),
        (" Closed ", "closed"),
    ] {
        assert_eq!(said(typed), read, "{typed}");
    }
    for wrong in [
        "9",
        "17-9",
        "9-9",
        "9-25",
        "9:60-10",
        "13pm-14",
        "9-12, 11-13",
        "open",
        "9–12,",
        "1-2,3-4,5-6,7-8,9-10",
    ] {
        assert!(parse_day(wrong).is_err(), "{wrong}");
    }
}

#[test]
fn a_week_is_said_in_few_words() {
    let day = |text: &str| parse_day(text).unwrap();
    let mut days: [Openings; 7] = Default::default();
    for opening in days.iter_mut().take(5) {
        *opening = day("9-17");
    }
    assert_eq!(
        OpeningHours::of(days.clone()).line(),
        "Mon–Fri 09:00–17:00; Sat, Sun closed"
    );
    days[2] = day("9-12");
    assert_eq!(
        OpeningHours::of(days).line(),
        "Mon, Tue 09:00–17:00; Wed 09:00–12:00; Thu, Fri 09:00–17:00; Sat, Sun closed"
    );
}

#[test]
fn stored_hours_are_checked_when_they_are_read() {
    assert!(OpeningHours::read(r#"{"monday":[{"from":"09:00","to":"17:00"}]}"#).is_some());
    for wrong in [
        "",
        "[]",
        r#"{"monday":[["09:00","17:00"]]}"#,
        r#"{"monday":[{"from":"09:00"}]}"#,
        r#"{"montag":[]}"#,
        r#"{"monday":[{"from":"17:00","to":"09:00"}]}"#,
        r#"{"monday":[{"from":"09:00","to":"12:00","note":"x"}]}"#,
    ] {
        assert!(OpeningHours::read(wrong).is_none(), "{wrong}");
    }
}

proptest! {
    #[test]
    fn hours_survive_typing_and_storage(cuts in proptest::collection::vec(proptest::collection::btree_set(0_u16..=1440, 0..8), 7)) {
        let day = |cuts: &std::collections::BTreeSet<u16>| -> Openings {
            let cuts: Vec<u16> = cuts.iter().copied().collect();
            cuts.chunks_exact(2).map(|pair| Opening { from: Minute(pair[0]), to: Minute(pair[1]) }).collect()
        };
        let days: Vec<Openings> = cuts.iter().map(day).collect();
        let hours = OpeningHours::of(days.try_into().unwrap());
        prop_assert_eq!(OpeningHours::read(&hours.text()), Some(hours.clone()));
        let again = hours.typed().map(|typed| parse_day(&typed).unwrap());
        prop_assert_eq!(OpeningHours::of(again), hours);
    }

    #[test]
    fn whatever_is_typed_nothing_breaks(text in ".{0,40}") {
        let _ = parse_day(&text);
    }
}
