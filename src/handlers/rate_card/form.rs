//! The fields of a new version, and what they mean.

use crate::common::currency;
use crate::common::currency::Currency;
use crate::common::day::{Day, Month};
use crate::common::fields::Fields;
use crate::common::form::FormErrors;
use crate::db::types::usage::Meter;
use crate::handlers::rate_card::prices::PriceFields;
use crate::models::rate_card::{NewRateCard, Prices, RateCard};
use crate::services::rate_cards::save::{MONTHS_AHEAD, MONTHS_BACK, RateCardError};
use crate::services::rate_cards::terms;

/// The fields as they were sent.
#[derive(Debug, Clone)]
pub struct RateCardForm {
    pub currency: String,
    /// As `YYYY-MM`.
    pub from_month: String,
    /// Those of each meter.
    pub meters: Vec<PriceFields>,
}

impl RateCardForm {
    pub fn of(fields: &Fields) -> Self {
        Self {
            currency: fields.get("currency").to_owned(),
            from_month: fields.get("from_month").to_owned(),
            meters: Meter::ALL.iter().map(|meter| PriceFields::of(fields, *meter)).collect(),
        }
    }

    /// The form of a new version: filled with the present prices, from the present month on.
    pub fn filled(today: Day, currency: Currency, present: Option<&RateCard>) -> Self {
        let price = |meter: &Meter| present.and_then(|card| card.prices.get(meter));
        Self {
            currency: currency.code().to_owned(),
            from_month: month_value(today.month()),
            meters: Meter::ALL
                .iter()
                .map(|meter| PriceFields::filled(*meter, currency, price(meter)))
                .collect(),
        }
    }

    /// Reads the form. `fixed`: the currency of the versions before, for clients that do not send it.
    pub fn read(&self, fixed: Option<Currency>, errors: &mut FormErrors) -> Option<NewRateCard> {
        let currency = match (self.currency.trim(), fixed) {
            ("", Some(fixed)) => Some(fixed),
            (typed, _) => errors
                .take("currency", currency::parse(typed))
                .and_then(|code| Currency::find(&code)),
        };
        let from_month = parse_month(&self.from_month);
        if from_month.is_none() {
            errors.add("from_month", "Choose a month of the list");
        }
        let currency = currency?;
        let mut prices = Prices::new();
        for (meter, fields) in Meter::ALL.iter().zip(&self.meters) {
            if let Some(price) = fields.read(currency, errors) {
                prices.insert(*meter, price);
            }
        }
        let new = NewRateCard {
            currency,
            from_month: from_month?,
            prices,
        };
        Some(new).filter(|_| errors.is_empty())
    }
}

/// Says at a field why a version was refused; `None` when something else failed.
pub fn refusal(error: &RateCardError) -> Option<FormErrors> {
    Some(match error {
        RateCardError::CurrencyFixed(currency, since) => {
            FormErrors::one("currency", terms::currency_fixed(*currency, *since))
        }
        RateCardError::Month => FormErrors::one("from_month", "Choose a month of the list"),
        RateCardError::NoPrices => FormErrors::one("voice_seconds_model", "Enter the price of at least one meter"),
        RateCardError::Price(meter, fault) => {
            let (field, message) = PriceFields::fault(*meter, *fault);
            FormErrors::one(field, message)
        }
        RateCardError::Unchanged => FormErrors::one(
            "from_month",
            "This month has these prices already. Change a price or the month",
        ),
        RateCardError::Failed(_) => return None,
    })
}

/// "2026-11".
pub fn month_value(month: Month) -> String {
    month.first().iso().chars().take(7).collect()
}

fn parse_month(text: &str) -> Option<Month> {
    Day::parse(&format!("{}-01", text.trim())).map(Day::month)
}

/// The months to choose from, the latest first.
pub fn months(today: Day) -> Vec<(String, String)> {
    let month = today.month();
    (-MONTHS_BACK..=MONTHS_AHEAD)
        .rev()
        .map(|by| month.plus(by))
        .map(|month| (month_value(month), month.words()))
        .collect()
}
