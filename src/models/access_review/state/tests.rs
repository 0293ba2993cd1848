use super::*;

fn now() -> Time {
    Time::end_of_day("2026-11-24", Zone::UTC).unwrap() + Span::hours(9)
}

#[test]
fn the_end_date_is_3_to_90_days_from_now() {
    assert_eq!(
        due("2026-11-28", now(), Zone::UTC).unwrap().day(Zone::UTC),
        "2026-11-28"
    );
    assert!(due("2027-02-23", now(), Zone::UTC).is_ok());
    for wrong in ["", "soon", "2026-11-25", "2026-11-27", "2027-02-24", "2020-01-01"] {
        assert!(due(wrong, now(), Zone::UTC).is_err(), "{wrong}");
    }
}

#[test]
fn reminders_go_out_a_week_and_a_day_before_the_end_but_not_at_the_start() {
    let (began, end) = (now(), now() + Span::days(30));
    assert_eq!(reminders_due(began, end, began), 0);
    assert_eq!(reminders_due(began, end, end - Span::days(7)), 1);
    assert_eq!(reminders_due(began, end, end - Span::hours(5)), 2);
    let short = began + Span::days(4);
    assert_eq!(reminders_due(began, short, began), 1);
    assert!(!reminder_sends(began, short, 1));
    assert!(reminder_sends(began, short, 2));
}

#[test]
fn keep_means_the_current_role_unless_this_review_changed_it() {
    use CompanyRole::{Editor, Viewer};
    let state = |current_role, decision| ItemState {
        reviewed_role: Editor,
        current_role,
        decision,
    };
    assert_eq!(state(Some(Viewer), ReviewDecision::Open).kept_role(), Viewer);
    assert_eq!(state(Some(Viewer), ReviewDecision::Change).kept_role(), Editor);
    assert_eq!(state(None, ReviewDecision::Remove).kept_role(), Editor);
    let changed = state(Some(Viewer), ReviewDecision::Change);
    assert_eq!(changed.decision(ReviewAnswer::Role(Editor)), ReviewDecision::Keep);
    assert_eq!(changed.decision(ReviewAnswer::Role(Viewer)), ReviewDecision::Change);
    assert_eq!(changed.decision(ReviewAnswer::Remove), ReviewDecision::Remove);
}

#[test]
fn only_a_finished_review_shows_100_percent() {
    assert_eq!(percent(1000, 1), 99);
    assert_eq!(percent(3, 0), 100);
    assert_eq!(percent(0, 0), 100);
}
