//! The audit log: read, narrowed, exported, verified.

pub mod asked;
pub mod export;
pub mod index;
pub mod line;
pub mod queries;
pub mod rules;
pub mod shown;
pub mod verification;
