//! What the limits count.

use super::*;

fn limits(key: u32, organization: u32) -> (ApiLimits, Clock) {
    let clock = Clock::default();
    let quotas = ApiQuotas {
        key: NonZeroU32::new(key),
        organization: NonZeroU32::new(organization),
    };
    (ApiLimits::new(quotas, &clock), clock)
}

#[test]
fn a_quota_is_used_up_and_comes_back_with_time() {
    let (limits, clock) = limits(60, 100);
    let (organization, key) = (OrgId::fresh(), ApiKeyId::fresh());
    for left in (0..60).rev() {
        let (counted, quotas) = limits.count(organization, key);
        assert!(counted.is_ok());
        // The clock goes on meanwhile.
        assert!(quotas.0[0].left >= left, "{quotas:?}");
    }
    while limits.count(organization, key).0.is_ok() {}
    clock.advance(Duration::from_secs(2));
    let (counted, quotas) = limits.count(organization, key);
    assert!(counted.is_ok());
    assert!(quotas.0[0].reset >= 58, "{quotas:?}");
    // Another key of the organization still has the rest of it.
    assert!(limits.count(organization, ApiKeyId::fresh()).0.is_ok());
}

#[test]
fn who_sends_many_unknown_keys_waits_and_a_known_key_does_not() {
    let (limits, clock) = limits(1_000, 1_000);
    let known = Token::random();
    limits
        .count_new(&known, OrgId::fresh(), ApiKeyId::fresh())
        .0
        .expect("counted");
    while limits.admit(&Token::random(), "192.0.2.7").0.is_ok() {
        limits.note_unknown("192.0.2.7");
    }
    assert!(limits.admit(&known, "192.0.2.7").0.is_ok());
    assert!(limits.admit(&Token::random(), "192.0.2.8").0.is_ok());
    clock.advance(Duration::from_secs(2));
    assert!(limits.admit(&Token::random(), "192.0.2.7").0.is_ok());
}

#[test]
fn the_limiters_forget_who_used_nothing_lately() {
    let (limits, clock) = limits(60, 6_000_000);
    for _ in 0..3 {
        for _ in 0..FORGETS_AFTER {
            limits.count(OrgId::fresh(), ApiKeyId::fresh()).0.expect("counted");
        }
        clock.advance(Duration::from_mins(2));
    }
    let kept = limits.keys.as_ref().map_or(0, |limiter| limiter.counter.len());
    assert!(kept <= 2 * FORGETS_AFTER as usize, "{kept}");
}
