//! Reporting: usage, figures and costs of companies over time.

mod charts;
mod companies;
pub mod export;
mod figures;
mod query;
pub mod schedules;
pub mod show;
pub mod usage;
pub mod voiding;
