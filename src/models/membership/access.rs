//! What somebody's rights follow from, as it stands in the database.

use diesel::prelude::*;

use crate::authz::decision::{AccessInputs, Overrides, RoleGrant, RolePolicies};
use crate::authz::permission::{PermissionId, PermissionSet};
use crate::authz::role::{CompanyRole, Role};
use crate::common::id::{CompanyId, CustomRoleId, MembershipId};
use crate::common::time::Time;
use crate::db::Conn;
use crate::db::schema::{company_assignments, custom_roles, group_members, groups, memberships, organizations};
use crate::db::types::MembershipStatus;
use crate::db::types::org_id::OrgId;

/// What a membership says of its rights besides the role that counts.
#[derive(Debug, Clone, Queryable)]
pub struct MembershipAccess {
    /// The person's own role.
    pub direct_role: Role,
    /// The custom role that stands in its place.
    pub custom_role: Option<CustomRoleId>,
    /// The switched cells, as stored.
    pub overrides: String,
    /// In how many groups the person is.
    pub groups: i32,
}

pub type FactColumns = (
    memberships::direct_role,
    memberships::custom_role_id,
    memberships::overrides,
    memberships::group_count,
);

/// The columns of `MembershipAccess`.
pub const FACTS: FactColumns = (
    memberships::direct_role,
    memberships::custom_role_id,
    memberships::overrides,
    memberships::group_count,
);

/// The companies in which somebody with these grounds holds a right by assignment.
pub fn companies_with(
    conn: &mut Conn,
    now: Time,
    organization: OrgId,
    membership: MembershipId,
    inputs: &AccessInputs,
    permission: PermissionId,
) -> QueryResult<Vec<CompanyId>> {
    let rows: Vec<(CompanyId, CompanyRole)> = company_assignments::table
        .filter(company_assignments::organization_id.eq(organization))
        .filter(company_assignments::membership_id.eq(membership))
        .filter(
            company_assignments::access_until
                .is_null()
                .or(company_assignments::access_until.ge(now)),
        )
        .select((company_assignments::company_id, company_assignments::role))
        .load(conn)?;
    Ok(rows
        .into_iter()
        .filter(|(_, role)| inputs.in_company(Some(*role)).has(permission))
        .map(|(company, _)| company)
        .collect())
}

/// The distinct company roles that a member has somewhere.
pub fn company_roles(
    conn: &mut Conn,
    now: Time,
    organization: OrgId,
    membership: MembershipId,
) -> QueryResult<Vec<CompanyRole>> {
    company_assignments::table
        .filter(company_assignments::organization_id.eq(organization))
        .filter(company_assignments::membership_id.eq(membership))
        .filter(
            company_assignments::access_until
                .is_null()
                .or(company_assignments::access_until.ge(now)),
        )
        .select(company_assignments::role)
        .distinct()
        .load(conn)
}

/// The roles in the organization: one's own or the custom one in its place, then those of the groups. Most people have
/// neither a custom role nor a group, and nothing is read for them.
pub fn held_roles(
    conn: &mut Conn,
    organization: OrgId,
    membership: MembershipId,
    facts: &MembershipAccess,
) -> QueryResult<Vec<RoleGrant>> {
    let custom = match facts.custom_role {
        Some(id) => Some(custom_permissions(conn, organization, id)?),
        None => None,
    };
    let mut roles = vec![RoleGrant {
        role: facts.direct_role,
        custom,
    }];
    if facts.groups > 0 {
        let inherited: Vec<Role> = group_members::table
            .inner_join(
                groups::table.on(groups::organization_id
                    .eq(group_members::organization_id)
                    .and(groups::id.eq(group_members::group_id))),
            )
            .filter(group_members::organization_id.eq(organization))
            .filter(group_members::membership_id.eq(membership))
            .select(groups::role)
            .distinct()
            .load(conn)?;
        roles.extend(inherited.into_iter().map(RoleGrant::from));
    }
    Ok(roles)
}

/// The permissions that a custom role is made of.
pub fn custom_permissions(conn: &mut Conn, organization: OrgId, id: CustomRoleId) -> QueryResult<PermissionSet> {
    let text: String = custom_roles::table
        .find((organization, id))
        .select(custom_roles::permissions)
        .first(conn)?;
    Ok(PermissionSet::read(&text))
}

/// The switched cells of the organization's roles.
pub fn policies(conn: &mut Conn, organization: OrgId) -> QueryResult<RolePolicies> {
    let text: String = organizations::table
        .find(organization)
        .select(organizations::policies)
        .first(conn)?;
    Ok(RolePolicies::read(&text))
}

/// What somebody's rights follow from, by their membership: for whoever explains them, vouches by them, or checks them
/// again when something made earlier is used. Somebody who was removed is not in force.
pub fn access_inputs(conn: &mut Conn, now: Time, organization: OrgId, id: MembershipId) -> QueryResult<AccessInputs> {
    let (status, until, facts, policies, delete_after): (
        MembershipStatus,
        Option<Time>,
        MembershipAccess,
        String,
        Option<Time>,
    ) = memberships::table
        .inner_join(organizations::table)
        .filter(memberships::organization_id.eq(organization))
        .filter(memberships::id.eq(id))
        .select((
            memberships::status,
            memberships::access_until,
            FACTS,
            organizations::policies,
            organizations::delete_after,
        ))
        .first(conn)?;
    Ok(AccessInputs {
        in_force: status == MembershipStatus::Active && until.is_none_or(|end| end >= now),
        read_only: delete_after.is_some(),
        roles: held_roles(conn, organization, id, &facts)?,
        companies: company_roles(conn, now, organization, id)?,
        overrides: Overrides::read(&facts.overrides),
        policies: RolePolicies::read(&policies),
    })
}
