//! What companies used in the parts of a range.

use std::collections::BTreeMap;

use diesel::QueryResult;

use crate::common::day::{Day, Month};
use crate::common::id::CompanyId;
use crate::db::Conn;
use crate::db::types::org_id::OrgId;
use crate::models::usage::report;
use crate::models::usage::report::{ScopeSum, Scopes};
use crate::services::reports::figures::{ByMeter, company_of};
use crate::services::reports::parts::{MonthPart, PartRead};
use crate::services::reports::period::DayRange;

/// Quantities by company, also of companies that are gone.
pub(super) type ByCompany = BTreeMap<CompanyId, ByMeter<i64>>;

/// What was used in a part of a month.
#[derive(Debug)]
pub(super) struct PartQuantities {
    pub part: MonthPart,
    pub companies: ByCompany,
}

/// Whose sums are read.
#[derive(Debug, Clone, Copy)]
pub(super) struct SumsOf<'a> {
    pub organization: OrgId,
    /// `None`: every company, as money needs it.
    pub companies: Option<&'a [CompanyId]>,
}

impl SumsOf<'_> {
    fn days(self, conn: &mut Conn, days: DayRange) -> QueryResult<Vec<ScopeSum>> {
        match self.companies {
            None => report::days(conn, self.organization, days.from, days.to),
            Some(these) => report::days_of(conn, self.organization, these, days.from, days.to),
        }
    }

    /// The sums of months by month.
    fn months(self, conn: &mut Conn, from: Month, to: Month) -> QueryResult<BTreeMap<Month, ByCompany>> {
        let rows = match self.companies {
            None => report::months(conn, self.organization, from, to)?,
            Some(these) => report::months_of(conn, self.organization, these, from, to)?,
        };
        let mut months: BTreeMap<Month, ByCompany> = BTreeMap::new();
        for (month, scope, meter, quantity) in rows {
            let Some(company) = company_of(&scope) else { continue };
            let kept = months.entry(month).or_default().entry(company).or_default();
            *kept.get_mut(meter) = quantity;
        }
        Ok(months)
    }
}

/// Adds sums by company, or takes them away.
fn change(companies: &mut ByCompany, sums: Vec<ScopeSum>, sign: i64) {
    for (scope, meter, quantity) in sums {
        let Some(company) = company_of(&scope) else { continue };
        let kept = companies.entry(company).or_default().get_mut(meter);
        *kept = kept.saturating_add(quantity * sign);
    }
}

/// Reads each part: whole months at once, and what is left by days.
pub(super) fn read(
    conn: &mut Conn,
    of: SumsOf<'_>,
    parts: &[MonthPart],
    today: Day,
) -> QueryResult<Vec<PartQuantities>> {
    let by_month: Vec<Month> = parts
        .iter()
        .filter(|part| part.read(today) != PartRead::Days)
        .map(|part| part.month)
        .collect();
    let mut months = match (by_month.first(), by_month.last()) {
        (Some(first), Some(last)) => of.months(conn, *first, *last)?,
        _ => BTreeMap::new(),
    };
    let mut all = Vec::with_capacity(parts.len());
    for part in parts {
        let mut companies = ByCompany::new();
        match part.read(today) {
            PartRead::Month => companies = months.remove(&part.month).unwrap_or_default(),
            PartRead::Days => change(&mut companies, of.days(conn, part.days)?, 1),
            PartRead::MonthWithout(before, after) => {
                companies = months.remove(&part.month).unwrap_or_default();
                change(&mut companies, of.days(conn, before)?, -1);
                change(&mut companies, of.days(conn, after)?, -1);
            }
        }
        all.push(PartQuantities { part: *part, companies });
    }
    Ok(all)
}

/// What all companies used in the month before a part.
pub(super) fn before(conn: &mut Conn, organization: OrgId, part: &MonthPart) -> QueryResult<ByMeter<i64>> {
    let mut sum = ByMeter::default();
    if part.begins_month() {
        return Ok(sum);
    }
    let days = part.before();
    for (_, _, meter, quantity) in report::by_day(conn, organization, Scopes::Together, days.from, days.to)? {
        *sum.get_mut(meter) += quantity;
    }
    Ok(sum)
}
