//! The assignments of a deleted company, kept apart so that they give no access, and restored with it.

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Text};

use crate::authz::role::Role;
use crate::common::id::CompanyId;
use crate::common::time::Time;
use crate::db::Conn;
use crate::db::schema::{companies, company_assignments, deleted_assignments, memberships};
use crate::db::types::MembershipStatus;
use crate::db::types::org_id::OrgId;
use crate::models::membership::counters::count_in;
use crate::on_each;

/// Moves the assignments of a company away; how many. No group gives a role in it.
pub fn park(conn: &mut Conn, organization: OrgId, company: CompanyId) -> QueryResult<usize> {
    let sql = "INSERT INTO deleted_assignments \
        (organization_id, deleted_company_id, membership_id, role, access_until, origin, created_at) \
        SELECT organization_id, company_id, membership_id, direct_role, access_until, origin, created_at \
        FROM company_assignments WHERE organization_id = $1 AND company_id = $2 AND direct_role IS NOT NULL";
    let parked = on_each!(conn, c => diesel::sql_query(sql)
        .bind::<Text, _>(organization)
        .bind::<Text, _>(company)
        .execute(c))?;
    let counted: i64 = companies::table
        .find((organization, company))
        .select(companies::member_count)
        .first(conn)?;
    count_in(conn, organization, company, -counted)?;
    diesel::delete(
        company_assignments::table
            .filter(company_assignments::organization_id.eq(organization))
            .filter(company_assignments::company_id.eq(company)),
    )
    .execute(conn)?;
    Ok(parked)
}

/// Restores the assignments of a company: not those of removed members, and not those that have ended. How many.
pub fn unpark(conn: &mut Conn, now: Time, organization: OrgId, company: CompanyId) -> QueryResult<usize> {
    let sql = "INSERT INTO company_assignments \
        (organization_id, membership_id, company_id, role, access_until, origin, sort_name, created_at, direct_role) \
        SELECT d.organization_id, d.membership_id, d.deleted_company_id, d.role, d.access_until, d.origin, m.sort_name, \
        d.created_at, d.role FROM deleted_assignments d JOIN memberships m \
        ON m.organization_id = d.organization_id AND m.id = d.membership_id \
        WHERE d.organization_id = $1 AND d.deleted_company_id = $2 AND m.status <> 'removed' \
        AND (d.access_until IS NULL OR d.access_until >= $3)";
    let restored = on_each!(conn, c => diesel::sql_query(sql)
        .bind::<Text, _>(organization)
        .bind::<Text, _>(company)
        .bind::<BigInt, _>(now)
        .execute(c))?;
    let inherits: Vec<Role> = Role::ALL
        .iter()
        .copied()
        .filter(|role| role.inherited().is_some())
        .collect();
    let counted: i64 = company_assignments::table
        .inner_join(
            memberships::table.on(memberships::organization_id
                .eq(company_assignments::organization_id)
                .and(memberships::id.eq(company_assignments::membership_id))),
        )
        .filter(company_assignments::organization_id.eq(organization))
        .filter(company_assignments::company_id.eq(company))
        .filter(memberships::status.eq(MembershipStatus::Active))
        .filter(memberships::role.ne_all(inherits))
        .count()
        .get_result(conn)?;
    count_in(conn, organization, company, counted)?;
    diesel::delete(
        deleted_assignments::table
            .filter(deleted_assignments::organization_id.eq(organization))
            .filter(deleted_assignments::deleted_company_id.eq(company)),
    )
    .execute(conn)?;
    Ok(restored)
}
