//! Reads of the roll-up: people, companies over time, and what companies did lately.

use std::collections::HashMap;

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Text};

use crate::authz::role::Role;
use crate::common::day::Day;
use crate::common::id::{CompanyId, MembershipId};
use crate::common::time::Time;
use crate::db::Conn;
use crate::db::schema::{companies, company_assignments, memberships, usage_days};
use crate::db::types::MembershipStatus;
use crate::db::types::org_id::OrgId;
use crate::db::types::usage::Meter;
use crate::on_each;

/// How many people are counted one by one.
pub const MOST: i64 = 1_000;

#[derive(QueryableByName)]
struct CountRow {
    #[diesel(sql_type = BigInt)]
    people: i64,
    #[diesel(sql_type = BigInt)]
    seen: i64,
}

/// The active people who are assigned to a company and whose organization role covers none. The second value says whether there are
/// more than were counted.
pub fn assigned_people(conn: &mut Conn, org: OrgId) -> QueryResult<(i64, bool)> {
    // One step for each person, however many companies they are assigned to.
    let inherited: Vec<String> = inheriting().iter().map(|role| format!("'{role}'")).collect();
    let sql = format!(
        "WITH RECURSIVE p(id, n) AS ( \
            SELECT (SELECT MIN(membership_id) FROM company_assignments WHERE organization_id = $1), 1 \
            UNION ALL SELECT (SELECT MIN(a.membership_id) FROM company_assignments a WHERE a.organization_id = $1 AND a.membership_id > p.id), p.n + 1 \
            FROM p WHERE p.id IS NOT NULL AND p.n <= {MOST}) \
        SELECT (SELECT COUNT(*) FROM p CROSS JOIN memberships m WHERE m.organization_id = $1 AND m.id = p.id AND m.status = 'active' \
            AND m.role NOT IN ({})) AS people, (SELECT COUNT(*) FROM p WHERE id IS NOT NULL) AS seen",
        inherited.join(", ")
    );
    let row: CountRow = on_each!(conn, c => diesel::sql_query(&sql).bind::<Text, _>(org).get_result(c))?;
    Ok((row.people.min(MOST), row.seen > MOST))
}

/// The roles that cover every company.
fn inheriting() -> Vec<Role> {
    Role::ALL
        .iter()
        .copied()
        .filter(|role| role.inherited().is_some())
        .collect()
}

/// As `assigned_people`, in some companies.
pub fn assigned_people_in(conn: &mut Conn, org: OrgId, own: &[CompanyId]) -> QueryResult<(i64, bool)> {
    let people: Vec<MembershipId> = company_assignments::table
        .filter(company_assignments::organization_id.eq(org))
        .filter(conn.one_of(company_assignments::company_id, own))
        .select(company_assignments::membership_id)
        .distinct()
        .limit(MOST + 1)
        .load(conn)?;
    let more = i64::try_from(people.len()).unwrap_or(i64::MAX) > MOST;
    let these = conn.one_of(memberships::id, &people);
    let active: i64 = memberships::table
        .filter(memberships::organization_id.eq(org))
        .filter(these)
        .filter(memberships::status.eq(MembershipStatus::Active))
        .filter(memberships::role.ne_all(inheriting()))
        .count()
        .get_result(conn)?;
    Ok((active.min(MOST), more))
}

/// How many members joined since a moment and are still there. The second value says whether there are more than were counted.
pub fn joined_since(conn: &mut Conn, org: OrgId, since: Time) -> QueryResult<(i64, bool)> {
    let sql = format!(
        "SELECT COUNT(*) AS n FROM (SELECT 1 FROM memberships WHERE organization_id = $1 AND joined_at >= $2 AND status = 'active' \
         LIMIT {}) j",
        MOST + 1
    );
    let row: JoinedRow = on_each!(conn, c => diesel::sql_query(&sql)
        .bind::<Text, _>(org)
        .bind::<BigInt, _>(since)
        .get_result(c))?;
    Ok((row.n.min(MOST), row.n > MOST))
}

#[derive(QueryableByName)]
struct JoinedRow {
    #[diesel(sql_type = BigInt)]
    n: i64,
}

/// How many of the companies that are here now were active at a moment.
pub fn active_at(conn: &mut Conn, org: OrgId, own: Option<&[CompanyId]>, moment: Time) -> QueryResult<i64> {
    let mut query = companies::table
        .filter(companies::organization_id.eq(org))
        .filter(companies::created_at.le(moment))
        .filter(companies::archived_at.is_null().or(companies::archived_at.gt(moment)))
        .count()
        .into_boxed::<<Conn as diesel::Connection>::Backend>();
    if let Some(own) = own {
        query = query.filter(conn.one_of(companies::id, own));
    }
    query.get_result(conn)
}

/// What a company did in some days.
#[derive(Debug, Clone, Default)]
pub struct Pulse {
    /// Its calls and SMS segments of each day.
    pub days: Vec<i64>,
    /// The last day with any of them.
    pub last: Option<Day>,
}

/// What companies did in some days.
pub fn pulses(
    conn: &mut Conn,
    org: OrgId,
    of: &[CompanyId],
    (from, to): (Day, Day),
) -> QueryResult<HashMap<CompanyId, Pulse>> {
    let these = conn.one_of(usage_days::scope, of);
    let rows: Vec<(String, Day, i64)> = on_each!(conn, c => usage_days::table
        .filter(usage_days::organization_id.eq(org))
        .filter(these)
        .filter(usage_days::meter.eq_any([Meter::Calls, Meter::SmsSegments]))
        .filter(usage_days::day.between(from, to))
        .filter(usage_days::events.gt(0))
        .select((usage_days::scope, usage_days::day, usage_days::quantity))
        .load(c))?;
    let length = usize::try_from(to.0 - from.0 + 1).unwrap_or_default();
    let mut pulses: HashMap<CompanyId, Pulse> = HashMap::new();
    for (scope, day, quantity) in rows {
        let Some(company) = CompanyId::parse(&scope) else {
            continue;
        };
        let pulse = pulses.entry(company).or_insert_with(|| Pulse {
            days: vec![0; length],
            last: None,
        });
        let at = usize::try_from(day.0 - from.0).unwrap_or_default();
        if let Some(sum) = pulse.days.get_mut(at) {
            *sum = sum.saturating_add(quantity);
        }
        pulse.last = pulse.last.max(Some(day));
    }
    Ok(pulses)
}
