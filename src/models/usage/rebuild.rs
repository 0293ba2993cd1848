//! The sums as they follow from the events.

use std::collections::{BTreeMap, BTreeSet};

use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::sql_types::BigInt;

use crate::common::day::{Day, Month};
use crate::common::id::CompanyId;
use crate::db::Conn;
use crate::db::schema::{companies, usage_days, usage_events, usage_months};
use crate::db::types::org_id::OrgId;
use crate::db::types::organization::CompanyStatus;
use crate::db::types::usage::Meter;
use crate::models::usage::sums::Sum;
use crate::on_each;

/// Sums by meter and day.
pub type DaySums = BTreeMap<(Meter, Day), Sum>;

/// Companies in one statement.
const COMPANIES: usize = 100;

/// A row with sums as it is read.
type SumRow = (Meter, Day, i64, i64);

/// The first company after another one that has an event or a sum; also one that was deleted or moved away.
pub fn next_company(conn: &mut Conn, organization: OrgId, after: Option<CompanyId>) -> QueryResult<Option<CompanyId>> {
    let after = after.map(|id| id.to_string()).unwrap_or_default();
    let evented: Option<String> = usage_events::table
        .filter(usage_events::organization_id.eq(organization))
        .filter(usage_events::company_id.gt(&after))
        .order(usage_events::company_id)
        .select(usage_events::company_id)
        .first(conn)
        .optional()?;
    let mut last = after;
    let summed = loop {
        let found: Option<String> = usage_days::table
            .filter(usage_days::organization_id.eq(organization))
            .filter(usage_days::scope.gt(&last))
            .order(usage_days::scope)
            .select(usage_days::scope)
            .first(conn)
            .optional()?;
        match found {
            // The sums of all companies together are between those of single ones.
            Some(scope) if CompanyId::parse(&scope).is_none() => last = scope,
            found => break found,
        }
    };
    let next = evented.into_iter().chain(summed).min();
    Ok(next.and_then(|id| CompanyId::parse(&id)))
}

/// The months in which a scope has events or sums.
pub fn months(conn: &mut Conn, organization: OrgId, scope: &str) -> QueryResult<BTreeSet<Month>> {
    let mut ends: Vec<Day> = Vec::new();
    for meter in Meter::ALL {
        let events = || {
            usage_events::table
                .filter(usage_events::organization_id.eq(organization))
                .filter(usage_events::company_id.eq(scope))
                .filter(usage_events::meter.eq(*meter))
                .select(usage_events::day)
        };
        let days = || {
            usage_days::table
                .filter(usage_days::organization_id.eq(organization))
                .filter(usage_days::scope.eq(scope))
                .filter(usage_days::meter.eq(*meter))
                .select(usage_days::day)
        };
        ends.extend(events().order(usage_events::day.asc()).first::<Day>(conn).optional()?);
        ends.extend(events().order(usage_events::day.desc()).first::<Day>(conn).optional()?);
        ends.extend(days().order(usage_days::day.asc()).first::<Day>(conn).optional()?);
        ends.extend(days().order(usage_days::day.desc()).first::<Day>(conn).optional()?);
    }
    let mut months: BTreeSet<Month> = usage_months::table
        .filter(usage_months::organization_id.eq(organization))
        .filter(usage_months::scope.eq(scope))
        .filter(usage_months::meter.eq_any(Meter::ALL))
        .select(usage_months::month)
        .load::<Month>(conn)?
        .into_iter()
        .collect();
    if let (Some(first), Some(last)) = (ends.iter().min(), ends.iter().max()) {
        let (mut month, last) = (first.month(), last.month());
        while month <= last {
            months.insert(month);
            month = month.plus(1);
        }
    }
    Ok(months)
}

fn add(sums: &mut DaySums, rows: Vec<SumRow>) {
    for (meter, day, quantity, events) in rows {
        let sum = sums.entry((meter, day)).or_default();
        sum.quantity = sum.quantity.saturating_add(quantity);
        sum.events += events;
    }
}

/// What the events of a company in a month add up to.
pub fn of_events(conn: &mut Conn, organization: OrgId, company: CompanyId, month: Month) -> QueryResult<DaySums> {
    let rows: Vec<SumRow> = usage_events::table
        .filter(usage_events::organization_id.eq(organization))
        .filter(usage_events::company_id.eq(company))
        .filter(usage_events::meter.eq_any(Meter::ALL))
        .filter(usage_events::day.between(month.first(), month.last()))
        .filter(usage_events::voided_at.is_null())
        .group_by((usage_events::meter, usage_events::day))
        .select((
            usage_events::meter,
            usage_events::day,
            sql::<BigInt>("CAST(SUM(quantity) AS BIGINT)"),
            sql::<BigInt>("COUNT(*)"),
        ))
        .load(conn)?;
    let mut sums = DaySums::new();
    add(&mut sums, rows);
    Ok(sums)
}

/// The sums of a scope in a month as they are kept.
pub fn kept(conn: &mut Conn, organization: OrgId, scope: &str, month: Month) -> QueryResult<DaySums> {
    let rows: Vec<SumRow> = usage_days::table
        .filter(usage_days::organization_id.eq(organization))
        .filter(usage_days::scope.eq(scope))
        .filter(usage_days::meter.eq_any(Meter::ALL))
        .filter(usage_days::day.between(month.first(), month.last()))
        .select((
            usage_days::meter,
            usage_days::day,
            usage_days::quantity,
            usage_days::events,
        ))
        .load(conn)?;
    let mut sums = DaySums::new();
    add(&mut sums, rows);
    Ok(sums)
}

/// What the kept sums of companies add up to in a month.
pub fn of_companies(
    conn: &mut Conn,
    organization: OrgId,
    companies: &[CompanyId],
    month: Month,
) -> QueryResult<DaySums> {
    let mut sums = DaySums::new();
    for ids in companies.chunks(COMPANIES) {
        let these = conn.one_of(usage_days::scope, ids);
        let rows: Vec<SumRow> = on_each!(conn, c => usage_days::table
            .filter(usage_days::organization_id.eq(organization))
            .filter(these)
            .filter(usage_days::meter.eq_any(Meter::ALL))
            .filter(usage_days::day.between(month.first(), month.last()))
            .select((usage_days::meter, usage_days::day, usage_days::quantity, usage_days::events))
            .load(c))?;
        add(&mut sums, rows);
    }
    Ok(sums)
}

/// The companies that are active now.
pub fn active(conn: &mut Conn, organization: OrgId) -> QueryResult<BTreeSet<CompanyId>> {
    let ids: Vec<CompanyId> = companies::table
        .filter(companies::organization_id.eq(organization))
        .filter(companies::status.eq(CompanyStatus::Active))
        .select(companies::id)
        .load(conn)?;
    Ok(ids.into_iter().collect())
}
