//! What the page of a link offers.

use crate::models::membership::by_user::MembershipState;
use crate::models::onboarding_link::LinkPurpose;
use crate::services::onboarding_links::status::LinkStatus;

/// Who opens a link.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum JoinViewer {
    SignedOut,
    /// Signed in, but the address is not verified.
    Unverified,
    Verified {
        membership: MembershipState,
        /// Whether they have an open request.
        requested: bool,
        /// Whether a request was declined recently.
        declined: bool,
        /// Whether the link is for the domain of their address.
        admitted: bool,
    },
}

/// What the page of a link offers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum JoinSituation {
    /// Sign up or sign in.
    Welcome,
    /// Verify the address first.
    Unverified,
    /// Join.
    Ready,
    /// Ask to join.
    Ask,
    /// Wait, or withdraw the request.
    Requested,
    /// The request was declined.
    Declined,
    /// Open the organization.
    Member,
    Suspended,
    /// Use an address of another domain.
    Domain,
    Closed(LinkStatus),
}

impl JoinSituation {
    pub fn of(status: LinkStatus, purpose: LinkPurpose, approval: bool, viewer: JoinViewer) -> Self {
        let open = status == LinkStatus::Open;
        match viewer {
            JoinViewer::Verified { requested: true, .. } => Self::Requested,
            JoinViewer::Verified {
                membership: MembershipState::Suspended,
                ..
            } => Self::Suspended,
            JoinViewer::Verified {
                membership: MembershipState::Member,
                ..
            } if purpose == LinkPurpose::Join => Self::Member,
            _ if !open => Self::Closed(status),
            JoinViewer::SignedOut => Self::Welcome,
            JoinViewer::Unverified => Self::Unverified,
            JoinViewer::Verified { admitted: false, .. } => Self::Domain,
            JoinViewer::Verified { declined: true, .. } => Self::Declined,
            JoinViewer::Verified { membership, .. } if approval || membership == MembershipState::Removed => Self::Ask,
            JoinViewer::Verified { .. } => Self::Ready,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn viewer() -> impl Strategy<Value = JoinViewer> {
        let membership = prop::sample::select(vec![
            MembershipState::Stranger,
            MembershipState::Removed,
            MembershipState::Member,
            MembershipState::Suspended,
        ]);
        let verified = (membership, any::<bool>(), any::<bool>(), any::<bool>()).prop_map(
            |(membership, requested, declined, admitted)| JoinViewer::Verified {
                membership,
                requested,
                declined,
                admitted,
            },
        );
        prop_oneof![Just(JoinViewer::SignedOut), Just(JoinViewer::Unverified), verified]
    }

    proptest! {
        #[test]
        fn no_one_joins_by_a_closed_link_unverified_or_from_another_domain(
            open: bool, approval: bool, purpose in prop::sample::select(LinkPurpose::ALL), viewer in viewer(),
        ) {
            let status = if open { LinkStatus::Open } else { LinkStatus::Paused };
            let situation = JoinSituation::of(status, purpose, approval, viewer);
            if matches!(situation, JoinSituation::Ready | JoinSituation::Ask) {
                prop_assert!(open);
                let JoinViewer::Verified { membership, requested, declined, admitted } = viewer else {
                    panic!("{viewer:?}");
                };
                prop_assert!(admitted && !requested && !declined && membership != MembershipState::Suspended);
                prop_assert!(situation == JoinSituation::Ask || (!approval && membership != MembershipState::Removed));
            }
        }
    }
}
