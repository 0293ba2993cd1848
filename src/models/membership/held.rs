//! What a member holds beside the direct role, as columns of the look-up of a request: without them each request would ask
//! once more for each of them.

use diesel::backend::Backend;
use diesel::expression::{AppearsOnTable, Expression, SelectableExpression, ValidGrouping, is_aggregate};
use diesel::prelude::*;
use diesel::query_builder::{AstPass, QueryFragment, QueryId};
use diesel::serialize::ToSql;
use diesel::sql_types::{BigInt, HasSqlType, Nullable, Text};

use crate::authz::decision::{AccessInputs, Overrides, RoleGrant, RolePolicies};
use crate::authz::permission::PermissionSet;
use crate::authz::role::{CompanyRole, Role};
use crate::common::time::Time;
use crate::models::membership::access::MembershipAccess;
use crate::models::reader::OrganizationRow;

/// The distinct roles of a member in companies, one bit each in the order of `CompanyRole::ALL`. An owner has every permission
/// everywhere: assignments add nothing.
const COMPANY_ROLES: &str = "CASE WHEN memberships.role = 'owner' THEN 0 ELSE \
    (SELECT COALESCE(SUM(DISTINCT CASE held.role WHEN 'manager' THEN 1 WHEN 'editor' THEN 2 WHEN 'viewer' THEN 4 END), 0) \
    FROM company_assignments AS held WHERE held.organization_id = memberships.organization_id \
    AND held.membership_id = memberships.id AND (held.access_until IS NULL OR held.access_until >= ";

/// The distinct roles of the groups of a member, one bit each in the order of `Role::ALL`.
const GROUP_ROLES: &str = "CASE WHEN memberships.group_count = 0 THEN 0 ELSE \
    (SELECT COALESCE(SUM(DISTINCT CASE held.role WHEN 'owner' THEN 1 WHEN 'admin' THEN 2 WHEN 'billing_admin' THEN 4 \
    WHEN 'user_admin' THEN 8 WHEN 'editor' THEN 16 WHEN 'viewer' THEN 32 WHEN 'member' THEN 64 END), 0) \
    FROM group_members INNER JOIN groups AS held ON held.organization_id = group_members.organization_id \
    AND held.id = group_members.group_id WHERE group_members.organization_id = memberships.organization_id \
    AND group_members.membership_id = memberships.id) END";

/// The permissions of the custom role of a member.
const CUSTOM: &str = "(SELECT held.permissions FROM custom_roles AS held \
    WHERE held.organization_id = memberships.organization_id AND held.id = memberships.custom_role_id)";

/// When the first assignment of a member ends. The sum keeps SQLite from the index of the ends in all organizations.
const FIRST_END: &str = "(SELECT MIN(held.access_until) FROM company_assignments AS held \
    WHERE held.organization_id = memberships.organization_id AND held.membership_id = memberships.id \
    AND held.access_until + 0 >= ";

/// When the first assignment ends that has not ended.
#[derive(Debug, Clone, Copy, QueryId)]
pub struct FirstEnd {
    pub now: Time,
}

/// The roles in companies whose access has not ended.
#[derive(Debug, Clone, Copy, QueryId)]
pub struct CompanyRoles {
    pub now: Time,
}

/// The roles of groups.
#[derive(Debug, Clone, Copy, QueryId)]
pub struct GroupRoles;

/// The permissions of the custom role.
#[derive(Debug, Clone, Copy, QueryId)]
pub struct CustomPermissions;

macro_rules! column {
    ($name:ty, $sql_type:ty) => {
        impl Expression for $name {
            type SqlType = $sql_type;
        }
        impl<GB> ValidGrouping<GB> for $name {
            type IsAggregate = is_aggregate::No;
        }
        impl<QS> AppearsOnTable<QS> for $name {}
        impl<QS> SelectableExpression<QS> for $name {}
    };
}

column!(CompanyRoles, BigInt);
column!(FirstEnd, Nullable<BigInt>);
column!(GroupRoles, BigInt);
column!(CustomPermissions, Nullable<Text>);

impl<DB> QueryFragment<DB> for CompanyRoles
where
    DB: Backend + HasSqlType<BigInt>,
    Time: ToSql<BigInt, DB>,
{
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, DB>) -> QueryResult<()> {
        out.push_sql(COMPANY_ROLES);
        out.push_bind_param::<BigInt, Time>(&self.now)?;
        out.push_sql(")) END");
        Ok(())
    }
}

impl<DB> QueryFragment<DB> for FirstEnd
where
    DB: Backend + HasSqlType<BigInt>,
    Time: ToSql<BigInt, DB>,
{
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, DB>) -> QueryResult<()> {
        out.push_sql(FIRST_END);
        out.push_bind_param::<BigInt, Time>(&self.now)?;
        out.push_sql(")");
        Ok(())
    }
}

impl<DB: Backend> QueryFragment<DB> for GroupRoles {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, DB>) -> QueryResult<()> {
        out.push_sql(GROUP_ROLES);
        Ok(())
    }
}

impl<DB: Backend> QueryFragment<DB> for CustomPermissions {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, DB>) -> QueryResult<()> {
        out.push_sql(CUSTOM);
        Ok(())
    }
}

/// The values of the columns.
#[derive(Debug, Clone, Queryable)]
pub struct HeldRoles {
    companies: i64,
    groups: i64,
    custom: Option<String>,
    /// When the first assignment to a company ends.
    pub first_end: Option<Time>,
}

impl HeldRoles {
    /// The columns.
    pub fn columns(now: Time) -> (CompanyRoles, GroupRoles, CustomPermissions, FirstEnd) {
        (CompanyRoles { now }, GroupRoles, CustomPermissions, FirstEnd { now })
    }

    /// What the permissions of an active member follow from.
    pub fn inputs(&self, facts: &MembershipAccess, organization: &OrganizationRow) -> AccessInputs {
        AccessInputs {
            in_force: true,
            read_only: organization.delete_after.is_some(),
            roles: self.roles(facts),
            companies: self.companies(),
            overrides: Overrides::read(&facts.overrides),
            policies: RolePolicies::read(&organization.policies),
            limit: None,
        }
    }

    /// The roles in the organization: the direct or custom role, then those of groups.
    pub fn roles(&self, facts: &MembershipAccess) -> Vec<RoleGrant> {
        let custom = facts.custom_role.map(|_| self.custom.as_deref().unwrap_or_default());
        let own = RoleGrant {
            role: facts.direct_role,
            custom: custom.map(PermissionSet::read),
        };
        let inherited = of_bits(Role::ALL, self.groups).map(RoleGrant::from);
        std::iter::once(own).chain(inherited).collect()
    }

    /// The distinct roles in companies.
    pub fn companies(&self) -> Vec<CompanyRole> {
        of_bits(CompanyRole::ALL, self.companies).collect()
    }
}

fn of_bits<T: Copy>(all: &[T], bits: i64) -> impl Iterator<Item = T> {
    let set = all.iter().enumerate().filter(move |(at, _)| bits >> at & 1 == 1);
    set.map(|(_, one)| *one)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_role_has_the_bit_of_its_place() {
        for (at, role) in Role::ALL.iter().enumerate() {
            assert!(
                GROUP_ROLES.contains(&format!("WHEN '{role}' THEN {} ", 1 << at)),
                "{role}"
            );
            assert_eq!(of_bits(Role::ALL, 1 << at).collect::<Vec<_>>(), [*role]);
        }
        for (at, role) in CompanyRole::ALL.iter().enumerate() {
            assert!(
                COMPANY_ROLES.contains(&format!("WHEN '{role}' THEN {} ", 1 << at)),
                "{role}"
            );
        }
        assert_eq!(of_bits(CompanyRole::ALL, 0b101).count(), 2);
        assert_eq!(of_bits(CompanyRole::ALL, 0).count(), 0);
    }
}
