//! What is asked for of a company's usage.

use serde::Deserialize;

use crate::common::day::Day;
use crate::common::form::FormErrors;
use crate::db::types::usage::Meter;
use crate::services::reports::{DayRange, Preset, period};

/// In place of a meter: the figures that the company reports of its days.
pub const REPORTED: &str = "figures";

/// What the page is about.
#[derive(Clone, Copy)]
pub enum Shown {
    Meter(Meter),
    Reported,
}

impl Shown {
    pub fn parse(text: &str) -> Self {
        match text {
            REPORTED => Self::Reported,
            _ => Self::Meter(Meter::parse(text).unwrap_or(Meter::Calls)),
        }
    }

    /// The value of the choice, and its label.
    pub fn choice(self) -> (&'static str, &'static str) {
        match self {
            Self::Meter(meter) => (meter.as_str(), meter.label()),
            Self::Reported => (REPORTED, "Cases and recovery"),
        }
    }
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct UsageQuery {
    pub meter: String,
    pub from: String,
    pub to: String,
    pub after: String,
}

impl UsageQuery {
    /// The days; without any, those of the month so far.
    pub fn range(&self, today: Day, errors: &mut FormErrors) -> Option<DayRange> {
        if self.from.trim().is_empty() && self.to.trim().is_empty() {
            return Some(Preset::MonthToDate.days(today));
        }
        let faults = match period::custom(&self.from, &self.to) {
            Ok(range) => return Some(range),
            Err(faults) => faults,
        };
        for (field, fault) in ["from", "to"].into_iter().zip(faults) {
            if let Some(fault) = fault {
                errors.add(field, fault.message());
            }
        }
        None
    }
}
