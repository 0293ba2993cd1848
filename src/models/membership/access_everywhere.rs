//! What the permissions of one account follow from, in all of its organizations at once.

use std::collections::HashMap;

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Integer, Nullable, Text};

use crate::authz::decision::{AccessInputs, Overrides, RoleGrant, RolePolicies};
use crate::authz::permission::PermissionSet;
use crate::authz::role::{CompanyRole, Role};
use crate::common::id::UserId;
use crate::common::time::Time;
use crate::db::Conn;
use crate::db::schema::{company_assignments, memberships};
use crate::db::types::MembershipStatus;
use crate::db::types::org_id::OrgId;
use crate::models::membership::access::MembershipAccess;

type Facts = (
    OrgId,
    MembershipStatus,
    Option<Time>,
    MembershipAccess,
    String,
    Option<Time>,
);

type FactColumns = (
    Text,
    Text,
    Nullable<BigInt>,
    (Text, Nullable<Text>, Text, Integer),
    Text,
    Nullable<BigInt>,
);

/// As `access_inputs`, for each organization in which the account is not removed.
pub fn inputs_everywhere(conn: &mut Conn, now: Time, user: UserId) -> QueryResult<HashMap<OrgId, AccessInputs>> {
    let facts: Vec<Facts> = conn
        .rows_of("memberships", "m", "m.user_id = ? AND m.status <> 'removed'", &[&user])
        .then("organizations", "o", "o.id = m.organization_id", &[])
        .select::<FactColumns>(
            "m.organization_id, m.status, m.access_until, \
             m.direct_role, m.custom_role_id, m.overrides, m.group_count, o.policies, o.delete_after",
        )
        .load(conn)?;
    let mut customs = custom_roles(conn, user)?;
    let mut inherited = group_roles(conn, user)?;
    let mut companies = company_roles(conn, now, user)?;
    let inputs = facts
        .into_iter()
        .map(|(organization, status, until, facts, policies, delete_after)| {
            let custom = facts.custom_role.and_then(|_| customs.remove(&organization));
            let mut roles = vec![RoleGrant {
                role: facts.direct_role,
                custom,
            }];
            let groups = inherited.remove(&organization).unwrap_or_default();
            roles.extend(groups.into_iter().map(RoleGrant::from));
            let inputs = AccessInputs {
                in_force: status == MembershipStatus::Active && until.is_none_or(|end| end >= now),
                read_only: delete_after.is_some(),
                roles,
                companies: companies.remove(&organization).unwrap_or_default(),
                overrides: Overrides::read(&facts.overrides),
                policies: RolePolicies::read(&policies),
                limit: None,
            };
            (organization, inputs)
        });
    Ok(inputs.collect())
}

fn custom_roles(conn: &mut Conn, user: UserId) -> QueryResult<HashMap<OrgId, PermissionSet>> {
    let rows: Vec<(OrgId, String)> = conn
        .rows_of(
            "memberships",
            "m",
            "m.user_id = ? AND m.custom_role_id IS NOT NULL",
            &[&user],
        )
        .then(
            "custom_roles",
            "r",
            "r.organization_id = m.organization_id AND r.id = m.custom_role_id",
            &[],
        )
        .select::<(Text, Text)>("r.organization_id, r.permissions")
        .load(conn)?;
    Ok(rows
        .into_iter()
        .map(|(organization, text)| (organization, PermissionSet::read(&text)))
        .collect())
}

fn group_roles(conn: &mut Conn, user: UserId) -> QueryResult<HashMap<OrgId, Vec<Role>>> {
    let rows: Vec<(OrgId, Role)> = conn
        .rows_of("memberships", "m", "m.user_id = ? AND m.group_count > 0", &[&user])
        .then(
            "group_members",
            "gm",
            "gm.organization_id = m.organization_id AND gm.membership_id = m.id",
            &[],
        )
        .then(
            "groups",
            "g",
            "g.organization_id = gm.organization_id AND g.id = gm.group_id",
            &[],
        )
        .select::<(Text, Text)>("g.organization_id, g.role")
        .load(conn)?;
    Ok(by_organization(rows))
}

fn company_roles(conn: &mut Conn, now: Time, user: UserId) -> QueryResult<HashMap<OrgId, Vec<CompanyRole>>> {
    let rows: Vec<(OrgId, CompanyRole)> = memberships::table
        .inner_join(
            company_assignments::table.on(company_assignments::organization_id
                .eq(memberships::organization_id)
                .and(company_assignments::membership_id.eq(memberships::id))),
        )
        .filter(memberships::user_id.eq(user))
        .filter(
            company_assignments::access_until
                .is_null()
                .or(company_assignments::access_until.ge(now)),
        )
        .select((memberships::organization_id, company_assignments::role))
        .distinct()
        .load(conn)?;
    Ok(by_organization(rows))
}

fn by_organization<T: PartialEq>(rows: Vec<(OrgId, T)>) -> HashMap<OrgId, Vec<T>> {
    let mut found: HashMap<OrgId, Vec<T>> = HashMap::new();
    for (organization, role) in rows {
        let roles = found.entry(organization).or_default();
        if !roles.contains(&role) {
            roles.push(role);
        }
    }
    found
}
