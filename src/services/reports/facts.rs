//! What companies reported in the parts of a range.

use std::collections::BTreeMap;

use diesel::QueryResult;

use crate::common::day::Month;
use crate::common::id::CompanyId;
use crate::db::Conn;
use crate::models::usage::fact_report;
use crate::models::usage::fact_sums::FactSum;
use crate::services::reports::figures::company_of;
use crate::services::reports::parts::{MonthPart, PartRead};
use crate::services::reports::period::DayRange;
use crate::services::reports::read::ReportQuery;

/// The figures of companies in each part.
pub(super) fn read(
    conn: &mut Conn,
    query: &ReportQuery<'_>,
    parts: &[MonthPart],
) -> QueryResult<Vec<BTreeMap<CompanyId, FactSum>>> {
    let organization = query.reader.organization;
    let (first, last) = (query.days.from.month(), query.days.to.month());
    let mut months: BTreeMap<Month, BTreeMap<CompanyId, FactSum>> = BTreeMap::new();
    if parts.iter().any(|part| part.read(query.today) != PartRead::Days) {
        for (month, scope, sum) in fact_report::months(conn, organization, first, last)? {
            if let Some(company) = company_of(&scope) {
                months.entry(month).or_default().insert(company, sum);
            }
        }
    }
    let mut all = Vec::with_capacity(parts.len());
    for part in parts {
        let month = months.remove(&part.month).unwrap_or_default();
        let (mut sums, changes): (_, Vec<(DayRange, i64)>) = match part.read(query.today) {
            PartRead::Month => (month, Vec::new()),
            PartRead::Days => (BTreeMap::new(), vec![(part.days, 1)]),
            PartRead::MonthWithout(before, after) => (month, vec![(before, -1), (after, -1)]),
        };
        for (days, times) in changes {
            for (company, sum) in fact_report::days(conn, organization, days.from, days.to)? {
                sums.entry(company).or_default().add(sum, times);
            }
        }
        all.push(sums);
    }
    Ok(all)
}

/// The figures of all companies that count, in all parts.
pub(super) fn together(conn: &mut Conn, query: &ReportQuery<'_>, parts: &[MonthPart]) -> QueryResult<FactSum> {
    let (organization, archived) = (query.reader.organization, query.archived);
    let mut sum = FactSum::default();
    for part in parts {
        let (month, changes) = match part.read(query.today) {
            PartRead::Month => (Some(part.month), Vec::new()),
            PartRead::Days => (None, vec![(part.days, 1)]),
            PartRead::MonthWithout(before, after) => (Some(part.month), vec![(before, -1), (after, -1)]),
        };
        if let Some(month) = month {
            for of_scope in fact_report::month_together(conn, organization, archived, month)? {
                sum.add(of_scope, 1);
            }
        }
        for (days, times) in changes {
            for (_, of_day) in fact_report::by_day(conn, organization, archived, days.from, days.to)? {
                sum.add(of_day, times);
            }
        }
    }
    Ok(sum)
}
