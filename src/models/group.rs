//! Groups and what they give: what pages and rules read.

use std::collections::HashMap;

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Binary, Text};

use crate::authz::role::{CompanyRole, Role};
use crate::common::id::{CompanyId, GroupId, MembershipId};
use crate::common::time::Time;
use crate::db::schema::{companies, group_grants, group_members, groups};
use crate::db::types::org_id::OrgId;
use crate::db::types::organization::CompanyStatus;
use crate::db::{Conn, Lookup};

#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = groups)]
pub struct Group {
    pub id: GroupId,
    pub name: String,
    pub description: String,
    /// The role that members inherit; Member gives nothing.
    pub role: Role,
    pub member_count: i64,
    pub created_at: Time,
}

/// A company that a group gives access to.
#[derive(Debug, Clone, Queryable)]
pub struct GroupGrant {
    pub company: CompanyId,
    pub name: String,
    pub role: CompanyRole,
    pub status: CompanyStatus,
}

/// The groups by name, or only those that give access to one of the companies.
pub fn list(
    conn: &mut Conn,
    organization: OrgId,
    within: Option<Vec<CompanyId>>,
    limit: i64,
) -> QueryResult<Vec<Group>> {
    let mut query = groups::table
        .filter(groups::organization_id.eq(organization))
        .order((groups::name, groups::id))
        .limit(limit)
        .select(Group::as_select())
        .into_boxed();
    if let Some(within) = within {
        let giving = group_grants::table
            .filter(group_grants::organization_id.eq(organization))
            .filter(group_grants::company_id.eq_any(within))
            .select(group_grants::group_id);
        query = query.filter(groups::id.eq_any(giving));
    }
    query.load(conn)
}

pub fn find(conn: &mut Conn, organization: OrgId, id: GroupId) -> QueryResult<Group> {
    groups::table
        .find((organization, id))
        .select(Group::as_select())
        .first(conn)
}

pub fn count(conn: &mut Conn, organization: OrgId) -> QueryResult<i64> {
    groups::table
        .filter(groups::organization_id.eq(organization))
        .count()
        .get_result(conn)
}

/// The companies that groups give access to, by name.
pub fn grants_of(
    conn: &mut Conn,
    organization: OrgId,
    groups: &[Group],
) -> QueryResult<HashMap<GroupId, Vec<GroupGrant>>> {
    let mut rows: Vec<(GroupId, Vec<u8>, GroupGrant)> = conn
        .for_each_of(groups.iter().map(|group| group.id))
        .then(
            "group_grants",
            "g",
            "g.organization_id = ? AND g.group_id = each.value",
            &[&organization],
        )
        .then(
            "companies",
            "c",
            "c.organization_id = g.organization_id AND c.id = g.company_id",
            &[],
        )
        .select::<(Text, Binary, (Text, Text, Text, Text))>("g.group_id, c.sort_name, c.id, c.name, g.role, c.status")
        .load(conn)?;
    rows.sort_by(|(_, one, at), (_, other, to)| (one, at.company).cmp(&(other, to.company)));
    let mut grants: HashMap<GroupId, Vec<GroupGrant>> = HashMap::new();
    for (group, _, grant) in rows {
        grants.entry(group).or_default().push(grant);
    }
    Ok(grants)
}

/// The companies that a group gives access to, by name.
pub fn grants(conn: &mut Conn, organization: OrgId, id: GroupId) -> QueryResult<Vec<GroupGrant>> {
    group_grants::table
        .inner_join(
            companies::table.on(companies::organization_id
                .eq(group_grants::organization_id)
                .and(companies::id.eq(group_grants::company_id))),
        )
        .filter(group_grants::organization_id.eq(organization))
        .filter(group_grants::group_id.eq(id))
        .order((companies::sort_name, companies::id))
        .select((companies::id, companies::name, group_grants::role, companies::status))
        .load(conn)
}

/// The groups of a member, by name.
pub fn of_member(conn: &mut Conn, organization: OrgId, member: MembershipId) -> QueryResult<Vec<Group>> {
    conn.rows_of(
        "group_members",
        "m",
        "m.organization_id = ? AND m.membership_id = ?",
        &[&organization, &member],
    )
    .then(
        "groups",
        "g",
        "g.organization_id = m.organization_id AND g.id = m.group_id",
        &[],
    )
    .select::<(Text, Text, Text, Text, BigInt, BigInt)>(
        "g.id, g.name, g.description, g.role, g.member_count, g.created_at",
    )
    .ordered("g.name, g.id")
    .load(conn)
}

pub fn has_member(conn: &mut Conn, organization: OrgId, id: GroupId, member: MembershipId) -> QueryResult<bool> {
    let key = (organization, id, member);
    diesel::select(diesel::dsl::exists(group_members::table.find(key))).get_result(conn)
}

fn members_of(conn: &Conn, organization: OrgId, id: GroupId) -> Lookup {
    conn.rows_of(
        "group_members",
        "gm",
        "gm.organization_id = ? AND gm.group_id = ?",
        &[&organization, &id],
    )
}

const MEMBER: &str = "m.organization_id = gm.organization_id AND m.id = gm.membership_id";

/// The distinct effective roles of the members of a group.
pub fn member_roles(conn: &mut Conn, organization: OrgId, id: GroupId) -> QueryResult<Vec<Role>> {
    members_of(conn, organization, id)
        .then("memberships", "m", MEMBER, &[])
        .select::<Text>("DISTINCT m.role")
        .load(conn)
}

/// The members with overrides, and `actor` if they are in the group.
pub fn members_with_overrides(
    conn: &mut Conn,
    organization: OrgId,
    id: GroupId,
    actor: MembershipId,
) -> QueryResult<Vec<MembershipId>> {
    let wanted = format!("{MEMBER} AND (m.overrides <> '' OR m.id = ?)");
    members_of(conn, organization, id)
        .then("memberships", "m", &wanted, &[&actor])
        .select::<Text>("m.id")
        .load(conn)
}
