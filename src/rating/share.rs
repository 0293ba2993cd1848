//! A part of a month shared among those who used something, and spread over its days.

use crate::rating::allocate;
use crate::rating::price::{Cost, MeterPrice, TooLarge};

/// What a part of a month costs, and the share of each company.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SharedCost {
    pub total: Cost,
    /// In the order of the quantities. `None` when nobody used anything: the cost stays with the organization.
    pub shares: Option<Vec<Cost>>,
}

/// What a part of a month costs. `before`: the quantity of the month before the part, `None` when it begins with the month;
/// `quantities`: those of the part.
///
/// # Errors
/// When an amount does not fit.
pub fn share(price: &MeterPrice, before: Option<i64>, quantities: &[i64]) -> Result<SharedCost, TooLarge> {
    let through = quantities
        .iter()
        .try_fold(before.unwrap_or_default(), |sum, quantity| sum.checked_add(*quantity))
        .ok_or(TooLarge)?;
    let total = price.cost_between(before, through)?;
    let amounts = allocate(total.amount, quantities);
    let taxes = allocate(total.tax, quantities);
    let shares = amounts.zip(taxes).map(|(amounts, taxes)| {
        let pairs = amounts.into_iter().zip(taxes);
        pairs.map(|(amount, tax)| Cost { amount, tax }).collect()
    });
    Ok(SharedCost { total, shares })
}

/// A day of a part.
#[derive(Debug, Clone, Copy, Default)]
pub struct SpreadDay {
    /// What the day costs the organization.
    pub cost: i64,
    /// The quantity of the organization.
    pub all: i64,
    /// The quantity of the companies whose share is spread.
    pub quantity: i64,
}

/// Spreads the amount of some companies over the days of a part, so that the days add up to it: each day weighs what it costs
/// the organization, by the companies' part of its quantity. The organization's own days keep exactly what they cost.
pub fn spread(amount: i64, days: &[SpreadDay]) -> Vec<i64> {
    let exact: i128 = days.iter().map(|day| i128::from(day.cost)).sum();
    if exact == i128::from(amount) && days.iter().all(|day| day.quantity == day.all) {
        return days.iter().map(|day| day.cost).collect();
    }
    let weight = |day: &SpreadDay| {
        let all = i128::from(day.all.max(1));
        let weight = i128::from(day.cost.max(0)) * i128::from(day.quantity.max(0)) / all;
        i64::try_from(weight).unwrap_or(i64::MAX)
    };
    let by_cost: Vec<i64> = days.iter().map(weight).collect();
    let by_quantity: Vec<i64> = days.iter().map(|day| day.quantity).collect();
    allocate(amount, &by_cost)
        .or_else(|| allocate(amount, &by_quantity))
        .unwrap_or_else(|| {
            // Nobody used anything: it falls due with the first day.
            let mut days = vec![0; days.len()];
            if let Some(first) = days.first_mut() {
                *first = amount;
            }
            days
        })
}
