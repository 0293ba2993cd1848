//! Usage events and their sums.
//!
//! Sums are kept for each company, and for all active and all archived companies together, by day and by month. Whoever writes
//! an event adds it to them in the same transaction.

pub mod event;
pub mod fact_rebuild;
pub mod fact_report;
pub mod fact_sums;
pub mod facts;
pub mod invariants;
pub mod key;
pub mod rebuild;
pub mod replace;
pub mod report;
pub mod subjects;
pub mod sums;
pub mod zones;

use crate::common::day::Day;
use crate::common::id::CompanyId;
use crate::common::time::Time;
use crate::db::types::usage::Meter;

/// What happened, checked and with the day that it counts for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewUsage {
    pub company: CompanyId,
    /// Whether the company is archived.
    pub archived: bool,
    pub meter: Meter,
    /// Millionths of the meter's unit.
    pub quantity: i64,
    pub occurred_at: Time,
    /// Whether the sender said when, or the time of the request counts.
    pub is_timed: bool,
    pub day: Day,
    pub source: String,
    pub event_id: String,
}
