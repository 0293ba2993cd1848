//! What the present month will cost.

use diesel::QueryResult;

use crate::common::day::Day;
use crate::common::error::AppError;
use crate::db::Conn;
use crate::db::types::usage::Meter;
use crate::models::rate_card::RateCards;
use crate::models::usage::report as sums;
use crate::models::usage::report::Scopes;
use crate::rating::Cost;
use crate::services::reports::figures::{ByMeter, plus};
use crate::services::reports::read::Report;
use crate::services::reports::reader::ReportReader;

/// What the month of `today` will cost if it goes on as before today: what was used so far, divided by the days that have passed
/// and times the days of the month, at the month's prices. `report` is the month to date. A part of the companies pays its share of the
/// quantity so far. `None` on the first day, and without money.
pub fn month(conn: &mut Conn, reader: &ReportReader, report: &Report, today: Day) -> Result<Option<Cost>, AppError> {
    let Some(money) = report.money.filter(|money| money.total) else {
        return Ok(None);
    };
    let (passed, month) = (i64::from(today.of_month()) - 1, today.month());
    if passed == 0 || money.from > month {
        return Ok(None);
    }
    let cards = RateCards::read(conn, reader.organization)?;
    let Some(card) = cards.for_month(month) else {
        return Ok(None);
    };
    let (so_far, before_today) = quantities(conn, reader, today)?;
    let mut sum = Cost::default();
    for (meter, price) in &card.prices {
        let used = before_today.get(*meter);
        let days = i128::from(month.days());
        let whole = i128::from(used) * days / i128::from(passed);
        let whole = i64::try_from(whole).unwrap_or(i64::MAX).max(so_far.get(*meter));
        let Ok(cost) = price.cost(whole) else { return Ok(None) };
        sum = plus(sum, of_companies(cost, *meter, report, reader, &so_far));
    }
    Ok(Some(sum))
}

/// The companies' part of what the organization pays.
fn of_companies(cost: Cost, meter: Meter, report: &Report, reader: &ReportReader, all: &ByMeter<i64>) -> Cost {
    let (own, all) = (report.total.quantities.get(meter), all.get(meter));
    if own == all {
        // Nobody used anything: it belongs to the organization alone.
        let is_theirs = all > 0 || reader.companies.is_none();
        return if is_theirs { cost } else { Cost::default() };
    }
    let part = |amount: i64| {
        let part = i128::from(amount) * i128::from(own) / i128::from(all.max(1));
        i64::try_from(part).unwrap_or(amount)
    };
    Cost {
        amount: part(cost.amount),
        tax: part(cost.tax),
    }
}

/// What all companies used in the month so far, and before today.
fn quantities(conn: &mut Conn, reader: &ReportReader, today: Day) -> QueryResult<(ByMeter<i64>, ByMeter<i64>)> {
    let (mut so_far, mut before) = (ByMeter::default(), ByMeter::default());
    let from = today.month().first();
    for (day, _, meter, quantity) in sums::by_day(conn, reader.organization, Scopes::Together, from, today)? {
        *so_far.get_mut(meter) += quantity;
        if day < today {
            *before.get_mut(meter) += quantity;
        }
    }
    Ok((so_far, before))
}
