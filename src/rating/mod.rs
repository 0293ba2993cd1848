//! From usage to money. Pure functions: the prices of a meter and a quantity give an amount.
//!
//! - **Quantities** are `i64` millionths of the meter's unit, **amounts** `i64` minor units of the currency (cents; yen for JPY,
//!   thousandths of a dinar for BHD), **unit prices** `i64` millionths of a minor unit.
//! - **A line** is one meter in one calendar month of an organization. Each line is rounded once, half to even (IEEE 754,
//!   roundTiesToEven), and its tax once.
//! - **A part of a month** costs what the month costs up to its end, less what it cost before its beginning. So the days of a month
//!   add up to the month, to the minor unit, whatever the tiers.
//! - **A company** gets its share of the organization's line by its quantity, of a part of a month by its quantity in this part. The
//!   shares add up to the line.

mod allocate;
mod price;
mod round;
mod share;
#[cfg(test)]
mod tests;

pub use self::allocate::allocate;
pub use self::price::{Cost, MeterPrice, PriceFault, PriceModel, Tier, TooLarge};
pub use self::share::{SharedCost, SpreadDay, share, spread};

/// Millionths in one: of a unit in a quantity, of a minor unit in a unit price, of the whole in a tax rate.
pub const MICRO: i64 = 1_000_000;
