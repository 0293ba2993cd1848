//! The fields of one meter's price.

use crate::common::currency::Currency;
use crate::common::decimal::{self, DecimalFault};
use crate::common::fields::Fields;
use crate::common::form::FormErrors;
use crate::db::types::usage::Meter;
use crate::rating::{MeterPrice, PriceFault, PriceModel, Tier};
use crate::services::rate_cards::terms::{QUANTITY_DECIMALS, TAX_DECIMALS, price_decimals};

crate::text_enum! {
    /// How a meter is priced.
    pub enum ModelChoice {
        None = "none",
        Unit = "unit",
        Flat = "flat",
        Package = "package",
        Graduated = "graduated",
        Volume = "volume",
    }
}

impl ModelChoice {
    pub fn label(self) -> &'static str {
        match self {
            Self::None => "No price",
            Self::Unit => "Price for each unit",
            Self::Flat => "Flat amount each month",
            Self::Package => "Amount for each package",
            Self::Graduated => "Tiers, each part at its price",
            Self::Volume => "Tiers, all at the price reached",
        }
    }
}

/// The most tiers.
const TIERS: usize = 10;

/// A tier as it was typed.
#[derive(Debug, Clone, Default)]
pub struct TierFields {
    pub number: usize,
    pub up_to: String,
    pub price: String,
    pub flat: String,
}

impl TierFields {
    fn is_empty(&self) -> bool {
        [&self.up_to, &self.price, &self.flat]
            .iter()
            .all(|typed| typed.trim().is_empty())
    }
}

/// The fields of a meter as they were typed.
#[derive(Debug, Clone)]
pub struct PriceFields {
    pub meter: Meter,
    pub model: String,
    pub price: String,
    pub amount: String,
    pub size: String,
    pub included: String,
    pub tax: String,
    /// With empty ones at the end.
    pub tiers: Vec<TierFields>,
}

impl PriceFields {
    pub fn of(fields: &Fields, meter: Meter) -> Self {
        let text = |name: &str| fields.get(&format!("{meter}_{name}")).to_owned();
        let tiers = (1..=TIERS).map(|number| TierFields {
            number,
            up_to: text(&format!("tier{number}_up_to")),
            price: text(&format!("tier{number}_price")),
            flat: text(&format!("tier{number}_flat")),
        });
        Self {
            meter,
            model: text("model"),
            price: text("price"),
            amount: text("amount"),
            size: text("size"),
            included: text("included"),
            tax: text("tax"),
            tiers: with_room(tiers.collect()),
        }
    }

    pub fn filled(meter: Meter, currency: Currency, present: Option<&MeterPrice>) -> Self {
        let mut fields = Self::of(&Fields::default(), meter);
        let Some(present) = present else { return fields };
        let quantity = |value: i64| decimal::text(value, QUANTITY_DECIMALS, 0);
        let price = |value: i64| decimal::text(value, price_decimals(currency), currency.digits());
        let or_empty = |value: i64, text: String| if value == 0 { String::new() } else { text };
        let mut model = ModelChoice::Unit;
        match &present.model {
            PriceModel::Flat { amount } => {
                model = ModelChoice::Flat;
                fields.amount = currency.decimal(*amount);
            }
            PriceModel::Unit { price: unit } => fields.price = price(*unit),
            PriceModel::Package { size, amount } => {
                model = ModelChoice::Package;
                fields.amount = currency.decimal(*amount);
                fields.size = quantity(*size);
            }
            PriceModel::Graduated { tiers } | PriceModel::Volume { tiers } => {
                model = match present.model {
                    PriceModel::Volume { .. } => ModelChoice::Volume,
                    _ => ModelChoice::Graduated,
                };
                let filled = tiers.iter().enumerate().map(|(at, tier)| TierFields {
                    number: at + 1,
                    up_to: tier.up_to.map(quantity).unwrap_or_default(),
                    price: price(tier.price),
                    flat: or_empty(tier.flat, currency.decimal(tier.flat)),
                });
                fields.tiers = with_room(filled.collect());
            }
        }
        model.as_str().clone_into(&mut fields.model);
        fields.included = or_empty(present.included, quantity(present.included));
        fields.tax = or_empty(present.tax, decimal::text(present.tax, TAX_DECIMALS, 0));
        fields
    }

    /// The name of a field: `calls_price`.
    pub fn name(&self, field: &str) -> String {
        format!("{}_{field}", self.meter)
    }

    /// The price; `None` without one, or when something is wrong with it, which is added to the errors.
    pub fn read(&self, currency: Currency, errors: &mut FormErrors) -> Option<MeterPrice> {
        let model = match self.model.as_str() {
            "" => ModelChoice::None,
            typed => {
                let parsed = ModelChoice::parse(typed).ok_or("Choose from the list");
                errors.take(self.name("model"), parsed)?
            }
        };
        let mut number = |field: &str, typed: &str, decimals: u32| {
            let parsed = decimal::parse(typed, decimals).map_err(DecimalFault::message);
            errors.take(self.name(field), parsed)
        };
        let (unit, minor) = (price_decimals(currency), currency.digits());
        let model = match model {
            ModelChoice::None => return None,
            ModelChoice::Unit => number("price", &self.price, unit).map(|price| PriceModel::Unit { price }),
            ModelChoice::Flat => number("amount", &self.amount, minor).map(|amount| PriceModel::Flat { amount }),
            ModelChoice::Package => {
                let amount = number("amount", &self.amount, minor);
                let size = number("size", &self.size, QUANTITY_DECIMALS);
                size.zip(amount)
                    .map(|(size, amount)| PriceModel::Package { size, amount })
            }
            ModelChoice::Graduated => self
                .tiers(currency, errors)
                .map(|tiers| PriceModel::Graduated { tiers }),
            ModelChoice::Volume => self.tiers(currency, errors).map(|tiers| PriceModel::Volume { tiers }),
        };
        let mut or_none = |field: &str, typed: &str, decimals: u32| match typed.trim() {
            "" => Some(0),
            typed => {
                let parsed = decimal::parse(typed, decimals).map_err(DecimalFault::message);
                errors.take(self.name(field), parsed)
            }
        };
        let included = or_none("included", &self.included, QUANTITY_DECIMALS);
        let tax = or_none("tax", &self.tax, TAX_DECIMALS);
        let price = MeterPrice {
            model: model?,
            included: included?,
            tax: tax?,
        };
        match price.check() {
            Ok(()) => Some(price),
            Err(fault) => {
                let (field, message) = Self::fault(self.meter, fault);
                errors.add(field, message);
                None
            }
        }
    }

    fn tiers(&self, currency: Currency, errors: &mut FormErrors) -> Option<Vec<Tier>> {
        let typed: Vec<&TierFields> = self.tiers.iter().filter(|tier| !tier.is_empty()).collect();
        if typed.is_empty() {
            errors.add(self.name("tier1_price"), "Enter the price of the first tier");
            return None;
        }
        let mut tiers = Vec::with_capacity(typed.len());
        for tier in &typed {
            let mut number = |field: &str, typed: &str, decimals: u32| {
                let parsed = decimal::parse(typed, decimals).map_err(DecimalFault::message);
                errors.take(self.name(&format!("tier{}_{field}", tier.number)), parsed)
            };
            let up_to = match tier.up_to.trim() {
                "" => Some(None),
                typed => number("up_to", typed, QUANTITY_DECIMALS).map(Some),
            };
            let price = number("price", &tier.price, price_decimals(currency));
            let flat = match tier.flat.trim() {
                "" => Some(0),
                typed => number("flat", typed, currency.digits()),
            };
            if let (Some(up_to), Some(price), Some(flat)) = (up_to, price, flat) {
                tiers.push(Tier { up_to, price, flat });
            }
        }
        (tiers.len() == typed.len()).then_some(tiers)
    }

    /// The field of a fault, and what it says.
    pub fn fault(meter: Meter, fault: PriceFault) -> (String, &'static str) {
        match fault {
            PriceFault::Negative => (format!("{meter}_price"), "Enter 0 or more"),
            PriceFault::EmptyPackage => (format!("{meter}_size"), "Enter more than 0"),
            PriceFault::Tiers => (
                format!("{meter}_tier1_up_to"),
                "Let each tier end above the one before, and leave the end of the last one empty",
            ),
        }
    }
}

/// Keeps what was typed, and two empty rows after it.
fn with_room(mut tiers: Vec<TierFields>) -> Vec<TierFields> {
    let typed = tiers.iter().rposition(|tier| !tier.is_empty()).map_or(0, |at| at + 1);
    let shown = (typed + 2).clamp(3, TIERS);
    tiers.truncate(shown);
    for number in tiers.len() + 1..=shown {
        tiers.push(TierFields {
            number,
            ..TierFields::default()
        });
    }
    tiers
}
