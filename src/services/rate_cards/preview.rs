//! What the present month costs at the present prices and at others.

use crate::auth::actor::Actor;
use crate::common::error::AppError;
use crate::common::id::RateCardId;
use crate::common::time::Time;
use crate::db::Conn;
use crate::db::types::usage::Meter;
use crate::models::rate_card::{NewRateCard, RateCard, RateCards};
use crate::rating::Cost;
use crate::services::rate_cards::save;
use crate::services::reports::{DayRange, Report, ReportQuery, ReportReader};

/// A meter's line.
#[derive(Debug, Clone, Copy)]
pub struct PreviewLine {
    pub meter: Meter,
    /// Millionths of a unit, in the month so far.
    pub quantity: i64,
    /// At the present prices, if there are any.
    pub now: Option<Cost>,
    pub then: Cost,
}

/// The month so far.
#[derive(Debug, Clone)]
pub struct Preview {
    pub days: DayRange,
    pub lines: Vec<PreviewLine>,
    pub now: Option<Cost>,
    pub then: Cost,
    /// Whether an amount does not fit.
    pub too_large: bool,
}

/// Compares the present prices with those of a version that is not saved, as if it counted for this month already. Who manages billing
/// sees the organization's money.
pub fn preview(conn: &mut Conn, actor: &Actor, new: &NewRateCard) -> Result<Preview, AppError> {
    let today = save::today(conn, actor)?;
    let month = today.month();
    let reader = ReportReader::of_everything(actor.organization);
    let query = ReportQuery {
        reader: &reader,
        company: None,
        archived: true,
        days: DayRange::new(month.first(), today),
        today,
        series: false,
        lines: true,
    };
    let card = RateCard {
        id: RateCardId::fresh(),
        currency: new.currency,
        from_month: month,
        prices: new.prices.clone(),
        created_at: Time(0),
        created_by: (String::new(), String::new()),
    };
    let now = Report::read(conn, query)?;
    let then = Report::read_at(conn, query, &RateCards::of(vec![card]))?;
    let has_prices = now.money.is_some_and(|money| money.from <= month);
    let lines = Meter::ALL.iter().map(|meter| PreviewLine {
        meter: *meter,
        quantity: then.total.quantities.get(*meter),
        now: has_prices.then(|| now.total.costs.get(*meter)),
        then: then.total.costs.get(*meter),
    });
    Ok(Preview {
        days: query.days,
        lines: lines.collect(),
        now: has_prices.then(|| now.total.cost()),
        then: then.total.cost(),
        too_large: then.too_large,
    })
}
