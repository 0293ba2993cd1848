//! What an invitation may become, who may give what it offers, and how often it may be sent. No connection, no HTTP.

use crate::common::time::{Span, Time};
use crate::db::types::organization::InvitationStatus;
use crate::services::invitations::allowance::DAY;

/// What can happen to an invitation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum InvitationEvent {
    /// It is sent again, with a new link.
    Resend,
    /// What it offers is changed.
    Edit,
    /// The invited person joins by it.
    Accept,
    /// The invited person does not want it.
    Decline,
    /// Somebody with the right takes it back.
    Cancel,
    /// Its time is over.
    Expire,
    /// The person became a member in another way.
    Joined,
}

impl InvitationEvent {
    /// Every event.
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

/// The state after an event; `None` where the event cannot happen.
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

/// Where an invitation stands now: an open one whose time is over has expired, also before the clock notes it.
pub fn standing(status: InvitationStatus, expires_at: Time, now: Time) -> InvitationStatus {
    if status == InvitationStatus::Pending && expires_at <= now {
        InvitationStatus::Expired
    } else {
        status
    }
}

/// The word for a state.
pub fn label(status: InvitationStatus) -> &'static str {
    match status {
        InvitationStatus::Pending => "Pending",
        InvitationStatus::AwaitingApproval => "Waits for approval",
        InvitationStatus::Accepted => "Accepted",
        InvitationStatus::Declined => "Declined",
        InvitationStatus::Cancelled => "Cancelled",
        InvitationStatus::Expired => "Expired",
        InvitationStatus::Superseded => "Joined another way",
    }
}

/// The tone of a state's badge.
pub fn tone(status: InvitationStatus) -> &'static str {
    match status {
        InvitationStatus::Pending | InvitationStatus::AwaitingApproval => "info",
        InvitationStatus::Accepted => "success",
        InvitationStatus::Expired => "danger",
        InvitationStatus::Declined => "warning",
        InvitationStatus::Cancelled | InvitationStatus::Superseded => "",
    }
}

/// Who follows a link.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Viewer {
    /// Nobody is signed in; whether the invited address has an account.
    Nobody {
        /// Whether it has one.
        account: bool,
    },
    /// The invited person; whether the address is proven, and whether they are a member already.
    Invited {
        /// Whether it is proven.
        proven: bool,
        /// Whether they are one.
        member: bool,
    },
    /// Somebody else.
    Other,
}

/// What a link leads to.
#[expect(clippy::struct_excessive_bools, reason = "each is a fact of its own")]
#[derive(Debug, Clone, Copy)]
pub struct InviteFacts {
    /// Where the invitation stands now.
    pub standing: InvitationStatus,
    /// Whether a newer link was sent.
    pub superseded: bool,
    /// Whether the organization works.
    pub active: bool,
    /// Whether who vouches for it may still give what it offers.
    pub vouched: bool,
    /// Whether the access that it gives is over already.
    pub over: bool,
    /// Who follows the link.
    pub guest: Viewer,
}

/// What the page of a link shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Situation {
    /// The invited person may accept.
    Ready,
    /// The invited person must prove the address first: a link proves nothing for an account that exists.
    Unproven,
    /// Nobody is signed in and the address has an account: sign in, nothing else.
    SignIn,
    /// Nobody is signed in and the address has no account: create one, nothing else.
    SignUp,
    /// Somebody else is signed in.
    Other,
    /// The invited person is a member already.
    Member,
    /// A newer link was sent.
    Newer,
    /// Its time is over.
    Expired,
    /// It was taken back.
    Cancelled,
    /// It was declined.
    Declined,
    /// It was accepted.
    Used,
    /// The organization does not work.
    Gone,
    /// Who vouches for it may not give this any more.
    Lapsed,
    /// The access that it gives is over already.
    Over,
}

impl Situation {
    /// What the facts come to.
    pub fn of(facts: InviteFacts) -> Self {
        use InvitationStatus as S;
        match (facts.guest, facts.standing) {
            (Viewer::Invited { member: true, .. }, _) => Self::Member,
            (_, S::Pending | S::Expired) if facts.superseded => Self::Newer,
            (_, S::Accepted | S::Superseded) => Self::Used,
            (_, S::Cancelled) => Self::Cancelled,
            (_, S::Declined) => Self::Declined,
            _ if !facts.active => Self::Gone,
            (_, S::Expired) => Self::Expired,
            (_, S::AwaitingApproval) => Self::Lapsed,
            _ if facts.over => Self::Over,
            _ if !facts.vouched => Self::Lapsed,
            (Viewer::Nobody { account: true }, S::Pending) => Self::SignIn,
            (Viewer::Nobody { account: false }, S::Pending) => Self::SignUp,
            (Viewer::Invited { proven: true, .. }, S::Pending) => Self::Ready,
            (Viewer::Invited { proven: false, .. }, S::Pending) => Self::Unproven,
            (Viewer::Other, S::Pending) => Self::Other,
        }
    }

    /// Whether the invitation itself can still be accepted, by the right person.
    pub fn is_open(self) -> bool {
        matches!(
            self,
            Self::Ready | Self::Unproven | Self::SignIn | Self::SignUp | Self::Other
        )
    }

    /// Whether whoever follows the link may decline: the invited person, or nobody signed in who holds the link.
    pub fn may_decline(self) -> bool {
        self.is_open() && self != Self::Other
    }
}

/// Between two letters of one invitation.
pub const COOL_DOWN: Span = Span::seconds(60);
/// So many times a day one invitation is sent again.
pub const RESENDS_A_DAY: usize = 5;
/// When an invitation may be sent again, in the future; `None` is now. `resent` are the times at which it was sent
/// again within a day, in any order.
pub fn resend_from(last_sent: Time, resent: &[Time], now: Time) -> Option<Time> {
    let cool = last_sent + COOL_DOWN;
    let counted: Vec<Time> = resent.iter().copied().filter(|at| *at + DAY > now).collect();
    let spent = (counted.len() >= RESENDS_A_DAY)
        .then(|| counted.iter().min().map(|first| *first + DAY))
        .flatten();
    spent.into_iter().chain([cool]).max().filter(|from| *from > now)
}

/// A personal message as it goes into a letter: at most 500 characters and no address of a page.
pub fn message(text: &str) -> Result<String, &'static str> {
    let text = text.replace("\r\n", "\n").trim().to_owned();
    if text.chars().count() > 500 {
        return Err("Use at most 500 characters");
    }
    if text.chars().any(|c| {
        (c.is_control() && c != '\n')
            || matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
    }) {
        return Err("Remove the characters that cannot be printed");
    }
    let lower = text.to_lowercase();
    if lower.contains("://") || lower.contains("www.") {
        return Err("Write the message without addresses of pages: the letter holds the one link that is needed");
    }
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// The table of the domain, written out a second time.
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
    fn every_state_and_event_give_what_the_table_says() {
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
        fn what_is_closed_for_good_stays_closed(start in 0usize..7, events in proptest::collection::vec(0usize..7, 0..30)) {
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

    #[test]
    fn time_closes_an_open_invitation_and_nothing_else() {
        let now = Time(10);
        assert_eq!(
            standing(InvitationStatus::Pending, Time(11), now),
            InvitationStatus::Pending
        );
        assert_eq!(
            standing(InvitationStatus::Pending, Time(10), now),
            InvitationStatus::Expired
        );
        assert_eq!(
            standing(InvitationStatus::Accepted, Time(9), now),
            InvitationStatus::Accepted
        );
    }

    #[test]
    fn only_the_invited_person_with_a_proven_address_may_accept_and_only_while_it_is_open() {
        let guests = [
            Viewer::Nobody { account: false },
            Viewer::Nobody { account: true },
            Viewer::Invited {
                proven: false,
                member: false,
            },
            Viewer::Invited {
                proven: true,
                member: false,
            },
            Viewer::Invited {
                proven: true,
                member: true,
            },
            Viewer::Other,
        ];
        for standing in InvitationStatus::ALL {
            for guest in guests {
                for bits in 0..16 {
                    let [superseded, active, vouched, over] = [1, 2, 4, 8].map(|bit| bits & bit != 0);
                    let facts = InviteFacts {
                        standing: *standing,
                        superseded,
                        active,
                        vouched,
                        over,
                        guest,
                    };
                    let good = *standing == InvitationStatus::Pending && !superseded && active && vouched && !over;
                    let situation = Situation::of(facts);
                    let permission = guest
                        == Viewer::Invited {
                            proven: true,
                            member: false,
                        };
                    assert_eq!(situation == Situation::Ready, good && permission, "{facts:?}");
                    assert!(good || !situation.is_open(), "{facts:?}");
                    // Whoever is somebody else learns nothing by it and changes nothing.
                    assert!(guest != Viewer::Other || !situation.may_decline(), "{facts:?}");
                    // An address with an account is never offered another one.
                    assert!(situation != Situation::SignUp || guest == Viewer::Nobody { account: false });
                }
            }
        }
    }

    #[test]
    fn a_message_is_text() {
        assert_eq!(message(" Welcome\r\nAnna "), Ok("Welcome\nAnna".into()));
        assert!(message("see https://evil.example").is_err());
        assert!(message("see www.evil.example").is_err());
        assert!(message("a\u{202e}b").is_err());
        assert!(message(&"é".repeat(500)).is_ok());
        assert!(message(&"é".repeat(501)).is_err());
    }
}
