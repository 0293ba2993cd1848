//! The overview of an organization.

pub mod attention;
pub mod queries;
pub mod rollup;
pub mod show;
pub mod upcoming;
