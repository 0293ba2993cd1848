//! Settings of an organization. Each tab is a page with a right of its own.

pub mod approvals;
pub mod contacts;
pub mod control;
pub mod deletion;
pub mod general;
pub mod proof;
pub mod rules;
pub mod slug;
pub mod transfer;
