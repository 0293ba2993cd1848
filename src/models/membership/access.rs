//! What a member's permissions follow from.

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
use crate::on_each;

/// What a membership adds to the effective role.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = memberships)]
pub struct MembershipAccess {
    pub direct_role: Role,
    /// The custom role that replaces the direct role.
    #[diesel(column_name = custom_role_id)]
    pub custom_role: Option<CustomRoleId>,
    /// The overrides, as stored.
    pub overrides: String,
    /// The number of groups they are in.
    #[diesel(column_name = group_count)]
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

/// The companies where an assignment gives the permission to a member with these inputs.
pub fn companies_with(
    conn: &mut Conn,
    now: Time,
    organization: OrgId,
    membership: MembershipId,
    inputs: &AccessInputs,
    permission: PermissionId,
) -> QueryResult<Vec<CompanyId>> {
    Ok(giving(
        &assignments(conn, now, organization, membership)?,
        inputs,
        permission,
    ))
}

/// The current assignments of a member: company and effective role.
pub fn assignments(
    conn: &mut Conn,
    now: Time,
    organization: OrgId,
    membership: MembershipId,
) -> QueryResult<Vec<(CompanyId, CompanyRole)>> {
    on_each!(conn, c => company_assignments::table
        .filter(company_assignments::organization_id.eq(organization))
        .filter(company_assignments::membership_id.eq(membership))
        .filter(
            company_assignments::access_until
                .is_null()
                .or(company_assignments::access_until.ge(now)),
        )
        .select((company_assignments::company_id, company_assignments::role))
        .load(c))
}

/// Which of the assignments give the permission.
pub fn giving(
    assignments: &[(CompanyId, CompanyRole)],
    inputs: &AccessInputs,
    permission: PermissionId,
) -> Vec<CompanyId> {
    let gives = |role: CompanyRole| inputs.in_company(Some(role)).has(permission);
    let giving = assignments.iter().filter(|(_, role)| gives(*role));
    giving.map(|(company, _)| *company).collect()
}

/// The distinct roles that a member has in companies.
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

/// The roles in the organization: the direct or custom role, then those of groups. Reads nothing for members without
/// custom role and groups.
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

/// The permissions of a custom role.
pub fn custom_permissions(conn: &mut Conn, organization: OrgId, id: CustomRoleId) -> QueryResult<PermissionSet> {
    let text: String = custom_roles::table
        .find((organization, id))
        .select(custom_roles::permissions)
        .first(conn)?;
    Ok(PermissionSet::read(&text))
}

/// The changed permissions of the organization's roles.
pub fn policies(conn: &mut Conn, organization: OrgId) -> QueryResult<RolePolicies> {
    let text: String = organizations::table
        .find(organization)
        .select(organizations::policies)
        .first(conn)?;
    Ok(RolePolicies::read(&text))
}

/// The inputs that the permissions of a member are computed from. Removed members have none.
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
        limit: None,
    })
}
