//! The companies that members are assigned to.

use std::collections::HashMap;

use diesel::prelude::*;
use diesel::sql_types::{Binary, Text};

use crate::authz::role::CompanyRole;
use crate::common::id::{CompanyId, MembershipId};
use crate::common::time::Time;
use crate::db::schema::{companies, company_assignments};
use crate::db::types::org_id::OrgId;
use crate::db::types::organization::CompanyStatus;
use crate::db::{Conn, Lookup};
use crate::models::company_choice::CompanyChoice;
use crate::models::membership::Origin;
use crate::on_each;

/// A company that a member is assigned to.
#[derive(Debug, Clone, Queryable)]
pub struct AssignedCompany {
    pub id: CompanyId,
    pub name: String,
    pub slug: String,
    pub status: CompanyStatus,
    /// The effective role: the higher of the direct role and those of groups.
    pub role: CompanyRole,
    /// The role without groups.
    pub direct: Option<CompanyRole>,
    pub origin: Origin,
    /// The end of the direct assignment.
    pub access_until: Option<Time>,
}

#[diesel::dsl::auto_type(no_type_alias)]
fn with_companies(organization: OrgId) -> _ {
    company_assignments::table
        .inner_join(
            companies::table.on(companies::organization_id
                .eq(company_assignments::organization_id)
                .and(companies::id.eq(company_assignments::company_id))),
        )
        .filter(company_assignments::organization_id.eq(organization))
}

/// The companies of a member, by name.
pub fn companies_of(conn: &mut Conn, organization: OrgId, member: MembershipId) -> QueryResult<Vec<AssignedCompany>> {
    with_companies(organization)
        .filter(company_assignments::membership_id.eq(member))
        .order((companies::sort_name, companies::id))
        .select((
            companies::id,
            companies::name,
            companies::slug,
            companies::status,
            company_assignments::role,
            company_assignments::direct_role,
            company_assignments::origin,
            company_assignments::access_until,
        ))
        .load(conn)
}

/// The assignments of members as `a`, with their companies as `c`.
pub fn assignments_of(conn: &Conn, organization: OrgId, members: &[MembershipId]) -> Lookup {
    conn.for_each_of(members)
        .then(
            "company_assignments",
            "a",
            "a.organization_id = ? AND a.membership_id = each.value",
            &[&organization],
        )
        .then(
            "companies",
            "c",
            "c.organization_id = a.organization_id AND c.id = a.company_id",
            &[],
        )
}

/// The names of the companies of each member, by name. `within`: only those of these companies. `known`: companies that were
/// read already, by name; where they are all that is needed, names are not read again.
pub fn company_names(
    conn: &mut Conn,
    organization: OrgId,
    members: &[MembershipId],
    within: Option<&[CompanyId]>,
    known: &[CompanyChoice],
) -> QueryResult<HashMap<MembershipId, Vec<String>>> {
    let mut names: HashMap<MembershipId, Vec<String>> = HashMap::new();
    if members.is_empty() {
        return Ok(names);
    }
    if !known.is_empty()
        && let Some(names) = names_among(conn, organization, members, within, known)?
    {
        return Ok(names);
    }
    let mut rows: Vec<(MembershipId, Vec<u8>, CompanyId, String)> = assignments_of(conn, organization, members)
        .select::<(Text, Binary, Text, Text)>("a.membership_id, c.sort_name, c.id, c.name")
        .load(conn)?;
    rows.retain(|(_, _, company, _)| within.is_none_or(|within| within.contains(company)));
    rows.sort_unstable();
    for (member, _, _, name) in rows {
        names.entry(member).or_default().push(name);
    }
    Ok(names)
}

/// The same from `known` alone; `None` when a member is in another company: one that is archived.
fn names_among(
    conn: &mut Conn,
    organization: OrgId,
    members: &[MembershipId],
    within: Option<&[CompanyId]>,
    known: &[CompanyChoice],
) -> QueryResult<Option<HashMap<MembershipId, Vec<String>>>> {
    let these = conn.one_of(company_assignments::membership_id, members);
    let rows: Vec<(MembershipId, CompanyId)> = on_each!(conn, c => company_assignments::table
        .filter(company_assignments::organization_id.eq(organization))
        .filter(these)
        .select((company_assignments::membership_id, company_assignments::company_id))
        .load(c))?;
    let places: HashMap<CompanyId, usize> = known.iter().enumerate().map(|(at, company)| (company.id, at)).collect();
    let mut found = Vec::with_capacity(rows.len());
    for (member, company) in rows {
        match places.get(&company) {
            Some(at) => found.push((member, *at)),
            None if within.is_none_or(|within| within.contains(&company)) => return Ok(None),
            None => {}
        }
    }
    found.sort_unstable();
    let mut names: HashMap<MembershipId, Vec<String>> = HashMap::new();
    for (member, at) in found {
        names
            .entry(member)
            .or_default()
            .extend(known.get(at).map(|company| company.name.clone()));
    }
    Ok(Some(names))
}

/// Whether a member is assigned to at least one of the companies.
pub fn is_in_any(
    conn: &mut Conn,
    organization: OrgId,
    member: MembershipId,
    companies: &[CompanyId],
) -> QueryResult<bool> {
    diesel::select(diesel::dsl::exists(
        company_assignments::table
            .filter(company_assignments::organization_id.eq(organization))
            .filter(company_assignments::membership_id.eq(member))
            .filter(conn.one_of(company_assignments::company_id, companies)),
    ))
    .get_result(conn)
}

/// The effective role of a member in a company.
pub fn role_in(
    conn: &mut Conn,
    organization: OrgId,
    member: MembershipId,
    company: CompanyId,
) -> QueryResult<Option<CompanyRole>> {
    company_assignments::table
        .find((organization, member, company))
        .select(company_assignments::role)
        .first(conn)
        .optional()
}

/// A company and the assignment of one member to it.
#[derive(Debug, Clone)]
pub struct CompanyAssignment {
    pub company: String,
    pub status: CompanyStatus,
    pub role: Option<CompanyRole>,
    pub direct: Option<CompanyRole>,
    pub until: Option<Time>,
}

/// A company and a member's assignment to it, if there is one.
pub fn assignment(
    conn: &mut Conn,
    organization: OrgId,
    member: MembershipId,
    company: CompanyId,
) -> QueryResult<CompanyAssignment> {
    let (name, status) = companies::table
        .find((organization, company))
        .select((companies::name, companies::status))
        .first(conn)?;
    let found: Option<(CompanyRole, Option<CompanyRole>, Option<Time>)> = company_assignments::table
        .find((organization, member, company))
        .select((
            company_assignments::role,
            company_assignments::direct_role,
            company_assignments::access_until,
        ))
        .first(conn)
        .optional()?;
    Ok(CompanyAssignment {
        company: name,
        status,
        role: found.map(|(role, ..)| role),
        direct: found.and_then(|(_, direct, _)| direct),
        until: found.and_then(|(.., until)| until),
    })
}
