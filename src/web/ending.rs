//! When a session is about to end in an organization: a page asks a minute before, and says so in time.

use crate::authz::session_rules::{SessionFacts, SessionPolicy};
use crate::common::time::Time;

/// How long before the end people are told, in seconds.
const BEFORE: i64 = 60;

/// How often a page asks at least, in seconds, when something other than its own activity ends the session.
const AT_LEAST: i64 = 300;

/// After how many seconds a page that was just loaded asks; `None` when only the instance limits the session.
pub fn asks_after(policy: &SessionPolicy) -> Option<i64> {
    let idle = policy.idle.map(|idle| idle.as_seconds() - BEFORE);
    let absolute = policy.absolute.map(|_| AT_LEAST);
    [idle, absolute].into_iter().flatten().min()
}

/// What a page is told when it asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SessionEnding {
    /// It asks again after so many seconds.
    Later(i64),
    /// Within a minute or so. Whether activity keeps the session.
    Soon { renewable: bool },
}

/// What a page is told at a time.
pub fn at(policy: &SessionPolicy, session: &SessionFacts, now: Time) -> Option<SessionEnding> {
    let left = |end: Time| (end - now).as_seconds();
    let idle = policy.idle.map(|idle| left(session.seen + idle));
    let absolute = policy.absolute.map(|absolute| left(session.proved() + absolute));
    let first = [idle, absolute].into_iter().flatten().min()?;
    if first > BEFORE + 15 {
        return Some(SessionEnding::Later(first - BEFORE));
    }
    let renewable = absolute.is_none_or(|absolute| absolute > BEFORE + 15);
    Some(SessionEnding::Soon { renewable })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::authz::session_rules::Proofs;
    use crate::common::time::Span;

    #[test]
    fn a_page_asks_a_minute_before_the_end() {
        let start = Time(1_000_000_000);
        let session = SessionFacts {
            proofs: Proofs::of_password(start),
            began: start,
            seen: start,
            longest_idle: Span(0),
        };
        assert_eq!(asks_after(&SessionPolicy::NONE), None);
        assert_eq!(at(&SessionPolicy::NONE, &session, start), None);
        let idle = SessionPolicy::of_limits(Some(30), None);
        assert_eq!(asks_after(&idle), Some(29 * 60));
        assert_eq!(at(&idle, &session, start), Some(SessionEnding::Later(29 * 60)));
        let near = start + Span::minutes(29);
        assert_eq!(at(&idle, &session, near), Some(SessionEnding::Soon { renewable: true }));
        let both = SessionPolicy::of_limits(Some(120), Some(1));
        assert_eq!(asks_after(&both), Some(300));
        let near = start + Span::minutes(59);
        assert_eq!(
            at(&both, &session, near),
            Some(SessionEnding::Soon { renewable: false })
        );
    }
}
