//! The organizations of an account. Each function reads rows of one account.

use std::collections::HashMap;

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Nullable, Text};

use crate::authz::role::Role;
use crate::common::id::UserId;
use crate::common::time::Time;
use crate::common::zone::Zone;
use crate::db::Conn;
use crate::db::schema::memberships;
use crate::db::types::MembershipStatus;
use crate::db::types::org_id::OrgId;
use crate::db::types::organization::{OrganizationStatus, OrganizationType, UnitLabel};

#[derive(Debug, Clone, Queryable)]
pub struct OwnOrganization {
    pub id: OrgId,
    pub name: String,
    pub slug: String,
    pub organization_type: OrganizationType,
    pub unit: UnitLabel,
    pub role: Role,
    pub status: MembershipStatus,
    pub access_until: Option<Time>,
    pub joined_at: Time,
    pub last_seen_at: Option<Time>,
    pub organization_status: OrganizationStatus,
    pub delete_after: Option<Time>,
    pub timezone: Zone,
    pub active_companies: i64,
}

#[rustfmt::skip]
type OwnColumns = (
    Text, Text, Text, Text, Text,
    Text, Text, Nullable<BigInt>, BigInt, Nullable<BigInt>,
    Text, Nullable<BigInt>, Text, BigInt,
);

pub fn mine(conn: &mut Conn, user: UserId) -> QueryResult<Vec<OwnOrganization>> {
    conn.rows_of("memberships", "m", "m.user_id = ? AND m.status <> 'removed'", &[&user])
        .then("organizations", "o", "o.id = m.organization_id", &[])
        .then(
            "organization_slugs",
            "s",
            "s.organization_id = o.id AND s.is_current",
            &[],
        )
        .select::<OwnColumns>(
            "o.id, o.name, s.slug, o.organization_type, o.unit_label, \
             m.role, m.status, m.access_until, m.joined_at, m.last_seen_at, \
             o.status, o.delete_after, o.timezone, o.active_companies",
        )
        .load(conn)
}

pub type MemberCounts = HashMap<OrgId, i64>;

/// The number of members, without suspended ones.
pub fn members(conn: &mut Conn, user: UserId) -> QueryResult<MemberCounts> {
    let rows: Vec<(OrgId, i64)> = conn
        .rows_of("memberships", "m", "m.user_id = ? AND m.status <> 'removed'", &[&user])
        .then("role_counts", "r", "r.organization_id = m.organization_id", &[])
        .select::<(Text, BigInt)>("r.organization_id, r.members - r.suspended")
        .load(conn)?;
    let mut counts = MemberCounts::new();
    for (organization, members) in rows {
        *counts.entry(organization).or_default() += members;
    }
    Ok(counts)
}

/// The number of active companies that the account is assigned to.
pub fn assigned(conn: &mut Conn, user: UserId) -> QueryResult<MemberCounts> {
    let rows: Vec<OrgId> = conn
        .rows_of("memberships", "m", "m.user_id = ? AND m.status <> 'removed'", &[&user])
        .then(
            "company_assignments",
            "a",
            "a.organization_id = m.organization_id AND a.membership_id = m.id",
            &[],
        )
        .then(
            "companies",
            "c",
            "c.organization_id = a.organization_id AND c.id = a.company_id AND c.status = 'active'",
            &[],
        )
        .select::<Text>("c.organization_id")
        .load(conn)?;
    let mut counts = MemberCounts::new();
    for organization in rows {
        *counts.entry(organization).or_default() += 1;
    }
    Ok(counts)
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
