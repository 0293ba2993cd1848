//! How strictly an organization asks people to sign in: the policy, its reminders, and ending sessions.

pub mod email;
pub mod policy;
pub mod reminder;
pub mod sessions;
