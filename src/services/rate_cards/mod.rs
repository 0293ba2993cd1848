//! The rate card: what usage costs, in versions.

pub mod preview;
pub mod save;
pub mod terms;
