//! The companies that a review can cover, and their Managers.

use std::collections::{HashMap, HashSet};

use diesel::prelude::*;

use crate::authz::role::CompanyRole;
use crate::common::id::CompanyId;
use crate::common::time::Time;
use crate::db::Conn;
use crate::db::schema::{companies, company_assignments, memberships, users};
use crate::db::types::MembershipStatus;
use crate::db::types::org_id::OrgId;
use crate::db::types::organization::CompanyStatus;

/// The active companies among `wanted`, or all of them.
pub fn active(conn: &mut Conn, org: OrgId, wanted: Option<&[CompanyId]>) -> QueryResult<Vec<CompanyId>> {
    let mut query = companies::table
        .filter(companies::organization_id.eq(org))
        .filter(companies::status.eq(CompanyStatus::Active))
        .order(companies::id)
        .select(companies::id)
        .into_boxed();
    if let Some(wanted) = wanted {
        query = query.filter(companies::id.eq_any(wanted));
    }
    query.load(conn)
}

#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = companies)]
pub struct CandidateCompany {
    pub id: CompanyId,
    pub name: String,
    pub slug: String,
}

/// The first active companies by name among `wanted`, or among all.
pub fn candidates(
    conn: &mut Conn,
    org: OrgId,
    wanted: Option<&[CompanyId]>,
    limit: i64,
) -> QueryResult<Vec<CandidateCompany>> {
    let mut query = companies::table
        .filter(companies::organization_id.eq(org))
        .filter(companies::status.eq(CompanyStatus::Active))
        .order((companies::sort_name, companies::id))
        .limit(limit)
        .select(CandidateCompany::as_select())
        .into_boxed();
    if let Some(wanted) = wanted {
        query = query.filter(companies::id.eq_any(wanted));
    }
    query.load(conn)
}

/// The active companies with these slugs.
pub fn by_slugs(conn: &mut Conn, org: OrgId, slugs: &[String]) -> QueryResult<Vec<CandidateCompany>> {
    companies::table
        .filter(companies::organization_id.eq(org))
        .filter(companies::status.eq(CompanyStatus::Active))
        .filter(companies::slug.eq_any(slugs))
        .select(CandidateCompany::as_select())
        .load(conn)
}

/// The names of companies, by id.
pub fn names(conn: &mut Conn, org: OrgId, wanted: &[CompanyId]) -> QueryResult<HashMap<CompanyId, String>> {
    let rows: Vec<(CompanyId, String)> = companies::table
        .filter(companies::organization_id.eq(org))
        .filter(companies::id.eq_any(wanted))
        .select((companies::id, companies::name))
        .load(conn)?;
    Ok(rows.into_iter().collect())
}

/// The number of assignments in each company.
pub fn assignment_counts(conn: &mut Conn, org: OrgId, wanted: &[CompanyId]) -> QueryResult<HashMap<CompanyId, i64>> {
    let rows: Vec<(CompanyId, i64)> = company_assignments::table
        .filter(company_assignments::organization_id.eq(org))
        .filter(company_assignments::company_id.eq_any(wanted))
        .group_by(company_assignments::company_id)
        .select((company_assignments::company_id, diesel::dsl::count_star()))
        .load(conn)?;
    Ok(rows.into_iter().collect())
}

/// The limit of Managers that are listed by name.
const MANAGERS: i64 = 500;

macro_rules! managers_of {
    ($org:expr, $now:expr, $wanted:expr) => {
        company_assignments::table
            .inner_join(
                memberships::table.on(memberships::organization_id
                    .eq(company_assignments::organization_id)
                    .and(memberships::id.eq(company_assignments::membership_id))),
            )
            .inner_join(users::table.on(users::id.eq(memberships::user_id)))
            .filter(company_assignments::organization_id.eq($org))
            .filter(company_assignments::company_id.eq_any($wanted))
            .filter(company_assignments::role.eq(CompanyRole::Manager))
            .filter(
                company_assignments::access_until
                    .is_null()
                    .or(company_assignments::access_until.ge($now)),
            )
            .filter(memberships::status.eq(MembershipStatus::Active))
            .filter(
                memberships::access_until
                    .is_null()
                    .or(memberships::access_until.ge($now)),
            )
    };
}

/// The names of the active Managers of each company, in the order of names.
pub fn managers(
    conn: &mut Conn,
    org: OrgId,
    now: Time,
    wanted: &[CompanyId],
) -> QueryResult<HashMap<CompanyId, Vec<String>>> {
    let rows: Vec<(CompanyId, String)> = managers_of!(org, now, wanted)
        .order((company_assignments::sort_name, company_assignments::membership_id))
        .limit(MANAGERS)
        .select((company_assignments::company_id, users::name))
        .load(conn)?;
    let mut names: HashMap<CompanyId, Vec<String>> = HashMap::new();
    for (company, name) in rows {
        names.entry(company).or_default().push(name);
    }
    Ok(names)
}

/// The companies that have an active Manager.
pub fn managed(conn: &mut Conn, org: OrgId, now: Time, wanted: &[CompanyId]) -> QueryResult<HashSet<CompanyId>> {
    let rows: Vec<CompanyId> = managers_of!(org, now, wanted)
        .select(company_assignments::company_id)
        .distinct()
        .load(conn)?;
    Ok(rows.into_iter().collect())
}
