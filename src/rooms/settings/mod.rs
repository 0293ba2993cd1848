//! Settings of an organization. Each tab is a page with a right of its own.

pub mod general;
pub mod rules;
