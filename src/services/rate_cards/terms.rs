//! A price in short terms, for the page and the audit log: "0.0125 each", "1,000 included", "19% tax".

use crate::common::currency::Currency;
use crate::common::day::Month;
use crate::common::decimal;
use crate::rating::{MeterPrice, PriceModel, Tier};

/// Decimals of a quantity, which is kept in millionths.
pub const QUANTITY_DECIMALS: u32 = 6;

/// Decimals of a tax in percent, which is kept in millionths of the whole.
pub const TAX_DECIMALS: u32 = 4;

/// Why a currency can't change.
pub fn currency_fixed(currency: Currency, since: Month) -> String {
    let (code, since) = (currency.code(), since.words());
    format!("The currency can’t change: amounts since {since} are in {code}")
}

/// Decimals of a unit price in a currency, which is kept in millionths of its minor unit.
pub fn price_decimals(currency: Currency) -> u32 {
    currency.digits() + 6
}

/// A unit price as it is typed: "0.0125".
pub fn price(currency: Currency, price: i64) -> String {
    decimal::text(price, price_decimals(currency), currency.digits())
}

/// The terms of a price.
pub fn terms(currency: Currency, meter: &MeterPrice) -> Vec<String> {
    let mut terms = match &meter.model {
        PriceModel::Flat { amount } => vec![format!("{} a month", currency.decimal(*amount))],
        PriceModel::Unit { price } => vec![format!("{} each", self::price(currency, *price))],
        PriceModel::Package { size, amount } => vec![format!(
            "{} for each {} begun",
            currency.decimal(*amount),
            decimal::words(*size, QUANTITY_DECIMALS)
        )],
        PriceModel::Graduated { tiers } => tiers.iter().map(|tier| of_tier(currency, tier, "")).collect(),
        PriceModel::Volume { tiers } => tiers.iter().map(|tier| of_tier(currency, tier, " for all")).collect(),
    };
    if meter.included > 0 {
        terms.push(format!(
            "{} included",
            decimal::words(meter.included, QUANTITY_DECIMALS)
        ));
    }
    if meter.tax > 0 {
        terms.push(format!("{}% tax", decimal::text(meter.tax, TAX_DECIMALS, 0)));
    }
    terms
}

fn of_tier(currency: Currency, tier: &Tier, all: &str) -> String {
    let until = tier.up_to.map_or_else(
        || "beyond".to_owned(),
        |end| format!("up to {}", decimal::words(end, QUANTITY_DECIMALS)),
    );
    let flat = match tier.flat {
        0 => String::new(),
        flat => format!(" and {} once", currency.decimal(flat)),
    };
    format!("{until}: {} each{all}{flat}", price(currency, tier.price))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rating::MICRO;

    #[test]
    fn prices_are_said_in_the_currency() {
        let euro = Currency::find("EUR").unwrap();
        let price = MeterPrice {
            model: PriceModel::Unit { price: 1_250_000 },
            included: 1_000 * MICRO,
            tax: 190_000,
        };
        assert_eq!(terms(euro, &price), ["0.0125 each", "1,000 included", "19% tax"]);
        let yen = Currency::find("JPY").unwrap();
        let tiers = vec![
            Tier {
                up_to: Some(100 * MICRO),
                price: 3 * MICRO,
                flat: 500,
            },
            Tier {
                up_to: None,
                price: 2_500_000,
                flat: 0,
            },
        ];
        let price = MeterPrice {
            model: PriceModel::Volume { tiers },
            included: 0,
            tax: 0,
        };
        assert_eq!(
            terms(yen, &price),
            ["up to 100: 3 each for all and 500 once", "beyond: 2.5 each for all"]
        );
    }
}
