//! The overview of an organization: real counts, its companies, what needs attention, what was done lately.

pub mod queries;
pub mod show;
