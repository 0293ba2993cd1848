//! Settings of an organization. Each tab is a page with a right of its own.

pub mod approvals;
mod carry_out;
pub mod chores;
pub mod contacts;
pub mod control;
pub mod deletion;
pub mod general;
mod letter;
pub mod proof;
pub mod rules;
pub mod slug;
pub mod store;
pub mod transfer;
