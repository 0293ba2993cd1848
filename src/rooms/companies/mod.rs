//! Companies.
pub mod store;
