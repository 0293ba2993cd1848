//! Saves a new version of the rate card.

use serde_json::{Map, Value, json};

use crate::audit::{Action, Event, Events};
use crate::auth::actor::Actor;
use crate::common::currency::Currency;
use crate::common::day::{Day, Month};
use crate::common::error::AppError;
use crate::db::Conn;
use crate::db::types::usage::Meter;
use crate::models::rate_card;
use crate::models::rate_card::{NewRateCard, RateCard, RateCards};
use crate::models::usage::zones::CountingZones;
use crate::rating::{MeterPrice, PriceFault};
use crate::services::rate_cards::terms;

/// A version counts from a month at most this long ago.
pub const MONTHS_BACK: i32 = 24;

/// A version counts from a month at most this far ahead.
pub const MONTHS_AHEAD: i32 = 12;

/// Why no version was saved.
#[derive(Debug)]
pub enum RateCardError {
    /// Amounts are shown in this currency since this month.
    CurrencyFixed(Currency, Month),
    /// The month is too long ago or too far ahead.
    Month,
    /// No meter has a price.
    NoPrices,
    Price(Meter, PriceFault),
    /// The prices that count for this month are the same already.
    Unchanged,
    Failed(AppError),
}

crate::change_error!(RateCardError);

/// The organization's present day.
pub fn today(conn: &mut Conn, actor: &Actor) -> Result<Day, AppError> {
    let zones = CountingZones::read(conn, actor.organization, actor.org_zone)?;
    Ok(zones.day(actor.cx.now))
}

/// Checks a version against those before it.
///
/// # Errors
/// Why it can't be saved.
pub fn check(cards: &RateCards, today: Day, new: &NewRateCard) -> Result<(), RateCardError> {
    if let (Some(currency), Some(since)) = (cards.currency(), cards.first_month())
        && currency != new.currency
    {
        return Err(RateCardError::CurrencyFixed(currency, since));
    }
    let month = today.month();
    if !(month.plus(-MONTHS_BACK)..=month.plus(MONTHS_AHEAD)).contains(&new.from_month) {
        return Err(RateCardError::Month);
    }
    for (meter, price) in &new.prices {
        price.check().map_err(|fault| RateCardError::Price(*meter, fault))?;
    }
    if new.prices.is_empty() && cards.versions().is_empty() {
        return Err(RateCardError::NoPrices);
    }
    Ok(())
}

/// Saves a version.
///
/// # Errors
/// When nothing was saved.
pub fn save(conn: &mut Conn, actor: &Actor, new: &NewRateCard) -> Result<((), Events), RateCardError> {
    let cards = RateCards::read(conn, actor.organization)?;
    check(&cards, today(conn, actor)?, new)?;
    let before = cards.for_month(new.from_month);
    // The same prices can still replace later versions.
    let is_last = cards.versions().first().is_some_and(|last| Some(last) == before);
    if is_last && before.is_some_and(|before| before.prices == new.prices) {
        return Err(RateCardError::Unchanged);
    }
    let id = rate_card::insert(conn, actor.organization, actor.person.id, actor.cx.now, new)?;
    let (was, is) = changes(before, new);
    let event = Event::new(Action::RateCardChanged, "rate_card", id, new.from_month.words())
        .before(was)
        .after(is);
    Ok(((), actor.event(event)))
}

/// The prices that differ from those before, in terms.
fn changes(before: Option<&RateCard>, new: &NewRateCard) -> (Value, Value) {
    let (mut was, mut is) = (Map::new(), Map::new());
    is.insert("from_month".into(), new.from_month.words().into());
    is.insert("currency".into(), new.currency.code().into());
    for meter in Meter::ALL {
        let old = before.and_then(|card| Some((card.currency, card.prices.get(meter)?)));
        let now = new.prices.get(meter).map(|price| (new.currency, price));
        if old.map(|(_, price)| price) == now.map(|(_, price)| price) {
            continue;
        }
        let said = |price: Option<(Currency, &MeterPrice)>| match price {
            Some((currency, price)) => json!(terms::terms(currency, price)),
            None => Value::Null,
        };
        was.insert(meter.as_str().into(), said(old));
        is.insert(meter.as_str().into(), said(now));
    }
    (Value::Object(was), Value::Object(is))
}
