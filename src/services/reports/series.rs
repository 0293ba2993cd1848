//! The days of a short range, or the months of a long one.

use std::collections::BTreeMap;

use diesel::QueryResult;

use crate::common::day::Day;
use crate::common::id::CompanyId;
use crate::db::Conn;
use crate::db::types::usage::{Meter, SumScope};
use crate::models::usage::fact_sums::FactSum;
use crate::models::usage::report::Scopes;
use crate::models::usage::{fact_report, report};
use crate::rating::{Cost, SpreadDay, spread};
use crate::services::reports::figures::{ByMeter, Figures, plus};
use crate::services::reports::period::DayRange;
use crate::services::reports::read::ReportParts;

/// The longest range by day.
pub const LONGEST_BY_DAY: i32 = 93;

type ByDay = BTreeMap<Day, ByMeter<i64>>;

pub(super) fn read(conn: &mut Conn, read: &ReportParts<'_>) -> QueryResult<Vec<(DayRange, Figures)>> {
    if read.query.days.len() > LONGEST_BY_DAY {
        let parts = read.quantities.iter().enumerate();
        return Ok(parts.map(|(at, used)| (used.part.days, read.part(at))).collect());
    }
    let mut days: BTreeMap<Day, Figures> = read.query.days.days().map(|day| (day, Figures::default())).collect();
    let (shown, all) = quantities(conn, read)?;
    for (day, figures) in &mut days {
        figures.quantities = shown.get(day).copied().unwrap_or_default();
    }
    for (day, sum) in facts(conn, read)? {
        if let Some(figures) = days.get_mut(&day) {
            figures.facts.add(sum, 1);
        }
    }
    for at in 0..read.costs.len() {
        add_costs(read, at, &shown, &all, &mut days);
    }
    Ok(days
        .into_iter()
        .map(|(day, figures)| (DayRange::one(day), figures))
        .collect())
}

fn ids(read: &ReportParts<'_>) -> Vec<CompanyId> {
    read.shown.iter().map(|company| company.id).collect()
}

/// The quantities of each day: of the companies with a line, and of all.
fn quantities(conn: &mut Conn, read: &ReportParts<'_>) -> QueryResult<(ByDay, ByDay)> {
    let (organization, days) = (read.query.reader.organization, read.query.days);
    let (mut shown, mut all) = (ByDay::new(), ByDay::new());
    let add = |to: &mut ByDay, day: Day, meter: Meter, quantity: i64| {
        *to.entry(day).or_default().get_mut(meter) += quantity;
    };
    if read.whole || !read.costs.is_empty() {
        for (day, scope, meter, quantity) in report::by_day(conn, organization, Scopes::Together, days.from, days.to)? {
            add(&mut all, day, meter, quantity);
            if read.whole && (read.query.archived || scope == SumScope::Active.as_str()) {
                add(&mut shown, day, meter, quantity);
            }
        }
    }
    if !read.whole {
        let ids = ids(read);
        for (day, _, meter, quantity) in
            report::by_day(conn, organization, Scopes::Companies(&ids), days.from, days.to)?
        {
            add(&mut shown, day, meter, quantity);
        }
    }
    Ok((shown, all))
}

fn facts(conn: &mut Conn, read: &ReportParts<'_>) -> QueryResult<Vec<(Day, FactSum)>> {
    let (organization, days) = (read.query.reader.organization, read.query.days);
    if read.whole {
        return fact_report::by_day(conn, organization, read.query.archived, days.from, days.to);
    }
    fact_report::by_day_of(conn, organization, &ids(read), days.from, days.to)
}

/// Spreads what a part costs the companies with a line over its days.
fn add_costs(read: &ReportParts<'_>, at: usize, shown: &ByDay, all: &ByDay, days: &mut BTreeMap<Day, Figures>) {
    let (part, costs) = (read.part(at), &read.costs[at]);
    let range = costs.part.days;
    for (meter, cost) in part.costs.iter().filter(|(_, cost)| *cost != Cost::default()) {
        let mut amounts = Vec::new();
        let mut taxes = Vec::new();
        let mut before = (!costs.part.begins_month()).then(|| costs.before.get(meter));
        for day in range.days() {
            let of = |sums: &ByDay| sums.get(&day).map_or(0, |sums| sums.get(meter));
            let own = SpreadDay {
                cost: 0,
                all: of(all),
                quantity: of(shown),
            };
            let through = before.unwrap_or_default().saturating_add(own.all);
            let exact = read.cost_between(costs.part.month, meter, before, through);
            before = Some(through);
            amounts.push(SpreadDay {
                cost: exact.amount,
                ..own
            });
            taxes.push(SpreadDay { cost: exact.tax, ..own });
        }
        let amounts = spread(cost.amount, &amounts);
        let taxes = spread(cost.tax, &taxes);
        for ((day, amount), tax) in range.days().zip(amounts).zip(taxes) {
            if let Some(figures) = days.get_mut(&day) {
                let own = figures.costs.get_mut(meter);
                *own = plus(*own, Cost { amount, tax });
            }
        }
    }
}
