//! What a report adds up.

use crate::common::id::CompanyId;
use crate::db::types::usage::Meter;
use crate::models::usage::fact_report::LatestFacts;
use crate::models::usage::fact_sums::FactSum;
use crate::rating::{Cost, MICRO};

const METERS: usize = Meter::ALL.len();

/// A value for each meter.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct ByMeter<T>([T; METERS]);

impl<T: Copy> ByMeter<T> {
    pub fn get(&self, meter: Meter) -> T {
        self.0[meter as usize]
    }

    pub fn get_mut(&mut self, meter: Meter) -> &mut T {
        &mut self.0[meter as usize]
    }

    pub fn iter(&self) -> impl Iterator<Item = (Meter, T)> {
        Meter::ALL.iter().copied().zip(self.0)
    }
}

impl ByMeter<i64> {
    /// Adds quantities. The database has no sums beyond 64 bits; those of several months stay at the largest.
    pub fn add(&mut self, other: &Self) {
        for (meter, quantity) in other.iter() {
            let own = self.get_mut(meter);
            *own = own.saturating_add(quantity);
        }
    }

    /// Takes quantities away.
    pub fn subtract(&mut self, other: &Self) {
        for (meter, quantity) in other.iter() {
            let own = self.get_mut(meter);
            *own = own.saturating_sub(quantity);
        }
    }
}

impl ByMeter<Cost> {
    pub fn add(&mut self, other: &Self) {
        for (meter, cost) in other.iter() {
            *self.get_mut(meter) = plus(self.get(meter), cost);
        }
    }

    /// All meters together.
    pub fn total(&self) -> Cost {
        self.iter().fold(Cost::default(), |sum, (_, cost)| plus(sum, cost))
    }
}

/// The sum of two costs. Too large ones stay at the largest.
pub fn plus(one: Cost, other: Cost) -> Cost {
    Cost {
        amount: one.amount.saturating_add(other.amount),
        tax: one.tax.saturating_add(other.tax),
    }
}

/// The columns in which costs are shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CostSection {
    Voice,
    Sms,
    SelfHealing,
    Fees,
}

impl CostSection {
    pub const ALL: [Self; 4] = [Self::Voice, Self::Sms, Self::SelfHealing, Self::Fees];

    /// The section of a meter.
    pub fn of(meter: Meter) -> Self {
        match meter {
            Meter::VoiceSeconds | Meter::Calls => Self::Voice,
            Meter::SmsSegments => Self::Sms,
            Meter::SelfHealingActions => Self::SelfHealing,
            Meter::WabaFee | Meter::Leads => Self::Fees,
        }
    }

    pub fn label(self) -> &'static str {
        match self {
            Self::Voice => "Voice",
            Self::Sms => "SMS",
            Self::SelfHealing => "Self-healing",
            Self::Fees => "Fees",
        }
    }
}

/// Quantities, figures and costs of some companies in some time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Figures {
    /// Millionths of the meters' units.
    pub quantities: ByMeter<i64>,
    /// Nothing unless the report has money.
    pub costs: ByMeter<Cost>,
    pub facts: FactSum,
    /// Cases and campaigns, as they were reported last up to the end of the range.
    pub latest: LatestFacts,
}

impl Figures {
    pub fn add(&mut self, other: &Self) {
        self.quantities.add(&other.quantities);
        self.costs.add(&other.costs);
        self.facts.add(other.facts, 1);
        let sum = |one: Option<i64>, other: Option<i64>| match (one, other) {
            (Some(one), Some(other)) => Some(one.saturating_add(other)),
            (one, other) => one.or(other),
        };
        self.latest = LatestFacts {
            cases_open: sum(self.latest.cases_open, other.latest.cases_open),
            campaigns_active: sum(self.latest.campaigns_active, other.latest.campaigns_active),
        };
    }

    /// Without tax.
    pub fn section(&self, section: CostSection) -> i64 {
        let of = self
            .costs
            .iter()
            .filter(|(meter, _)| CostSection::of(*meter) == section);
        of.fold(0, |sum, (_, cost)| sum.saturating_add(cost.amount))
    }

    /// All sections and the tax.
    pub fn cost(&self) -> Cost {
        self.costs.total()
    }

    /// Recovered of placed, in millionths; `None` when nothing was placed.
    pub fn recovery(&self) -> Option<i64> {
        let placed = i128::from(self.facts.placed_minor);
        let share = (placed > 0).then(|| i128::from(self.facts.recovered_minor) * i128::from(MICRO) / placed)?;
        i64::try_from(share).ok()
    }
}

/// The company of a scope of the sums; `None` for those of all active or archived companies.
pub(super) fn company_of(scope: &str) -> Option<CompanyId> {
    CompanyId::parse(scope)
}
