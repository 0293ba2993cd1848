//! A usage event as it arrives, and what is wrong with it.

use serde::{Deserialize, Serialize};

use crate::common::time::{Span, Time};
use crate::db::types::usage::Meter;

/// The longest source and id, in bytes.
pub const LONGEST: usize = 255;

/// How old an event may be.
pub const OLDEST: Span = Span::days(35);

/// How far ahead of the server's clock an event may be.
pub const AHEAD: Span = Span::minutes(5);

/// The largest quantity of an event, in millionths of a unit: a thousand million units.
pub const LARGEST: i64 = 1_000_000_000 * 1_000_000;

/// An event as it was sent.
#[derive(Debug, Clone)]
pub struct UsageInput {
    pub source: String,
    pub id: String,
    /// The key of a meter.
    pub meter: String,
    /// The slug of a company.
    pub subject: String,
    /// A decimal number.
    pub quantity: String,
    /// `None`: now.
    pub occurred_at: Option<Time>,
}

/// Why an event is not kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum UsageFault {
    Source,
    Id,
    UnknownMeter,
    UnknownCompany,
    ArchivedCompany,
    Quantity,
    NegativeQuantity,
    TooManyDecimals,
    TooLarge,
    TooOld,
    InTheFuture,
}

impl UsageFault {
    /// The reason in an answer.
    pub fn words(self) -> &'static str {
        match self {
            Self::Source => "source must have 1 to 255 bytes",
            Self::Id => "id must have 1 to 255 bytes",
            Self::UnknownMeter => "type is no known meter",
            Self::UnknownCompany => "subject is no company of this organization that this key may report for",
            Self::ArchivedCompany => "the company is archived",
            Self::Quantity => "data.quantity must be a number",
            Self::NegativeQuantity => "data.quantity must not be below 0",
            Self::TooManyDecimals => "data.quantity must have at most six decimals",
            Self::TooLarge => "data.quantity must be at most 1000000000",
            Self::TooOld => "time is more than 35 days ago",
            Self::InTheFuture => "time is more than five minutes ahead",
        }
    }
}

impl UsageInput {
    /// Meter, quantity and time, as far as they can be checked without the database.
    ///
    /// # Errors
    /// The first thing that is wrong.
    pub fn check(&self, now: Time) -> Result<(Meter, i64, Time), UsageFault> {
        let fits = |text: &str| (1..=LONGEST).contains(&text.len());
        if !fits(&self.source) {
            return Err(UsageFault::Source);
        }
        if !fits(&self.id) {
            return Err(UsageFault::Id);
        }
        let meter = Meter::parse(&self.meter).ok_or(UsageFault::UnknownMeter)?;
        let quantity = micro_units(&self.quantity)?;
        let time = self.occurred_at.unwrap_or(now);
        if time < now - OLDEST {
            return Err(UsageFault::TooOld);
        }
        if time > now + AHEAD {
            return Err(UsageFault::InTheFuture);
        }
        Ok((meter, quantity, time))
    }
}

/// A decimal number as JSON writes it, in millionths.
fn micro_units(text: &str) -> Result<i64, UsageFault> {
    let (number, exponent) = match text.split_once(['e', 'E']) {
        Some((number, exponent)) => (number, exponent.parse::<i32>().map_err(|_| UsageFault::Quantity)?),
        None => (text, 0),
    };
    let (minus, number) = number.strip_prefix('-').map_or((false, number), |rest| (true, rest));
    let (whole, decimals) = number.split_once('.').unwrap_or((number, ""));
    let are_digits = |text: &str| text.bytes().all(|b| b.is_ascii_digit());
    if whole.is_empty() || !are_digits(whole) || !are_digits(decimals) || text.len() > 400 {
        return Err(UsageFault::Quantity);
    }
    let digits: String = [whole, decimals].concat();
    let digits = digits.trim_start_matches('0');
    if digits.is_empty() {
        return Ok(0);
    }
    if minus {
        return Err(UsageFault::NegativeQuantity);
    }
    let significant = digits.trim_end_matches('0');
    let zeros = i64::try_from(digits.len() - significant.len()).unwrap_or(i64::MAX);
    let decimals = i64::try_from(decimals.len()).unwrap_or(i64::MAX);
    // The number is `significant` times ten to this power, counted in millionths.
    let power = i64::from(exponent) - decimals + zeros + 6;
    if power < 0 {
        return Err(UsageFault::TooManyDecimals);
    }
    let power = u32::try_from(power)
        .ok()
        .filter(|power| *power <= 18)
        .ok_or(UsageFault::TooLarge)?;
    let number: i64 = significant.parse().map_err(|_| UsageFault::TooLarge)?;
    let micro = number.checked_mul(10_i64.pow(power)).ok_or(UsageFault::TooLarge)?;
    if micro > LARGEST {
        Err(UsageFault::TooLarge)
    } else {
        Ok(micro)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn numbers_are_read_exactly() {
        for (text, micro) in [
            ("0", 0),
            ("-0", 0),
            ("0.000001", 1),
            ("1", 1_000_000),
            ("1.10", 1_100_000),
            ("1.5e3", 1_500_000_000),
            ("1E-6", 1),
            ("1000000000", LARGEST),
            ("0.1000000000000", 100_000),
        ] {
            assert_eq!(micro_units(text), Ok(micro), "{text}");
        }
    }

    #[test]
    fn other_numbers_are_refused_with_the_reason() {
        for (text, fault) in [
            ("", UsageFault::Quantity),
            ("abc", UsageFault::Quantity),
            ("1.2.3", UsageFault::Quantity),
            ("\"1\"", UsageFault::Quantity),
            ("1e99999999999", UsageFault::Quantity),
            ("-1", UsageFault::NegativeQuantity),
            ("0.0000001", UsageFault::TooManyDecimals),
            ("1e-7", UsageFault::TooManyDecimals),
            ("1000000000.000001", UsageFault::TooLarge),
            ("1e300", UsageFault::TooLarge),
            ("99999999999999999999", UsageFault::TooLarge),
        ] {
            assert_eq!(micro_units(text), Err(fault), "{text}");
        }
    }

    proptest! {
        #[test]
        fn a_quantity_is_read_as_it_was_written(micro in 0..=LARGEST) {
            let text = format!("{}.{:06}", micro / 1_000_000, micro % 1_000_000);
            prop_assert_eq!(micro_units(&text), Ok(micro));
        }
    }
}
