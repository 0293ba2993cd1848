//! The rate cards of the demo.

use serde_json::json;

use crate::audit::{Action, Event, Events};
use crate::cli::demo::timeline::{DAY, Timeline, account};
use crate::common::currency::Currency;
use crate::common::day::Day;
use crate::common::error::AppError;
use crate::db::types::org_id::OrgId;
use crate::db::types::usage::Meter;
use crate::models::rate_card;
use crate::models::rate_card::{NewRateCard, Prices};
use crate::models::user;
use crate::rating::{MICRO, MeterPrice, PriceModel, Tier};

/// Prices since a year ago.
pub fn seed(timeline: &Timeline, organization: OrgId, owner: &str, today: Day) -> Result<(), AppError> {
    let price = |model: PriceModel, included: i64| MeterPrice {
        model,
        included: included * MICRO,
        tax: 82_500,
    };
    let unit = |price: i64| PriceModel::Unit { price };
    let tier = |up_to: Option<i64>, price: i64| Tier {
        up_to: up_to.map(|units| units * MICRO),
        price,
        flat: 0,
    };
    let prices: Prices = [
        // Thousandths and tenths of a cent.
        (Meter::VoiceSeconds, price(unit(15_000), 0)),
        (Meter::Calls, price(unit(250_000), 1_000)),
        (
            Meter::SmsSegments,
            price(
                PriceModel::Graduated {
                    tiers: vec![tier(Some(50_000), 790_000), tier(None, 620_000)],
                },
                0,
            ),
        ),
        (
            Meter::SelfHealingActions,
            price(
                PriceModel::Package {
                    size: 100 * MICRO,
                    amount: 400,
                },
                0,
            ),
        ),
        (Meter::Leads, price(unit(12_000_000), 0)),
    ]
    .into();
    timeline.ago(300 * DAY, |cx, conn| {
        let owner = account(conn, owner)?;
        let owner = user::by_id(conn, owner)?;
        let currency = Currency::find("USD").ok_or(AppError::NotFound)?;
        let new = NewRateCard {
            currency,
            from_month: today.month().plus(-12),
            prices,
        };
        let id = rate_card::insert(conn, organization, owner.id, cx.now, &new)?;
        let event = Event::new(Action::RateCardChanged, "rate_card", id, new.from_month.words())
            .after(json!({ "currency": currency.code(), "prices": rate_card::to_json(&new.prices) }));
        Ok(((), Some(owner.actor()), Events::organization(organization, event)))
    })
}
