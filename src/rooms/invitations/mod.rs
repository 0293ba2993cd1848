//! Invitations.
pub mod store;
