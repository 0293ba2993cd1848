//! Reads of the sums for reports. What they cost depends on companies, months and days, never on events.

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Integer, Text};

use crate::common::day::{Day, Month};
use crate::common::id::CompanyId;
use crate::db::Conn;
use crate::db::schema::{companies, usage_days, usage_months};
use crate::db::types::org_id::OrgId;
use crate::db::types::organization::CompanyStatus;
use crate::db::types::usage::{Meter, SumScope};
use crate::on_each;

/// A company that a report has a line for.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = companies)]
pub struct ReportedCompany {
    pub id: CompanyId,
    pub name: String,
    pub slug: String,
    pub sort_name: Vec<u8>,
    pub status: CompanyStatus,
}

/// Companies by identifier: all, or those in `within`; archived ones only if asked for.
pub fn companies(
    conn: &mut Conn,
    organization: OrgId,
    within: Option<&[CompanyId]>,
    archived: bool,
) -> QueryResult<Vec<ReportedCompany>> {
    let mut query = companies::table
        .filter(companies::organization_id.eq(organization))
        .order(companies::id)
        .select(ReportedCompany::as_select())
        .into_boxed::<<Conn as diesel::Connection>::Backend>();
    if let Some(within) = within {
        query = query.filter(conn.one_of(companies::id, within));
    }
    if !archived {
        query = query.filter(companies::status.eq(CompanyStatus::Active));
    }
    query.load(conn)
}

/// A sum of some time: scope, meter, quantity.
pub type ScopeSum = (String, Meter, i64);

/// The sums of whole months for every scope, by month.
pub fn months(
    conn: &mut Conn,
    organization: OrgId,
    from: Month,
    to: Month,
) -> QueryResult<Vec<(Month, String, Meter, i64)>> {
    on_each!(conn, c => usage_months::table
        .filter(usage_months::organization_id.eq(organization))
        .filter(usage_months::month.between(from, to))
        .select((
            usage_months::month,
            usage_months::scope,
            usage_months::meter,
            usage_months::quantity,
        ))
        .load(c))
}

/// The sums of whole months for some scopes, by month.
pub fn months_of(
    conn: &mut Conn,
    organization: OrgId,
    of: Scopes<'_>,
    from: Month,
    to: Month,
) -> QueryResult<Vec<(Month, String, Meter, i64)>> {
    let scopes = match of {
        Scopes::Together => conn.one_of(usage_months::scope, SumScope::ALL),
        Scopes::Companies(companies) => conn.one_of(usage_months::scope, companies),
    };
    on_each!(conn, c => usage_months::table
        .filter(usage_months::organization_id.eq(organization))
        .filter(scopes)
        .filter(usage_months::meter.eq_any(Meter::ALL))
        .filter(usage_months::month.between(from, to))
        .select((
            usage_months::month,
            usage_months::scope,
            usage_months::meter,
            usage_months::quantity,
        ))
        .load(c))
}

#[derive(QueryableByName)]
struct ScopeRow {
    #[diesel(sql_type = Text)]
    scope: String,
    #[diesel(sql_type = Text)]
    meter: Meter,
    #[diesel(sql_type = BigInt)]
    quantity: i64,
}

fn scope_sums(rows: Vec<ScopeRow>) -> Vec<ScopeSum> {
    rows.into_iter()
        .map(|row| (row.scope, row.meter, row.quantity))
        .collect()
}

/// The sums of some days for every scope.
pub fn days(conn: &mut Conn, organization: OrgId, from: Day, to: Day) -> QueryResult<Vec<ScopeSum>> {
    if from > to {
        return Ok(Vec::new());
    }
    let sql = "SELECT scope, meter, CAST(SUM(quantity) AS BIGINT) AS quantity FROM usage_days \
        WHERE organization_id = $1 AND day BETWEEN $2 AND $3 GROUP BY scope, meter";
    let rows = on_each!(conn, c => diesel::sql_query(sql)
        .bind::<Text, _>(organization)
        .bind::<Integer, _>(from)
        .bind::<Integer, _>(to)
        .load::<ScopeRow>(c))?;
    Ok(scope_sums(rows))
}

/// The sums of some days for some scopes.
pub fn days_of(conn: &mut Conn, organization: OrgId, of: Scopes<'_>, from: Day, to: Day) -> QueryResult<Vec<ScopeSum>> {
    if from > to {
        return Ok(Vec::new());
    }
    let rows = by_day(conn, organization, of, from, to)?;
    Ok(rows
        .into_iter()
        .map(|(_, scope, meter, quantity)| (scope, meter, quantity))
        .collect())
}

/// Which sums are read day by day.
#[derive(Debug, Clone, Copy)]
pub enum Scopes<'a> {
    /// All active and all archived companies together.
    Together,
    Companies(&'a [CompanyId]),
}

/// The sums of each day.
pub fn by_day(
    conn: &mut Conn,
    organization: OrgId,
    of: Scopes<'_>,
    from: Day,
    to: Day,
) -> QueryResult<Vec<(Day, String, Meter, i64)>> {
    let scopes = match of {
        Scopes::Together => conn.one_of(usage_days::scope, SumScope::ALL),
        Scopes::Companies(companies) => conn.one_of(usage_days::scope, companies),
    };
    on_each!(conn, c => usage_days::table
        .filter(usage_days::organization_id.eq(organization))
        .filter(scopes)
        .filter(usage_days::meter.eq_any(Meter::ALL))
        .filter(usage_days::day.between(from, to))
        .select((
            usage_days::day,
            usage_days::scope,
            usage_days::meter,
            usage_days::quantity,
        ))
        .load(c))
}
