//! Whether a key works, and why not.

use crate::common::time::Time;
use crate::db::types::MembershipStatus;
use crate::models::api_key::ApiKey;

crate::text_enum! {
    /// Why a key does not work.
    pub enum KeyRefusal {
        /// Someone revoked it.
        Revoked = "revoked",
        /// A newer key replaced it, and the overlap is over.
        Replaced = "replaced",
        Expired = "expired",
        /// Its owner left or was removed.
        OwnerRemoved = "owner_removed",
        OwnerSuspended = "owner_suspended",
        /// The access of its owner ended.
        OwnerEnded = "owner_ended",
        /// The organization requires a second factor, and its owner has none.
        OwnerSecondFactor = "owner_second_factor",
        /// The request came from an address that is not allowed. This is the only reason that depends on the request.
        Address = "address",
    }
}

impl KeyRefusal {
    /// Whether the key works again when another member adopts it.
    pub fn is_of_owner(self) -> bool {
        matches!(
            self,
            Self::OwnerRemoved | Self::OwnerSuspended | Self::OwnerEnded | Self::OwnerSecondFactor
        )
    }
}

/// The membership of the owner, as far as it decides whether a key works.
#[derive(Debug, Clone, Copy)]
pub struct OwnerState {
    pub status: MembershipStatus,
    pub access_until: Option<Time>,
    /// Whether the organization waits for their second factor.
    pub awaits_second_factor: bool,
}

impl ApiKey {
    /// Why the key does not work, whoever owns it.
    pub fn ended(&self, now: Time) -> Option<KeyRefusal> {
        if self.revoked_at.is_some() {
            Some(KeyRefusal::Revoked)
        } else if self.overlap_until.is_some_and(|end| end <= now) {
            Some(KeyRefusal::Replaced)
        } else if self.expires_at.is_some_and(|end| end <= now) {
            Some(KeyRefusal::Expired)
        } else {
            None
        }
    }

    /// Why the key does not work for any request.
    pub fn refusal(&self, owner: OwnerState, now: Time) -> Option<KeyRefusal> {
        self.ended(now).or(match owner.status {
            MembershipStatus::Removed => Some(KeyRefusal::OwnerRemoved),
            MembershipStatus::Suspended => Some(KeyRefusal::OwnerSuspended),
            MembershipStatus::Active if owner.access_until.is_some_and(|end| end < now) => Some(KeyRefusal::OwnerEnded),
            MembershipStatus::Active => owner.awaits_second_factor.then_some(KeyRefusal::OwnerSecondFactor),
        })
    }
}
