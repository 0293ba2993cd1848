//! The audit log: list, events, exports and verification.

pub mod event_line;
pub mod export;
pub mod filter;
pub mod index;
pub mod key;
pub mod labels;
pub mod links;
pub mod queries;
pub mod rules;
pub mod show;
pub mod verification;
