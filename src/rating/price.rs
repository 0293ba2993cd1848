//! The price of a meter.

use serde::{Deserialize, Serialize};

use crate::rating::MICRO;
use crate::rating::round::half_even;

/// How an amount follows from a quantity.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "model", deny_unknown_fields)]
pub enum PriceModel {
    /// The same amount each month, whatever is used.
    Flat { amount: i64 },
    /// A price for each unit.
    Unit { price: i64 },
    /// Each part of the quantity at the price of its tier.
    Graduated { tiers: Vec<Tier> },
    /// The whole quantity at the price of the tier that it reaches. More can cost less than a little less.
    Volume { tiers: Vec<Tier> },
    /// An amount for each package of units, also for one that is not used up.
    Package { size: i64, amount: i64 },
}

/// A tier: from the end of the one before up to and with `up_to`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Tier {
    /// Millionths of a unit; `None` in the last tier.
    pub up_to: Option<i64>,
    /// Millionths of a minor unit for each unit.
    pub price: i64,
    /// Minor units once, as soon as the tier is reached.
    #[serde(default)]
    pub flat: i64,
}

/// The price of a meter in a rate card.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MeterPrice {
    pub model: PriceModel,
    /// What is included each month, in millionths of a unit: it is taken from the quantity first.
    #[serde(default)]
    pub included: i64,
    /// Tax on the amount, in millionths: 190,000 for 19 %.
    #[serde(default)]
    pub tax: i64,
}

/// What a line costs, in minor units.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Cost {
    /// Without tax.
    pub amount: i64,
    pub tax: i64,
}

impl Cost {
    /// With tax. Too large amounts stay at the largest.
    pub fn total(self) -> i64 {
        self.amount.saturating_add(self.tax)
    }
}

/// The amount does not fit into 64 bits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TooLarge;

/// Why a price is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PriceFault {
    /// Prices, amounts, what is included, and taxes are 0 or more.
    Negative,
    /// A package has at least a millionth of a unit.
    EmptyPackage,
    /// Each tier ends above the one before, and only the last one has no end.
    Tiers,
}

impl MeterPrice {
    /// Whether the price can be used.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn check(&self) -> Result<(), PriceFault> {
        let mut amounts = vec![self.included, self.tax];
        let tiers: &[Tier] = match &self.model {
            PriceModel::Flat { amount } => {
                amounts.push(*amount);
                &[]
            }
            PriceModel::Unit { price } => {
                amounts.push(*price);
                &[]
            }
            PriceModel::Package { size, amount } => {
                amounts.push(*amount);
                if *size < 1 {
                    return Err(PriceFault::EmptyPackage);
                }
                &[]
            }
            PriceModel::Graduated { tiers } | PriceModel::Volume { tiers } => {
                if !are_in_order(tiers) {
                    return Err(PriceFault::Tiers);
                }
                tiers
            }
        };
        amounts.extend(tiers.iter().flat_map(|tier| [tier.price, tier.flat]));
        if amounts.iter().any(|amount| *amount < 0) {
            return Err(PriceFault::Negative);
        }
        Ok(())
    }

    /// What a quantity of a month costs.
    ///
    /// # Errors
    /// When the amount does not fit.
    pub fn cost(&self, quantity: i64) -> Result<Cost, TooLarge> {
        let billed = i128::from(quantity.saturating_sub(self.included).max(0));
        let exact = self.model.exact(billed).ok_or(TooLarge)?;
        let amount = half_even(exact, EXACT);
        let tax = amount.checked_mul(i128::from(self.tax)).ok_or(TooLarge)?;
        let fit = |number: i128| i64::try_from(number).map_err(|_| TooLarge);
        Ok(Cost {
            amount: fit(amount)?,
            tax: fit(half_even(tax, i128::from(MICRO)))?,
        })
    }

    /// What a part of a month costs: `before` is the quantity before it, `None` when it begins with the month, and `through` the
    /// quantity of the month with it.
    ///
    /// # Errors
    /// When an amount does not fit.
    pub fn cost_between(&self, before: Option<i64>, through: i64) -> Result<Cost, TooLarge> {
        let until = self.cost(through)?;
        let before = before.map_or(Ok(Cost::default()), |quantity| self.cost(quantity))?;
        Ok(Cost {
            amount: until.amount.checked_sub(before.amount).ok_or(TooLarge)?,
            tax: until.tax.checked_sub(before.tax).ok_or(TooLarge)?,
        })
    }
}

/// Amounts before rounding are in parts of 10⁻¹² minor units: millionths of a unit times millionths of a minor unit.
const EXACT: i128 = MICRO as i128 * MICRO as i128;

fn are_in_order(tiers: &[Tier]) -> bool {
    let Some((last, before)) = tiers.split_last() else {
        return false;
    };
    let mut reached = 0;
    let rising = before.iter().all(|tier| {
        let higher = tier.up_to.is_some_and(|end| end > reached);
        reached = tier.up_to.unwrap_or(i64::MAX);
        higher
    });
    rising && last.up_to.is_none()
}

impl PriceModel {
    fn exact(&self, quantity: i128) -> Option<i128> {
        let whole = |amount: i64| i128::from(amount).checked_mul(EXACT);
        match self {
            Self::Flat { amount } => whole(*amount),
            Self::Unit { price } => quantity.checked_mul(i128::from(*price)),
            Self::Package { size, amount } => {
                let size = i128::from(*size).max(1);
                let packages = (quantity + size - 1) / size;
                packages.checked_mul(whole(*amount)?)
            }
            Self::Graduated { tiers } => {
                let mut reached = 0;
                let mut sum = 0_i128;
                for tier in tiers {
                    if quantity <= reached {
                        break;
                    }
                    let end = tier.up_to.map_or(i128::MAX, i128::from);
                    let part = quantity.min(end) - reached;
                    sum = sum.checked_add(part.checked_mul(i128::from(tier.price))?)?;
                    sum = sum.checked_add(whole(tier.flat)?)?;
                    reached = end;
                }
                Some(sum)
            }
            Self::Volume { tiers } => {
                if quantity == 0 {
                    return Some(0);
                }
                let holds = |tier: &&Tier| tier.up_to.is_none_or(|end| quantity <= i128::from(end));
                let tier = tiers.iter().find(holds)?;
                let sum = quantity.checked_mul(i128::from(tier.price))?;
                sum.checked_add(whole(tier.flat)?)
            }
        }
    }
}
