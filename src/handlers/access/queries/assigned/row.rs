//! An assignment with the names that its line shows.

use std::collections::{BTreeSet, HashMap};

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Integer, Nullable, Text};

use crate::authz::role::{CompanyRole, Role};
use crate::common::id::{CompanyId, MembershipId};
use crate::common::time::Time;
use crate::db::Conn;
use crate::db::schema::{companies, company_assignments};
use crate::db::types::MembershipStatus;
use crate::db::types::org_id::OrgId;
use crate::db::types::organization::CompanyStatus;
use crate::models::membership::Origin;

/// A member's assignment to a company.
#[derive(Debug, Clone)]
pub struct AssignmentRow {
    pub member: MembershipId,
    pub name: String,
    pub email: String,
    /// The role in the organization.
    pub member_role: Role,
    pub status: MembershipStatus,
    pub member_until: Option<Time>,
    pub groups: i32,
    pub company: CompanyId,
    pub company_name: String,
    pub slug: String,
    pub company_status: CompanyStatus,
    pub company_sort: Vec<u8>,
    /// The effective role.
    pub role: CompanyRole,
    pub direct_role: Option<CompanyRole>,
    pub origin: Origin,
    sort_name: Vec<u8>,
}

/// An assignment as it is stored.
#[derive(Debug, Queryable, Selectable)]
#[diesel(table_name = company_assignments)]
pub(super) struct StoredAssignment {
    #[diesel(column_name = membership_id)]
    member: MembershipId,
    #[diesel(column_name = company_id)]
    company: CompanyId,
    role: CompanyRole,
    direct_role: Option<CompanyRole>,
    origin: Origin,
    sort_name: Vec<u8>,
}

#[derive(Debug, Clone, Queryable)]
struct AssignedMember {
    id: MembershipId,
    name: String,
    email: String,
    role: Role,
    status: MembershipStatus,
    access_until: Option<Time>,
    groups: i32,
}

#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = companies)]
struct AssignedCompany {
    id: CompanyId,
    name: String,
    slug: String,
    status: CompanyStatus,
    sort_name: Vec<u8>,
}

impl AssignmentRow {
    /// Whether a group gives the effective role.
    pub fn by_group(&self) -> bool {
        self.direct_role != Some(self.role)
    }

    pub(super) fn key(&self) -> (Vec<u8>, String) {
        let mut key = self.member.as_str().as_bytes().to_vec();
        key.extend_from_slice(&self.sort_name);
        (key, self.company.to_string())
    }
}

/// With the members and companies. They are read after the page is cut, or a planner begins with all of them.
pub(super) fn with_names(
    conn: &mut Conn,
    organization: OrgId,
    stored: Vec<StoredAssignment>,
) -> QueryResult<Vec<AssignmentRow>> {
    let members: BTreeSet<MembershipId> = stored.iter().map(|row| row.member).collect();
    let members: HashMap<MembershipId, AssignedMember> = conn
        .for_each_of(members)
        .then(
            "memberships",
            "m",
            "m.organization_id = ? AND m.id = each.value",
            &[&organization],
        )
        .then("users", "u", "u.id = m.user_id", &[])
        .select::<(Text, Text, Text, Text, Text, Nullable<BigInt>, Integer)>(
            "m.id, u.name, u.email, m.role, m.status, m.access_until, m.group_count",
        )
        .load(conn)?
        .into_iter()
        .map(|member: AssignedMember| (member.id, member))
        .collect();
    let ids: BTreeSet<CompanyId> = stored.iter().map(|row| row.company).collect();
    let companies: HashMap<CompanyId, AssignedCompany> = companies::table
        .filter(companies::organization_id.eq(organization))
        .filter(conn.one_of(companies::id, ids))
        .select(AssignedCompany::as_select())
        .load(conn)?
        .into_iter()
        .map(|company: AssignedCompany| (company.id, company))
        .collect();
    let rows = stored.into_iter().filter_map(|row| {
        let (member, company) = (members.get(&row.member)?.clone(), companies.get(&row.company)?.clone());
        Some(AssignmentRow {
            member: member.id,
            name: member.name,
            email: member.email,
            member_role: member.role,
            status: member.status,
            member_until: member.access_until,
            groups: member.groups,
            company: company.id,
            company_name: company.name,
            slug: company.slug,
            company_status: company.status,
            company_sort: company.sort_name,
            role: row.role,
            direct_role: row.direct_role,
            origin: row.origin,
            sort_name: row.sort_name,
        })
    });
    Ok(rows.collect())
}
