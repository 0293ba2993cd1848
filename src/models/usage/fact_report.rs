//! Reads of what companies report of their days, for reports.

use std::collections::HashMap;

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Bool, Integer, Nullable, Text};

use crate::common::day::{Day, Month};
use crate::common::id::CompanyId;
use crate::db::Conn;
use crate::db::schema::{company_facts, fact_days, fact_months};
use crate::db::types::org_id::OrgId;
use crate::db::types::usage::SumScope;
use crate::models::usage::fact_sums::FactSum;
use crate::models::usage::facts::DayFacts;
use crate::on_each;

/// The figures that say how it is, as they were reported last.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct LatestFacts {
    pub cases_open: Option<i64>,
    pub campaigns_active: Option<i64>,
}

#[derive(QueryableByName)]
struct LatestRow {
    #[diesel(sql_type = Text)]
    id: CompanyId,
    #[diesel(sql_type = Nullable<BigInt>)]
    cases_open: Option<i64>,
    #[diesel(sql_type = Nullable<BigInt>)]
    campaigns_active: Option<i64>,
}

#[derive(QueryableByName)]
struct LatestSum {
    #[diesel(sql_type = Nullable<BigInt>)]
    cases_open: Option<i64>,
    #[diesel(sql_type = Nullable<BigInt>)]
    campaigns_active: Option<i64>,
}

const LATEST: &str = "SELECT c.id, (SELECT f.cases_open FROM company_facts f WHERE f.organization_id = c.organization_id AND f.company_id = c.id \
    AND f.day <= $1 AND f.cases_open IS NOT NULL ORDER BY f.day DESC LIMIT 1) AS cases_open, \
    (SELECT f.campaigns_active FROM company_facts f WHERE f.organization_id = c.organization_id AND f.company_id = c.id \
    AND f.day <= $1 AND f.campaigns_active IS NOT NULL ORDER BY f.day DESC LIMIT 1) AS campaigns_active \
    FROM companies c WHERE c.organization_id = $2";

/// What each company reported last up to a day: one look-up for each company and figure, however many days there are.
pub fn latest(conn: &mut Conn, organization: OrgId, until: Day) -> QueryResult<HashMap<CompanyId, LatestFacts>> {
    let rows = on_each!(conn, c => diesel::sql_query(LATEST)
        .bind::<Integer, _>(until)
        .bind::<Text, _>(organization)
        .load::<LatestRow>(c))?;
    Ok(rows
        .into_iter()
        .map(|row| {
            let facts = LatestFacts {
                cases_open: row.cases_open,
                campaigns_active: row.campaigns_active,
            };
            (row.id, facts)
        })
        .collect())
}

/// What all companies reported last up to a day, together; archived ones only if asked for.
pub fn latest_together(conn: &mut Conn, organization: OrgId, archived: bool, until: Day) -> QueryResult<LatestFacts> {
    let sql = format!(
        "SELECT CAST(SUM(l.cases_open) AS BIGINT) AS cases_open, CAST(SUM(l.campaigns_active) AS BIGINT) AS campaigns_active \
         FROM ({LATEST} AND ($3 OR c.status = 'active')) l"
    );
    let row = on_each!(conn, c => diesel::sql_query(&sql)
        .bind::<Integer, _>(until)
        .bind::<Text, _>(organization)
        .bind::<Bool, _>(archived)
        .get_result::<LatestSum>(c))?;
    Ok(LatestFacts {
        cases_open: row.cases_open,
        campaigns_active: row.campaigns_active,
    })
}

type MonthColumns = (
    fact_months::reports,
    fact_months::cases_new,
    fact_months::cases_closed,
    fact_months::placed_minor,
    fact_months::recovered_minor,
);
const MONTH: MonthColumns = (
    fact_months::reports,
    fact_months::cases_new,
    fact_months::cases_closed,
    fact_months::placed_minor,
    fact_months::recovered_minor,
);

type FactColumns = (i64, i64, i64, i64, i64);

fn sum_of((reports, cases_new, cases_closed, placed_minor, recovered_minor): FactColumns) -> FactSum {
    FactSum {
        reports,
        cases_new,
        cases_closed,
        placed_minor,
        recovered_minor,
    }
}

/// The sums of whole months for every scope.
pub fn months(
    conn: &mut Conn,
    organization: OrgId,
    from: Month,
    to: Month,
) -> QueryResult<Vec<(Month, String, FactSum)>> {
    let rows: Vec<(Month, String, FactColumns)> = on_each!(conn, c => fact_months::table
        .filter(fact_months::organization_id.eq(organization))
        .filter(fact_months::month.between(from, to))
        .select((fact_months::month, fact_months::scope, MONTH))
        .load(c))?;
    Ok(rows
        .into_iter()
        .map(|(month, scope, sum)| (month, scope, sum_of(sum)))
        .collect())
}

/// The scopes that count together.
fn counted(archived: bool) -> &'static [SumScope] {
    if archived { SumScope::ALL } else { &[SumScope::Active] }
}

/// The sums of a whole month for all companies together; archived ones only if asked for.
pub fn month_together(conn: &mut Conn, organization: OrgId, archived: bool, month: Month) -> QueryResult<Vec<FactSum>> {
    let rows: Vec<FactColumns> = on_each!(conn, c => fact_months::table
        .filter(fact_months::organization_id.eq(organization))
        .filter(fact_months::scope.eq_any(counted(archived)))
        .filter(fact_months::month.eq(month))
        .select(MONTH)
        .load(c))?;
    Ok(rows.into_iter().map(sum_of).collect())
}

#[derive(QueryableByName)]
struct CompanyRow {
    #[diesel(sql_type = Text)]
    company_id: CompanyId,
    #[diesel(sql_type = BigInt)]
    reports: i64,
    #[diesel(sql_type = BigInt)]
    cases_new: i64,
    #[diesel(sql_type = BigInt)]
    cases_closed: i64,
    #[diesel(sql_type = BigInt)]
    placed_minor: i64,
    #[diesel(sql_type = BigInt)]
    recovered_minor: i64,
}

/// The sums of some days for each company.
pub fn days(conn: &mut Conn, organization: OrgId, from: Day, to: Day) -> QueryResult<Vec<(CompanyId, FactSum)>> {
    if from > to {
        return Ok(Vec::new());
    }
    let sql = "SELECT company_id, COUNT(*) AS reports, CAST(COALESCE(SUM(cases_new), 0) AS BIGINT) AS cases_new, \
        CAST(COALESCE(SUM(cases_closed), 0) AS BIGINT) AS cases_closed, CAST(COALESCE(SUM(placed_minor), 0) AS BIGINT) AS placed_minor, \
        CAST(COALESCE(SUM(recovered_minor), 0) AS BIGINT) AS recovered_minor FROM company_facts \
        WHERE organization_id = $1 AND day BETWEEN $2 AND $3 GROUP BY company_id";
    let rows = on_each!(conn, c => diesel::sql_query(sql)
        .bind::<Text, _>(organization)
        .bind::<Integer, _>(from)
        .bind::<Integer, _>(to)
        .load::<CompanyRow>(c))?;
    Ok(rows
        .into_iter()
        .map(|row| {
            let sum = FactSum {
                reports: row.reports,
                cases_new: row.cases_new,
                cases_closed: row.cases_closed,
                placed_minor: row.placed_minor,
                recovered_minor: row.recovered_minor,
            };
            (row.company_id, sum)
        })
        .collect())
}

/// The sums of each day for all companies together; archived ones only if asked for.
pub fn by_day(
    conn: &mut Conn,
    organization: OrgId,
    archived: bool,
    from: Day,
    to: Day,
) -> QueryResult<Vec<(Day, FactSum)>> {
    let rows: Vec<(Day, FactColumns)> = on_each!(conn, c => fact_days::table
        .filter(fact_days::organization_id.eq(organization))
        .filter(fact_days::scope.eq_any(counted(archived)))
        .filter(fact_days::day.between(from, to))
        .select((
            fact_days::day,
            (
                fact_days::reports,
                fact_days::cases_new,
                fact_days::cases_closed,
                fact_days::placed_minor,
                fact_days::recovered_minor,
            ),
        ))
        .load(c))?;
    Ok(rows.into_iter().map(|(day, sum)| (day, sum_of(sum))).collect())
}

/// The figures of each day for some companies.
pub fn by_day_of(
    conn: &mut Conn,
    organization: OrgId,
    of: &[CompanyId],
    from: Day,
    to: Day,
) -> QueryResult<Vec<(Day, FactSum)>> {
    let these = conn.one_of(company_facts::company_id, of);
    let rows: Vec<(Day, DayFacts)> = on_each!(conn, c => company_facts::table
        .filter(company_facts::organization_id.eq(organization))
        .filter(these)
        .filter(company_facts::day.between(from, to))
        .select((company_facts::day, DayFacts::as_select()))
        .load(c))?;
    Ok(rows.iter().map(|(day, facts)| (*day, FactSum::of(facts))).collect())
}
