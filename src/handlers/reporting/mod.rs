//! Reporting: usage, figures and costs of companies over time.

mod charts;
mod columns;
mod companies;
pub mod export;
mod queries;
mod query;
mod reported;
pub mod schedule_deletion;
pub mod schedule_state;
pub mod schedules;
pub mod show;
mod stats;
pub mod unsubscribing;
pub mod usage;
mod usage_query;
pub mod voiding;
