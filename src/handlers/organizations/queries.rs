//! The organizations of an account. Each function reads rows of one account.

use std::collections::HashMap;

use diesel::dsl::count_star;
use diesel::prelude::*;

use crate::authz::role::Role;
use crate::common::id::{MembershipId, UserId};
use crate::common::time::Time;
use crate::common::zone::Zone;
use crate::db::Conn;
use crate::db::schema::{companies, company_assignments, memberships, organization_slugs, organizations, role_counts};
use crate::db::types::MembershipStatus;
use crate::db::types::org_id::OrgId;
use crate::db::types::organization::{CompanyStatus, OrganizationStatus, OrganizationType, UnitLabel};

#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = organizations)]
pub struct OwnOrganization {
    pub id: OrgId,
    pub name: String,
    #[diesel(select_expression = organization_slugs::slug)]
    pub slug: String,
    pub organization_type: OrganizationType,
    #[diesel(column_name = unit_label)]
    pub unit: UnitLabel,
    #[diesel(select_expression = memberships::id)]
    pub membership: MembershipId,
    #[diesel(select_expression = memberships::role)]
    pub role: Role,
    #[diesel(select_expression = memberships::status)]
    pub status: MembershipStatus,
    #[diesel(select_expression = memberships::access_until)]
    pub access_until: Option<Time>,
    #[diesel(select_expression = memberships::joined_at)]
    pub joined_at: Time,
    #[diesel(select_expression = memberships::last_seen_at)]
    pub last_seen_at: Option<Time>,
    #[diesel(column_name = status)]
    pub organization_status: OrganizationStatus,
    pub delete_after: Option<Time>,
    pub timezone: Zone,
}

pub fn mine(conn: &mut Conn, user: UserId) -> QueryResult<Vec<OwnOrganization>> {
    memberships::table
        .inner_join(organizations::table)
        .inner_join(organization_slugs::table.on(organization_slugs::organization_id.eq(organizations::id)))
        .filter(memberships::user_id.eq(user))
        .filter(memberships::status.ne(MembershipStatus::Removed))
        .filter(organization_slugs::is_current.eq(true))
        .select(OwnOrganization::as_select())
        .load(conn)
}

pub type MemberCounts = HashMap<OrgId, i64>;

/// The number of members, without suspended ones.
pub fn members(conn: &mut Conn, user: UserId) -> QueryResult<MemberCounts> {
    let rows: Vec<(OrgId, i64)> = role_counts::table
        .inner_join(memberships::table.on(memberships::organization_id.eq(role_counts::organization_id)))
        .filter(memberships::user_id.eq(user))
        .filter(memberships::status.ne(MembershipStatus::Removed))
        .select((
            role_counts::organization_id,
            role_counts::members - role_counts::suspended,
        ))
        .load(conn)?;
    let mut counts = MemberCounts::new();
    for (organization, members) in rows {
        *counts.entry(organization).or_default() += members;
    }
    Ok(counts)
}

/// The number of active companies.
pub fn companies(conn: &mut Conn, user: UserId) -> QueryResult<MemberCounts> {
    let rows: Vec<(OrgId, i64)> = companies::table
        .inner_join(memberships::table.on(memberships::organization_id.eq(companies::organization_id)))
        .filter(memberships::user_id.eq(user))
        .filter(memberships::status.ne(MembershipStatus::Removed))
        .filter(companies::status.eq(CompanyStatus::Active))
        .group_by(companies::organization_id)
        .select((companies::organization_id, count_star()))
        .load(conn)?;
    Ok(rows.into_iter().collect())
}

/// The number of active companies that the account is assigned to.
pub fn assigned(conn: &mut Conn, user: UserId) -> QueryResult<MemberCounts> {
    let rows: Vec<(OrgId, i64)> = company_assignments::table
        .inner_join(
            memberships::table.on(memberships::organization_id
                .eq(company_assignments::organization_id)
                .and(memberships::id.eq(company_assignments::membership_id))),
        )
        .inner_join(
            companies::table.on(companies::organization_id
                .eq(company_assignments::organization_id)
                .and(companies::id.eq(company_assignments::company_id))),
        )
        .filter(memberships::user_id.eq(user))
        .filter(memberships::status.ne(MembershipStatus::Removed))
        .filter(companies::status.eq(CompanyStatus::Active))
        .group_by(company_assignments::organization_id)
        .select((company_assignments::organization_id, count_star()))
        .load(conn)?;
    Ok(rows.into_iter().collect())
}

/// Whether the account is a member of any organization.
pub fn has_any(conn: &mut Conn, user: UserId) -> QueryResult<bool> {
    diesel::select(diesel::dsl::exists(
        memberships::table
            .filter(memberships::user_id.eq(user))
            .filter(memberships::status.ne(MembershipStatus::Removed)),
    ))
    .get_result(conn)
}
