//! What companies used in the parts of a range.

use std::collections::BTreeMap;

use diesel::QueryResult;

use crate::common::day::{Day, Month};
use crate::common::id::CompanyId;
use crate::db::Conn;
use crate::db::types::org_id::OrgId;
use crate::db::types::usage::SumScope;
use crate::models::usage::report;
use crate::models::usage::report::{ScopeSum, Scopes};
use crate::services::reports::figures::{ByMeter, company_of};
use crate::services::reports::parts::{MonthPart, PartRead};
use crate::services::reports::period::DayRange;

/// Quantities by company, also of companies that are gone, or by what is together.
type ByKey<K> = BTreeMap<K, ByMeter<i64>>;

/// What was used in a part of a month.
#[derive(Debug)]
pub(super) struct PartQuantities<K = CompanyId> {
    pub part: MonthPart,
    pub companies: ByKey<K>,
}

/// Whose sums are read.
#[derive(Debug, Clone, Copy)]
enum SumsOf<'a> {
    Everyone,
    Scopes(Scopes<'a>),
}

/// Sums of an organization, and the key of each scope; other scopes are left out.
struct Sums<'a, K> {
    organization: OrgId,
    of: SumsOf<'a>,
    key: fn(&str) -> Option<K>,
}

impl<K: Ord> Sums<'_, K> {
    /// Adds the sums of some days, or takes them away.
    fn change(&self, conn: &mut Conn, kept: &mut ByKey<K>, days: DayRange, sign: i64) -> QueryResult<()> {
        let sums: Vec<ScopeSum> = match self.of {
            SumsOf::Everyone => report::days(conn, self.organization, days.from, days.to)?,
            SumsOf::Scopes(these) => report::days_of(conn, self.organization, these, days.from, days.to)?,
        };
        for (scope, meter, quantity) in sums {
            let Some(key) = (self.key)(&scope) else { continue };
            let sum = kept.entry(key).or_default().get_mut(meter);
            *sum = sum.saturating_add(quantity * sign);
        }
        Ok(())
    }

    /// The sums of months by month.
    fn months(&self, conn: &mut Conn, from: Month, to: Month) -> QueryResult<BTreeMap<Month, ByKey<K>>> {
        let rows = match self.of {
            SumsOf::Everyone => report::months(conn, self.organization, from, to)?,
            SumsOf::Scopes(these) => report::months_of(conn, self.organization, these, from, to)?,
        };
        let mut months: BTreeMap<Month, ByKey<K>> = BTreeMap::new();
        for (month, scope, meter, quantity) in rows {
            let Some(key) = (self.key)(&scope) else { continue };
            let kept = months.entry(month).or_default().entry(key).or_default();
            *kept.get_mut(meter) = quantity;
        }
        Ok(months)
    }

    /// Reads each part: whole months at once, and what is left by days.
    fn read(&self, conn: &mut Conn, parts: &[MonthPart], today: Day) -> QueryResult<Vec<PartQuantities<K>>> {
        let by_month: Vec<Month> = parts
            .iter()
            .filter(|part| part.read(today) != PartRead::Days)
            .map(|part| part.month)
            .collect();
        let mut months = match (by_month.first(), by_month.last()) {
            (Some(first), Some(last)) => self.months(conn, *first, *last)?,
            _ => BTreeMap::new(),
        };
        let mut all = Vec::with_capacity(parts.len());
        for part in parts {
            let mut companies = ByKey::new();
            match part.read(today) {
                PartRead::Month => companies = months.remove(&part.month).unwrap_or_default(),
                PartRead::Days => self.change(conn, &mut companies, part.days, 1)?,
                PartRead::MonthWithout(before, after) => {
                    companies = months.remove(&part.month).unwrap_or_default();
                    self.change(conn, &mut companies, before, -1)?;
                    self.change(conn, &mut companies, after, -1)?;
                }
            }
            all.push(PartQuantities { part: *part, companies });
        }
        Ok(all)
    }
}

/// What companies used in each part; `None`: every company, as money needs it.
pub(super) fn read(
    conn: &mut Conn,
    organization: OrgId,
    companies: Option<&[CompanyId]>,
    parts: &[MonthPart],
    today: Day,
) -> QueryResult<Vec<PartQuantities>> {
    let of = companies.map_or(SumsOf::Everyone, |these| SumsOf::Scopes(Scopes::Companies(these)));
    let key = company_of;
    Sums { organization, of, key }.read(conn, parts, today)
}

/// What all active and all archived companies used in each part.
pub(super) fn together(
    conn: &mut Conn,
    organization: OrgId,
    parts: &[MonthPart],
    today: Day,
) -> QueryResult<Vec<PartQuantities<SumScope>>> {
    let (of, key) = (SumsOf::Scopes(Scopes::Together), SumScope::parse);
    Sums { organization, of, key }.read(conn, parts, today)
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
