//! The states of an invitation, and how often it can be sent.

use crate::common::time::{Span, Time};
use crate::db::types::organization::InvitationStatus;
use crate::services::invitations::allowance::DAY;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum InvitationEvent {
    /// Sent again, with a new link.
    Resend,
    Edit,
    Accept,
    Decline,
    Cancel,
    Expire,
    /// The person joined in another way.
    Joined,
}

impl InvitationEvent {
    pub const ALL: [Self; 7] = [
        Self::Resend,
        Self::Edit,
        Self::Accept,
        Self::Decline,
        Self::Cancel,
        Self::Expire,
        Self::Joined,
    ];
}

/// The status after an event; `None` if the event is not possible.
pub fn next(from: InvitationStatus, event: InvitationEvent) -> Option<InvitationStatus> {
    use InvitationStatus as S;
    match (from, event) {
        (S::Pending | S::Expired, InvitationEvent::Resend) | (S::Pending, InvitationEvent::Edit) => Some(S::Pending),
        (S::Pending, InvitationEvent::Accept) => Some(S::Accepted),
        (S::Pending, InvitationEvent::Decline) => Some(S::Declined),
        (S::Pending, InvitationEvent::Cancel) => Some(S::Cancelled),
        (S::Pending, InvitationEvent::Expire) => Some(S::Expired),
        (S::Pending, InvitationEvent::Joined) => Some(S::Superseded),
        _ => None,
    }
}

/// The shortest time between two emails of an invitation.
pub const COOL_DOWN: Span = Span::seconds(60);
pub const RESENDS_A_DAY: usize = 5;

/// When an invitation can be sent again; `None` for now. `resent`: when it was sent again within a day, in any order.
pub fn resend_from(last_sent: Time, resent: &[Time], now: Time) -> Option<Time> {
    let cool = last_sent + COOL_DOWN;
    let counted: Vec<Time> = resent.iter().copied().filter(|at| *at + DAY > now).collect();
    let spent = (counted.len() >= RESENDS_A_DAY)
        .then(|| counted.iter().min().map(|first| *first + DAY))
        .flatten();
    spent.into_iter().chain([cool]).max().filter(|from| *from > now)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// The status after each event, in the order of `InvitationEvent::ALL`.
    const TABLE: &[(&str, [&str; 7])] = &[
        (
            "pending",
            [
                "pending",
                "pending",
                "accepted",
                "declined",
                "cancelled",
                "expired",
                "superseded",
            ],
        ),
        ("awaiting_approval", [""; 7]),
        ("accepted", [""; 7]),
        ("declined", [""; 7]),
        ("cancelled", [""; 7]),
        ("expired", ["pending", "", "", "", "", "", ""]),
        ("superseded", [""; 7]),
    ];

    #[test]
    fn every_event_has_the_status_of_the_table() {
        assert_eq!(TABLE.len(), InvitationStatus::ALL.len());
        for (from, outcomes) in TABLE {
            let from = InvitationStatus::parse(from).unwrap();
            for (event, outcome) in InvitationEvent::ALL.iter().zip(outcomes) {
                assert_eq!(next(from, *event), InvitationStatus::parse(outcome), "{from} {event:?}");
            }
        }
    }

    proptest! {
        #[test]
        fn a_closed_invitation_is_accepted_at_most_once(start in 0usize..7, events in proptest::collection::vec(0usize..7, 0..30)) {
            let mut state = InvitationStatus::ALL[start];
            let mut accepted = 0;
            for event in events {
                let Some(after) = next(state, InvitationEvent::ALL[event]) else { continue };
                prop_assert!(matches!(state, InvitationStatus::Pending | InvitationStatus::Expired));
                accepted += usize::from(after == InvitationStatus::Accepted);
                state = after;
            }
            prop_assert!(accepted <= 1);
        }

        #[test]
        fn an_invitation_is_never_sent_more_than_five_times_a_day(waits in proptest::collection::vec(0i64..40_000, 1..60)) {
            let mut now = Time(1_000_000_000);
            let (mut last, mut sent): (Time, Vec<Time>) = (now, Vec::new());
            for wait in waits {
                now = now + Span::seconds(wait);
                match resend_from(last, &sent, now) {
                    None => {
                        prop_assert!(now - last >= COOL_DOWN);
                        last = now;
                        sent.push(now);
                    }
                    Some(from) => {
                        prop_assert!(from > now);
                        prop_assert_eq!(resend_from(last, &sent, from), None);
                    }
                }
                let today = sent.iter().filter(|at| **at + DAY > now).count();
                prop_assert!(today <= RESENDS_A_DAY);
            }
        }
    }
}
