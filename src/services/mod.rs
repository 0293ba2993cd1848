//! What several rooms do with people: find them, bring them in, change what they are, let them go. One rule, one verb,
//! one deed and one letter each, whichever page asks.

pub mod access_requests;
pub mod access_reviews;
pub mod accounts;
pub mod approvals;
pub mod assignments;
pub mod companies;
pub mod company_form;
pub mod groups;
pub mod invitations;
pub mod members;
pub mod onboarding_links;
pub mod operators;
pub mod organizations;
pub mod reauthenticate;
pub mod support_sessions;
