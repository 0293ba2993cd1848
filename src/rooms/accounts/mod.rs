//! Accounts.
pub mod store;
