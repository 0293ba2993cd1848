//! What a company reports of a day beside its usage.

use diesel::prelude::*;

use crate::common::day::Day;
use crate::common::id::CompanyId;
use crate::common::time::Time;
use crate::db::schema::company_facts;
use crate::db::types::org_id::OrgId;
use crate::db::types::usage::SumScope;
use crate::db::{Conn, affected};
use crate::models::usage::fact_sums::FactChanges;
use crate::models::usage::subjects;
use crate::on_each;

/// The figures of a day; `None` for one that was not reported.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Queryable, Selectable, AsChangeset, Insertable)]
#[diesel(table_name = company_facts, treat_none_as_null = true, treat_none_as_default_value = false)]
pub struct DayFacts {
    pub cases_open: Option<i64>,
    pub cases_new: Option<i64>,
    pub cases_closed: Option<i64>,
    pub campaigns_active: Option<i64>,
    /// Minor units of the organization's currency.
    pub placed_minor: Option<i64>,
    pub recovered_minor: Option<i64>,
}

pub fn of_day(conn: &mut Conn, organization: OrgId, company: CompanyId, day: Day) -> QueryResult<DayFacts> {
    Ok(reported(conn, organization, company, day)?.unwrap_or_default())
}

/// The reported days of a company, the newest first.
pub fn days(
    conn: &mut Conn,
    organization: OrgId,
    company: CompanyId,
    from: Day,
    to: Day,
) -> QueryResult<Vec<(Day, DayFacts)>> {
    company_facts::table
        .filter(company_facts::organization_id.eq(organization))
        .filter(company_facts::company_id.eq(company))
        .filter(company_facts::day.between(from, to))
        .order(company_facts::day.desc())
        .select((company_facts::day, DayFacts::as_select()))
        .load(conn)
}

/// The figures of a day, if the company reported any.
fn reported(conn: &mut Conn, organization: OrgId, company: CompanyId, day: Day) -> QueryResult<Option<DayFacts>> {
    company_facts::table
        .find((organization, company, day))
        .select(DayFacts::as_select())
        .first(conn)
        .optional()
}

/// Sets the figures of a day.
pub fn save(
    conn: &mut Conn,
    organization: OrgId,
    company: CompanyId,
    day: Day,
    facts: DayFacts,
    now: Time,
) -> QueryResult<()> {
    save_all(conn, organization, company, &[(day, facts)], now)
}

/// Sets the figures of some days of a company, each day once.
pub fn save_all(
    conn: &mut Conn,
    organization: OrgId,
    company: CompanyId,
    days: &[(Day, DayFacts)],
    now: Time,
) -> QueryResult<()> {
    affected::organization(organization);
    let scope = if subjects::is_active(conn, organization, company)? {
        SumScope::Active
    } else {
        SumScope::Archived
    };
    let mut sums = FactChanges::default();
    for (day, facts) in days {
        let before = reported(conn, organization, company, *day)?;
        sums.replace(company, scope, *day, before.as_ref(), facts);
        put(conn, organization, company, *day, *facts, now)?;
    }
    sums.apply(conn, organization)
}

fn put(
    conn: &mut Conn,
    organization: OrgId,
    company: CompanyId,
    day: Day,
    facts: DayFacts,
    now: Time,
) -> QueryResult<()> {
    let key = (
        company_facts::organization_id,
        company_facts::company_id,
        company_facts::day,
    );
    let row = (
        company_facts::organization_id.eq(organization),
        company_facts::company_id.eq(company),
        company_facts::day.eq(day),
        company_facts::updated_at.eq(now),
        facts,
    );
    on_each!(conn, c => diesel::insert_into(company_facts::table)
        .values(row)
        .on_conflict(key)
        .do_update()
        .set((facts, company_facts::updated_at.eq(now)))
        .execute(c))?;
    Ok(())
}
