//! What the pages of Access control read.

pub mod matrix;

use std::collections::HashMap;

use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::sql_types::BigInt;

use crate::authz::role::{CompanyRole, Role};
use crate::common::id::{CompanyId, CustomRoleId, MembershipId};
use crate::db::Conn;
use crate::db::schema::{
    companies, company_assignments, group_grants, group_members, groups, memberships, organizations, role_counts,
};
use crate::db::types::org_id::OrgId;
use crate::db::types::organization::CompanyStatus;
use crate::models::membership::Origin;

/// What somebody's role follows from, besides the one that counts.
#[derive(Debug, Clone, Queryable)]
pub struct GrantFacts {
    pub id: MembershipId,
    /// The person's own role.
    pub direct_role: Role,
    /// The custom role in its place.
    pub custom_role: Option<CustomRoleId>,
    /// The switched cells, as stored.
    pub overrides: String,
    /// In how many groups the person is.
    pub groups: i32,
}

/// The facts of some members.
pub fn facts(
    conn: &mut Conn,
    organization: OrgId,
    members: &[MembershipId],
) -> QueryResult<HashMap<MembershipId, GrantFacts>> {
    let rows: Vec<GrantFacts> = memberships::table
        .filter(memberships::organization_id.eq(organization))
        .filter(memberships::id.eq_any(members))
        .select((
            memberships::id,
            memberships::direct_role,
            memberships::custom_role_id,
            memberships::overrides,
            memberships::group_count,
        ))
        .load(conn)?;
    Ok(rows.into_iter().map(|facts| (facts.id, facts)).collect())
}

/// Somebody's place in a company.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    pub company: CompanyId,
    pub name: String,
    pub slug: String,
    /// Whether it is read-only.
    pub archived: bool,
    /// The role that counts.
    pub role: CompanyRole,
    /// The person's own role in it, without what groups give.
    pub direct: Option<CompanyRole>,
    /// Where the own role comes from.
    pub origin: Origin,
}

impl Place {
    /// Whether a group gives what counts.
    pub fn by_group(&self) -> bool {
        self.direct != Some(self.role)
    }
}

/// The places of some members by the names of companies; of some companies only, when they are given.
pub fn places(
    conn: &mut Conn,
    organization: OrgId,
    members: &[MembershipId],
    within: Option<&[CompanyId]>,
) -> QueryResult<HashMap<MembershipId, Vec<Place>>> {
    type Row = (
        MembershipId,
        (Vec<u8>, CompanyId, String, String, CompanyStatus),
        (CompanyRole, Option<CompanyRole>, Origin),
    );
    let mut places: HashMap<MembershipId, Vec<Place>> = HashMap::new();
    if members.is_empty() {
        return Ok(places);
    }
    let mut query = company_assignments::table
        .inner_join(
            companies::table.on(companies::organization_id
                .eq(company_assignments::organization_id)
                .and(companies::id.eq(company_assignments::company_id))),
        )
        .filter(company_assignments::organization_id.eq(organization))
        .filter(company_assignments::membership_id.eq_any(members))
        .select((
            company_assignments::membership_id,
            (
                companies::sort_name,
                companies::id,
                companies::name,
                companies::slug,
                companies::status,
            ),
            (
                company_assignments::role,
                company_assignments::direct_role,
                company_assignments::origin,
            ),
        ))
        .into_boxed();
    if let Some(within) = within {
        query = query.filter(company_assignments::company_id.eq_any(within.to_vec()));
    }
    let mut rows: Vec<Row> = query.load(conn)?;
    rows.sort_unstable_by(|(_, one, _), (_, other, _)| (&one.0, one.1).cmp(&(&other.0, other.1)));
    for (member, (_, company, name, slug, status), (role, direct, origin)) in rows {
        places.entry(member).or_default().push(Place {
            company,
            name,
            slug,
            archived: status == CompanyStatus::Archived,
            role,
            direct,
            origin,
        });
    }
    Ok(places)
}

/// What the groups of some members give: the role with the group's name, and companies with a role and the name.
#[derive(Debug, Default)]
pub struct Inherited {
    roles: Vec<(MembershipId, Role, String)>,
    places: Vec<(MembershipId, CompanyId, CompanyRole, String)>,
}

impl Inherited {
    /// The group that gives somebody a role.
    pub fn role(&self, member: MembershipId, role: Role) -> Option<&str> {
        let given = self.roles.iter().find(|(id, given, _)| *id == member && *given == role);
        given.map(|(_, _, name)| name.as_str())
    }

    /// The highest role that groups give somebody in a company, and the group.
    pub fn place(&self, member: MembershipId, company: CompanyId) -> Option<(CompanyRole, &str)> {
        let given = self
            .places
            .iter()
            .filter(|(id, at, ..)| *id == member && *at == company);
        given
            .map(|(_, _, role, name)| (*role, name.as_str()))
            .min_by_key(|(role, _)| *role)
    }
}

/// What the groups of some members give. Nothing is asked when none of them is in a group.
pub fn inherited(conn: &mut Conn, organization: OrgId, members: &[MembershipId]) -> QueryResult<Inherited> {
    if members.is_empty() {
        return Ok(Inherited::default());
    }
    let of_group = groups::organization_id
        .eq(group_members::organization_id)
        .and(groups::id.eq(group_members::group_id));
    let roles = group_members::table
        .inner_join(groups::table.on(of_group))
        .filter(group_members::organization_id.eq(organization))
        .filter(group_members::membership_id.eq_any(members))
        .order((groups::name, groups::id))
        .select((group_members::membership_id, groups::role, groups::name))
        .load(conn)?;
    let places = group_members::table
        .inner_join(groups::table.on(of_group))
        .inner_join(
            group_grants::table.on(group_grants::organization_id
                .eq(group_members::organization_id)
                .and(group_grants::group_id.eq(group_members::group_id))),
        )
        .filter(group_members::organization_id.eq(organization))
        .filter(group_members::membership_id.eq_any(members))
        .order((groups::name, groups::id))
        .select((
            group_members::membership_id,
            group_grants::company_id,
            group_grants::role,
            groups::name,
        ))
        .load(conn)?;
    Ok(Inherited { roles, places })
}

/// How many places in companies count, from the numbers that are kept: in all companies, or in some.
pub fn count_places(conn: &mut Conn, organization: OrgId, within: Option<&[CompanyId]>) -> QueryResult<i64> {
    let Some(within) = within else {
        return organizations::table
            .find(organization)
            .select(organizations::assignment_count)
            .first(conn);
    };
    companies::table
        .filter(companies::organization_id.eq(organization))
        .filter(companies::id.eq_any(within))
        // The sum of whole numbers is of a wider type on PostgreSQL.
        .select(sql::<BigInt>(
            "CAST(COALESCE(SUM(companies.member_count), 0) AS BIGINT)",
        ))
        .first(conn)
}

/// How many people in force act in every company by their role, by role.
pub fn everywhere(conn: &mut Conn, organization: OrgId) -> QueryResult<Vec<(Role, i64)>> {
    let mut counts: Vec<(Role, i64)> = role_counts::table
        .filter(role_counts::organization_id.eq(organization))
        .select((role_counts::role, role_counts::members - role_counts::suspended))
        .load(conn)?;
    counts.retain(|(role, people)| role.inherited().is_some() && *people > 0);
    counts.sort_unstable();
    Ok(counts)
}
