//! Whether a link works.

use crate::common::time::Time;
use crate::models::onboarding_link::OnboardingLink;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LinkStatus {
    Open,
    /// The member who last saved it cannot give what it gives anymore.
    Paused,
    Expired,
    UsedUp,
    Disabled,
    /// The organization is suspended or will be deleted.
    Closed,
    /// A newer link replaced it.
    Replaced,
}

impl LinkStatus {
    /// The status by the link's own settings.
    pub fn of(link: &OnboardingLink, now: Time) -> Self {
        if link.disabled_at.is_some() {
            Self::Disabled
        } else if link.expires_at.is_some_and(|end| end < now) {
            Self::Expired
        } else if link.is_used_up() {
            Self::UsedUp
        } else {
            Self::Open
        }
    }
}
