//! Reads of the pages of access control.

pub mod assigned;
pub mod matrix;

use std::collections::HashMap;

use diesel::prelude::*;
use diesel::sql_types::{Binary, Nullable, Text};

use crate::authz::role::{CompanyRole, Role};
use crate::common::id::{CompanyId, CustomRoleId, MembershipId};
use crate::db::Conn;
use crate::db::schema::{memberships, role_counts};
use crate::db::types::org_id::OrgId;
use crate::db::types::organization::CompanyStatus;
use crate::models::membership::Origin;
use crate::models::membership::assigned::assignments_of;

/// Where a member's role comes from.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = memberships)]
pub struct MemberGrants {
    pub id: MembershipId,
    /// The member's own role.
    pub direct_role: Role,
    /// The custom role instead of the built-in one.
    #[diesel(column_name = custom_role_id)]
    pub custom_role: Option<CustomRoleId>,
    /// As stored.
    pub overrides: String,
    pub group_count: i32,
}

pub fn grants(
    conn: &mut Conn,
    organization: OrgId,
    members: &[MembershipId],
) -> QueryResult<HashMap<MembershipId, MemberGrants>> {
    let rows: Vec<MemberGrants> = memberships::table
        .filter(memberships::organization_id.eq(organization))
        .filter(conn.one_of(memberships::id, members))
        .select(MemberGrants::as_select())
        .load(conn)?;
    Ok(rows.into_iter().map(|grants| (grants.id, grants)).collect())
}

/// A member's role in a company.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListedAssignment {
    pub company: CompanyId,
    pub name: String,
    pub slug: String,
    pub archived: bool,
    /// The effective role.
    pub role: CompanyRole,
    /// The member's own role, without what groups give.
    pub direct_role: Option<CompanyRole>,
    /// Where the own role comes from.
    pub origin: Origin,
}

impl ListedAssignment {
    /// Whether a group gives the effective role.
    pub fn by_group(&self) -> bool {
        self.direct_role != Some(self.role)
    }
}

#[derive(Queryable)]
struct AssignmentRow {
    member: MembershipId,
    sort_name: Vec<u8>,
    company: CompanyId,
    name: String,
    slug: String,
    status: CompanyStatus,
    role: CompanyRole,
    direct_role: Option<CompanyRole>,
    origin: Origin,
}

/// The assignments of some members by the names of companies; only to the companies in `within`, when given.
pub fn assignments(
    conn: &mut Conn,
    organization: OrgId,
    members: &[MembershipId],
    within: Option<&[CompanyId]>,
) -> QueryResult<HashMap<MembershipId, Vec<ListedAssignment>>> {
    let mut assignments: HashMap<MembershipId, Vec<ListedAssignment>> = HashMap::new();
    if members.is_empty() {
        return Ok(assignments);
    }
    let mut rows: Vec<AssignmentRow> = assignments_of(conn, organization, members)
        .select::<(Text, Binary, Text, Text, Text, Text, Text, Nullable<Text>, Text)>(
            "a.membership_id, c.sort_name, c.id, c.name, c.slug, c.status, a.role, a.direct_role, a.origin",
        )
        .load(conn)?;
    rows.retain(|row| within.is_none_or(|within| within.contains(&row.company)));
    rows.sort_unstable_by(|one, other| (&one.sort_name, one.company).cmp(&(&other.sort_name, other.company)));
    for row in rows {
        assignments.entry(row.member).or_default().push(ListedAssignment {
            company: row.company,
            name: row.name,
            slug: row.slug,
            archived: row.status == CompanyStatus::Archived,
            role: row.role,
            direct_role: row.direct_role,
            origin: row.origin,
        });
    }
    Ok(assignments)
}

/// What groups give some members: roles, and roles in companies, each with the name of the group.
#[derive(Debug, Default)]
pub struct GroupGrants {
    roles: Vec<(MembershipId, Role, String)>,
    assignments: Vec<(MembershipId, CompanyId, CompanyRole, String)>,
}

impl GroupGrants {
    /// The group that gives a member a role.
    pub fn role(&self, member: MembershipId, role: Role) -> Option<&str> {
        let given = self.roles.iter().find(|(id, given, _)| *id == member && *given == role);
        given.map(|(_, _, name)| name.as_str())
    }

    /// The highest role that groups give a member in a company, and the group.
    pub fn in_company(&self, member: MembershipId, company: CompanyId) -> Option<(CompanyRole, &str)> {
        let given = self
            .assignments
            .iter()
            .filter(|(id, at, ..)| *id == member && *at == company);
        given
            .map(|(_, _, role, name)| (*role, name.as_str()))
            .min_by_key(|(role, _)| *role)
    }
}

/// Reads nothing when no member is given.
pub fn group_grants(conn: &mut Conn, organization: OrgId, members: &[MembershipId]) -> QueryResult<GroupGrants> {
    if members.is_empty() {
        return Ok(GroupGrants::default());
    }
    let in_groups = conn
        .for_each_of(members)
        .then(
            "group_members",
            "m",
            "m.organization_id = ? AND m.membership_id = each.value",
            &[&organization],
        )
        .then(
            "groups",
            "g",
            "g.organization_id = m.organization_id AND g.id = m.group_id",
            &[],
        );
    let roles = in_groups
        .clone()
        .select::<(Text, Text, Text)>("m.membership_id, g.role, g.name")
        .ordered("g.name, g.id");
    let assignments = in_groups
        .then(
            "group_grants",
            "gg",
            "gg.organization_id = m.organization_id AND gg.group_id = m.group_id",
            &[],
        )
        .select::<(Text, Text, Text, Text)>("m.membership_id, gg.company_id, gg.role, g.name")
        .ordered("g.name, g.id");
    Ok(GroupGrants {
        roles: roles.load(conn)?,
        assignments: assignments.load(conn)?,
    })
}

/// The number of active members whose role reaches every company, by role.
pub fn everywhere(conn: &mut Conn, organization: OrgId) -> QueryResult<Vec<(Role, i64)>> {
    let mut counts: Vec<(Role, i64)> = role_counts::table
        .filter(role_counts::organization_id.eq(organization))
        .select((role_counts::role, role_counts::members - role_counts::suspended))
        .load(conn)?;
    counts.retain(|(role, people)| role.inherited().is_some() && *people > 0);
    counts.sort_unstable();
    Ok(counts)
}
