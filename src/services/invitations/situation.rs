//! What the page of an invitation's link shows.

use crate::db::types::organization::InvitationStatus;

/// Who opens a link.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum InvitationViewer {
    SignedOut {
        /// Whether the invited address has an account.
        account: bool,
    },
    Invited {
        verified: bool,
        member: bool,
    },
    Other,
}

/// What a link leads to.
#[expect(clippy::struct_excessive_bools, reason = "each is a fact of its own")]
#[derive(Debug, Clone, Copy)]
pub struct InviteFacts {
    pub status: InvitationStatus,
    /// Whether a newer link was sent.
    pub superseded: bool,
    /// Whether the organization is active.
    pub active: bool,
    /// Whether the inviter can still give what it offers.
    pub authorized: bool,
    /// Whether the access that it gives has ended.
    pub access_ended: bool,
    pub viewer: InvitationViewer,
}

/// What the page of a link shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum InvitationSituation {
    /// The invited person can accept.
    Ready,
    /// The invited person must verify the address first: a link verifies nothing for an existing account.
    Unverified,
    /// Signed out, and the address has an account.
    SignIn,
    /// Signed out, and the address has no account.
    SignUp,
    /// Someone else is signed in.
    Other,
    /// The invited person is a member already.
    Member,
    /// A newer link was sent.
    Newer,
    Expired,
    Cancelled,
    Declined,
    Used,
    /// The organization is not active.
    Inactive,
    /// The inviter cannot give this anymore.
    Unauthorized,
    /// The access that it gives has ended.
    AccessEnded,
}

impl InvitationSituation {
    pub fn of(facts: InviteFacts) -> Self {
        use InvitationStatus as S;
        match (facts.viewer, facts.status) {
            (InvitationViewer::Invited { member: true, .. }, _) => Self::Member,
            (_, S::Pending | S::Expired) if facts.superseded => Self::Newer,
            (_, S::Accepted | S::Superseded) => Self::Used,
            (_, S::Cancelled) => Self::Cancelled,
            (_, S::Declined) => Self::Declined,
            _ if !facts.active => Self::Inactive,
            (_, S::Expired) => Self::Expired,
            (_, S::AwaitingApproval) => Self::Unauthorized,
            _ if facts.access_ended => Self::AccessEnded,
            _ if !facts.authorized => Self::Unauthorized,
            (InvitationViewer::SignedOut { account: true }, S::Pending) => Self::SignIn,
            (InvitationViewer::SignedOut { account: false }, S::Pending) => Self::SignUp,
            (InvitationViewer::Invited { verified: true, .. }, S::Pending) => Self::Ready,
            (InvitationViewer::Invited { verified: false, .. }, S::Pending) => Self::Unverified,
            (InvitationViewer::Other, S::Pending) => Self::Other,
        }
    }

    /// Whether the invitation can still be accepted.
    pub fn is_open(self) -> bool {
        matches!(
            self,
            Self::Ready | Self::Unverified | Self::SignIn | Self::SignUp | Self::Other
        )
    }

    /// Whether the viewer can decline: the invited person, or anyone with the link who is signed out.
    pub fn may_decline(self) -> bool {
        self.is_open() && self != Self::Other
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_invited_person_with_a_verified_address_can_accept() {
        let viewers = [
            InvitationViewer::SignedOut { account: false },
            InvitationViewer::SignedOut { account: true },
            InvitationViewer::Invited {
                verified: false,
                member: false,
            },
            InvitationViewer::Invited {
                verified: true,
                member: false,
            },
            InvitationViewer::Invited {
                verified: true,
                member: true,
            },
            InvitationViewer::Other,
        ];
        for status in InvitationStatus::ALL {
            for viewer in viewers {
                for bits in 0..16 {
                    let [superseded, active, authorized, access_ended] = [1, 2, 4, 8].map(|bit| bits & bit != 0);
                    let facts = InviteFacts {
                        status: *status,
                        superseded,
                        active,
                        authorized,
                        access_ended,
                        viewer,
                    };
                    let good =
                        *status == InvitationStatus::Pending && !superseded && active && authorized && !access_ended;
                    let situation = InvitationSituation::of(facts);
                    let may_accept = viewer
                        == InvitationViewer::Invited {
                            verified: true,
                            member: false,
                        };
                    assert_eq!(situation == InvitationSituation::Ready, good && may_accept, "{facts:?}");
                    assert!(good || !situation.is_open(), "{facts:?}");
                    // Another account cannot change anything.
                    assert!(
                        viewer != InvitationViewer::Other || !situation.may_decline(),
                        "{facts:?}"
                    );
                    // An address with an account is never offered another one.
                    assert!(
                        situation != InvitationSituation::SignUp
                            || viewer == InvitationViewer::SignedOut { account: false }
                    );
                }
            }
        }
    }
}
