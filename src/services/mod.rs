//! What several rooms do with people: find them, bring them in, change what they are, let them go. One rule, one verb,
//! one deed and one letter each, whichever page asks.

pub mod access_requests;
pub mod access_reviews;
pub mod accounts;
pub mod approvals;
pub mod assignments;
pub mod companies;
pub mod company_move;
pub mod groups;
pub mod invitations;
pub mod members;
pub mod onboarding_links;
pub mod operators;
pub mod organizations;
pub mod reauthenticate;

use crate::audit::Events;

/// Something that was done.
#[derive(Debug)]
pub struct Done {
    /// The word for who did it, without a full stop.
    pub word: String,
    /// The deeds; none when everything was so before.
    pub events: Events,
}
