//! What the pages of members read, and what they ask the gate to change.

pub mod impact;
pub mod removed;

use std::collections::HashMap;

use diesel::prelude::*;

use crate::authz::role::CompanyRole;
use crate::common::id::{CompanyId, InvitationId, MembershipId, UserId};
use crate::common::time::Time;
use crate::db::Conn;
use crate::db::schema::{companies, company_assignments, invitations, memberships, users};
use crate::db::types::org_id::OrgId;
use crate::db::types::organization::{CompanyStatus, InvitationStatus};
use crate::models::membership::Origin;

/// A company that somebody is assigned to.
#[derive(Debug, Clone, Queryable)]
pub struct Assigned {
    pub id: CompanyId,
    pub name: String,
    pub slug: String,
    /// Whether it works.
    pub status: CompanyStatus,
    /// The role in it.
    pub role: CompanyRole,
    /// The person's own role in it, without what a group gives.
    pub direct: Option<CompanyRole>,
    /// Where it comes from.
    pub origin: Origin,
    /// When their own place in it ends.
    pub access_until: Option<Time>,
}

/// The names of the companies that each of some members is assigned to, in the order of names.
pub fn company_names(
    conn: &mut Conn,
    organization: OrgId,
    members: &[MembershipId],
) -> QueryResult<HashMap<MembershipId, Vec<String>>> {
    let mut names: HashMap<MembershipId, Vec<String>> = HashMap::new();
    if members.is_empty() {
        return Ok(names);
    }
    let mut rows: Vec<(MembershipId, Vec<u8>, String)> = company_assignments::table
        .inner_join(
            companies::table.on(companies::organization_id
                .eq(company_assignments::organization_id)
                .and(companies::id.eq(company_assignments::company_id))),
        )
        .filter(company_assignments::organization_id.eq(organization))
        .filter(company_assignments::membership_id.eq_any(members))
        .select((
            company_assignments::membership_id,
            companies::sort_name,
            companies::name,
        ))
        .load(conn)?;
    rows.sort_unstable();
    for (member, _, name) in rows {
        names.entry(member).or_default().push(name);
    }
    Ok(names)
}

/// The companies that somebody is assigned to, by name.
pub fn assigned(conn: &mut Conn, organization: OrgId, member: MembershipId) -> QueryResult<Vec<Assigned>> {
    company_assignments::table
        .inner_join(
            companies::table.on(companies::organization_id
                .eq(company_assignments::organization_id)
                .and(companies::id.eq(company_assignments::company_id))),
        )
        .filter(company_assignments::organization_id.eq(organization))
        .filter(company_assignments::membership_id.eq(member))
        .order((companies::sort_name, companies::id))
        .select((
            companies::id,
            companies::name,
            companies::slug,
            companies::status,
            company_assignments::role,
            company_assignments::direct_role,
            company_assignments::origin,
            company_assignments::access_until,
        ))
        .load(conn)
}

/// Who shut somebody out, when and why.
#[derive(Debug, Clone, Queryable)]
pub struct Suspension {
    pub at: Option<Time>,
    /// By whom, as an account; nobody when time did it.
    pub by: Option<String>,
    /// Why, or nothing.
    pub reason: String,
}

/// What is known of somebody's suspension.
pub fn suspension(conn: &mut Conn, organization: OrgId, member: MembershipId) -> QueryResult<Suspension> {
    memberships::table
        .find((organization, member))
        .select((
            memberships::suspended_at,
            memberships::suspended_by,
            memberships::suspend_reason,
        ))
        .first(conn)
}

/// How many invitations are pending, counted up to `limit`.
pub fn pending_invitations(conn: &mut Conn, organization: OrgId, limit: i64) -> QueryResult<usize> {
    let pending: Vec<InvitationId> = invitations::table
        .filter(invitations::organization_id.eq(organization))
        .filter(invitations::status.eq(InvitationStatus::Pending))
        .limit(limit)
        .select(invitations::id)
        .load(conn)?;
    Ok(pending.len())
}

/// The names of some accounts.
pub fn names(conn: &mut Conn, accounts: &[String]) -> QueryResult<HashMap<String, String>> {
    if accounts.is_empty() {
        return Ok(HashMap::new());
    }
    let rows: Vec<(UserId, String)> = users::table
        .filter(users::id.eq_any(accounts))
        .select((users::id, users::name))
        .load(conn)?;
    Ok(rows.into_iter().map(|(id, name)| (id.to_string(), name)).collect())
}
