//! What explains somebody's rights, and the requests, as rows.

use diesel::prelude::*;

use crate::authz::role::{CompanyRole, Role};
use crate::common::id::{CompanyId, CustomRoleId, GroupId, MembershipId};
use crate::common::name;
use crate::common::time::Time;
use crate::db::Conn;
use crate::db::schema::{companies, company_assignments, group_grants, group_members, groups, memberships, users};
use crate::db::types::org_id::OrgId;
use crate::db::types::organization::CompanyStatus;
use crate::models::membership::Origin;

/// A group that somebody is in.
#[derive(Debug, Clone, Queryable)]
pub struct Group {
    pub id: GroupId,
    pub name: String,
    /// The role it gives.
    pub role: Role,
}

/// The groups of somebody, by name.
pub fn groups(conn: &mut Conn, organization: OrgId, member: MembershipId) -> QueryResult<Vec<Group>> {
    groups::table
        .inner_join(
            group_members::table.on(group_members::organization_id
                .eq(groups::organization_id)
                .and(group_members::group_id.eq(groups::id))),
        )
        .filter(groups::organization_id.eq(organization))
        .filter(group_members::membership_id.eq(member))
        .order((groups::name, groups::id))
        .select((groups::id, groups::name, groups::role))
        .load(conn)
}

/// A company by name.
#[derive(Debug, Clone, Queryable)]
pub struct Company {
    pub id: CompanyId,
    pub name: String,
    pub slug: String,
    /// Whether it works.
    pub status: CompanyStatus,
}

const COMPANY: (companies::id, companies::name, companies::slug, companies::status) =
    (companies::id, companies::name, companies::slug, companies::status);

/// A company by its id.
pub fn company(conn: &mut Conn, organization: OrgId, id: CompanyId) -> QueryResult<Option<Company>> {
    companies::table
        .find((organization, id))
        .select(COMPANY)
        .first(conn)
        .optional()
}

/// A company by its slug.
pub fn company_by_slug(conn: &mut Conn, organization: OrgId, slug: &str) -> QueryResult<Option<Company>> {
    companies::table
        .filter(companies::organization_id.eq(organization))
        .filter(companies::slug.eq(slug))
        .select(COMPANY)
        .first(conn)
        .optional()
}

/// The company that somebody means by what they typed: an id, a slug, a name, or the beginning of one.
pub fn company_meant(conn: &mut Conn, organization: OrgId, text: &str) -> QueryResult<Option<Company>> {
    if let Some(id) = CompanyId::parse(text) {
        return company(conn, organization, id);
    }
    if let Some(found) = company_by_slug(conn, organization, text)? {
        return Ok(Some(found));
    }
    let key = name::sort_key(text);
    if key.is_empty() {
        return Ok(None);
    }
    let end = name::prefix_end(&key).unwrap_or_else(|| vec![0xff; 4]);
    companies::table
        .filter(companies::organization_id.eq(organization))
        .filter(companies::sort_name.ge(key))
        .filter(companies::sort_name.lt(end))
        .order((companies::sort_name, companies::id))
        .select(COMPANY)
        .first(conn)
        .optional()
}

/// The first companies by name, all or some of them, to choose from.
pub fn companies(
    conn: &mut Conn,
    organization: OrgId,
    own: Option<&[CompanyId]>,
    limit: i64,
) -> QueryResult<Vec<Company>> {
    let mut query = companies::table
        .filter(companies::organization_id.eq(organization))
        .filter(companies::status.eq(CompanyStatus::Active))
        .into_boxed();
    if let Some(own) = own {
        query = query.filter(companies::id.eq_any(own));
    }
    query
        .order((companies::sort_name, companies::id))
        .limit(limit)
        .select(COMPANY)
        .load(conn)
}

/// Somebody's place in a company as it counts.
#[derive(Debug, Clone, Queryable)]
pub struct Place {
    /// The role that counts.
    pub role: CompanyRole,
    /// The role of their own; `None`: only through groups.
    pub direct: Option<CompanyRole>,
    /// Where it comes from.
    pub origin: Origin,
}

/// Somebody's place in a company, unless it ended.
pub fn place(
    conn: &mut Conn,
    now: Time,
    organization: OrgId,
    member: MembershipId,
    company: CompanyId,
) -> QueryResult<Option<Place>> {
    company_assignments::table
        .find((organization, member, company))
        .filter(
            company_assignments::access_until
                .is_null()
                .or(company_assignments::access_until.ge(now)),
        )
        .select((
            company_assignments::role,
            company_assignments::direct_role,
            company_assignments::origin,
        ))
        .first(conn)
        .optional()
}

/// The groups of somebody that give a role in a company, by name.
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

/// So many people are named who have a role.
const HOLDERS: i64 = 10;

/// The first people by name who have a role of the organization's own.
pub fn holders(conn: &mut Conn, organization: OrgId, role: CustomRoleId) -> QueryResult<Vec<(MembershipId, String)>> {
    memberships::table
        .inner_join(users::table)
        .filter(memberships::organization_id.eq(organization))
        .filter(memberships::custom_role_id.eq(role))
        .filter(memberships::sort_name.is_not_null())
        .order((memberships::sort_name, memberships::id))
        .limit(HOLDERS)
        .select((memberships::id, users::name))
        .load(conn)
}
