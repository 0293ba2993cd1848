//! Reads of the pages about permissions.

use diesel::prelude::*;

use crate::authz::role::{CompanyRole, Role};
use crate::common::id::{CompanyId, CustomRoleId, GroupId, MembershipId};
use crate::common::time::Time;
use crate::db::Conn;
use crate::db::schema::{companies, company_assignments, group_grants, group_members, groups, memberships, users};
use crate::db::types::org_id::OrgId;
use crate::models::access_matrix::MatrixCompany;
use crate::models::membership::Origin;

/// A group of a member.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = groups)]
pub struct MemberGroup {
    pub id: GroupId,
    pub name: String,
    pub role: Role,
}

/// The groups of a member, by name.
pub fn groups(conn: &mut Conn, organization: OrgId, member: MembershipId) -> QueryResult<Vec<MemberGroup>> {
    groups::table
        .inner_join(
            group_members::table.on(group_members::organization_id
                .eq(groups::organization_id)
                .and(group_members::group_id.eq(groups::id))),
        )
        .filter(groups::organization_id.eq(organization))
        .filter(group_members::membership_id.eq(member))
        .order((groups::name, groups::id))
        .select(MemberGroup::as_select())
        .load(conn)
}

pub fn company_by_slug(conn: &mut Conn, organization: OrgId, slug: &str) -> QueryResult<Option<MatrixCompany>> {
    companies::table
        .filter(companies::organization_id.eq(organization))
        .filter(companies::slug.eq(slug))
        .select(MatrixCompany::as_select())
        .first(conn)
        .optional()
}

/// A member's role in a company.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = company_assignments)]
pub struct MemberAssignment {
    /// The effective role.
    pub role: CompanyRole,
    /// The member's own role; `None`: only through groups.
    pub direct_role: Option<CompanyRole>,
    pub origin: Origin,
}

/// A member's role in a company, unless it expired.
pub fn assignment(
    conn: &mut Conn,
    now: Time,
    organization: OrgId,
    member: MembershipId,
    company: CompanyId,
) -> QueryResult<Option<MemberAssignment>> {
    company_assignments::table
        .find((organization, member, company))
        .filter(
            company_assignments::access_until
                .is_null()
                .or(company_assignments::access_until.ge(now)),
        )
        .select(MemberAssignment::as_select())
        .first(conn)
        .optional()
}

/// The groups of a member that give a role in a company, by name.
pub fn groups_in(
    conn: &mut Conn,
    organization: OrgId,
    member: MembershipId,
    company: CompanyId,
) -> QueryResult<Vec<(String, CompanyRole)>> {
    groups::table
        .inner_join(
            group_members::table.on(group_members::organization_id
                .eq(groups::organization_id)
                .and(group_members::group_id.eq(groups::id))),
        )
        .inner_join(
            group_grants::table.on(group_grants::organization_id
                .eq(groups::organization_id)
                .and(group_grants::group_id.eq(groups::id))),
        )
        .filter(groups::organization_id.eq(organization))
        .filter(group_members::membership_id.eq(member))
        .filter(group_grants::company_id.eq(company))
        .order((groups::name, groups::id))
        .select((groups::name, group_grants::role))
        .load(conn)
}

/// The most people listed for a role.
const HOLDERS: i64 = 10;

/// The first people by name who have a custom role.
pub fn holders(
    conn: &mut Conn,
    organization: OrgId,
    role: CustomRoleId,
) -> QueryResult<Vec<(MembershipId, String, String)>> {
    memberships::table
        .inner_join(users::table)
        .filter(memberships::organization_id.eq(organization))
        .filter(memberships::custom_role_id.eq(role))
        .filter(memberships::sort_name.is_not_null())
        .order((memberships::sort_name, memberships::id))
        .limit(HOLDERS)
        .select((memberships::id, users::name, users::email))
        .load(conn)
}
