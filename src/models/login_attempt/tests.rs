use super::*;

#[test]
fn the_tenth_wrong_password_is_the_last_one() {
    assert_eq!(verdict(9, 9), AttemptVerdict::Allowed);
    assert_eq!(verdict(10, 10), AttemptVerdict::Locked);
    assert_eq!(verdict(0, 50), AttemptVerdict::Flooded);
    // The message for a locked address does not depend on the sender.
    assert_eq!(verdict(10, 50), AttemptVerdict::Locked);
}

#[test]
fn emails_to_one_address_have_a_pause_and_a_limit() {
    let now = Time(0) + Span::days(1);
    let ago = |minutes: &[i64]| minutes.iter().map(|m| now - Span::minutes(*m)).collect::<Vec<_>>();
    assert_eq!(quota(&ago(&[]), now), EmailQuota::Available);
    assert_eq!(quota(&ago(&[1, 10, 20, 30]), now), EmailQuota::Available);
    assert_eq!(quota(&ago(&[0]), now), EmailQuota::TooSoon);
    assert_eq!(quota(&ago(&[1, 10, 20, 30, 40]), now), EmailQuota::Exhausted);
}
