//! What a removal affects beside the member's own access.

use std::collections::HashSet;

use diesel::prelude::*;

use crate::authz::decision::Overrides;
use crate::authz::role::{CompanyRole, Role};
use crate::common::error::AppError;
use crate::common::id::{CompanyId, MembershipId};
use crate::common::time::Time;
use crate::db::Conn;
use crate::db::schema::{
    access_requests, approvals, company_assignments, memberships, onboarding_links, organizations,
};
use crate::db::types::MembershipStatus;
use crate::db::types::org_id::OrgId;
use crate::db::types::organization::CompanyStatus;
use crate::models::api_key::list;
use crate::models::group;
use crate::models::membership::assigned::AssignedCompany;
use crate::models::membership::record::Membership;
use crate::services::members::removal::MemberRemoval;
use crate::services::members::role::Title;

/// How many onboarding links are listed.
const LINKS: i64 = 20;

/// How many API keys are listed.
const KEYS: i64 = 100;

#[derive(Debug, Clone)]
pub struct RemovalImpact {
    /// The member's direct role.
    pub title: Title,
    /// The companies that no one else manages by assignment, by name.
    pub only_manager: Vec<String>,
    /// By name.
    pub groups: Vec<String>,
    pub overrides: usize,
    /// The open onboarding links that the member created, by name.
    pub links: Vec<String>,
    /// The API keys that stop working, by name.
    pub keys: Vec<String>,
    /// The open access requests of the member.
    pub requests: i64,
    /// The open approvals that the member requested.
    pub approvals: i64,
    pub sole_owner: bool,
}

impl RemovalImpact {
    pub fn load(conn: &mut Conn, organization: OrgId, removal: &MemberRemoval, now: Time) -> Result<Self, AppError> {
        let member = &removal.member;
        let overrides = Overrides::read(&member.access.overrides);
        let groups = group::of_member(conn, organization, member.id)?;
        Ok(Self {
            title: Title::of(conn, organization, member)?,
            only_manager: only_manager(conn, organization, member.id, &removal.companies)?,
            groups: groups.into_iter().map(|group| group.name).collect(),
            overrides: overrides.allow.iter().count() + overrides.deny.iter().count(),
            links: open_links(conn, organization, member, now)?,
            keys: list::names_of_owners(conn, now, organization, &[member.id], KEYS)?,
            requests: open_requests(conn, organization, member)?,
            approvals: open_approvals(conn, organization, member, now)?,
            sole_owner: member.access.direct_role == Role::Owner
                && member.status == MembershipStatus::Active
                && owners(conn, organization)? <= 1,
        })
    }
}

fn owners(conn: &mut Conn, organization: OrgId) -> QueryResult<i32> {
    organizations::table
        .find(organization)
        .select(organizations::owner_count)
        .first(conn)
}

fn open_links(conn: &mut Conn, organization: OrgId, member: &Membership, now: Time) -> QueryResult<Vec<String>> {
    onboarding_links::table
        .filter(onboarding_links::organization_id.eq(organization))
        .filter(onboarding_links::created_by.eq(member.user.to_string()))
        .filter(onboarding_links::disabled_at.is_null())
        .filter(
            onboarding_links::expires_at
                .is_null()
                .or(onboarding_links::expires_at.gt(now)),
        )
        .order((onboarding_links::name, onboarding_links::id))
        .limit(LINKS)
        .select(onboarding_links::name)
        .load(conn)
}

fn open_requests(conn: &mut Conn, organization: OrgId, member: &Membership) -> QueryResult<i64> {
    access_requests::table
        .filter(access_requests::organization_id.eq(organization))
        .filter(access_requests::membership_id.eq(member.id))
        .filter(access_requests::decided_at.is_null())
        .count()
        .get_result(conn)
}

fn open_approvals(conn: &mut Conn, organization: OrgId, member: &Membership, now: Time) -> QueryResult<i64> {
    // Requested as a user or as a member; both ids are unique.
    let by = [member.user.to_string(), member.id.to_string()];
    approvals::table
        .filter(approvals::organization_id.eq(organization))
        .filter(approvals::requested_by.eq_any(by))
        .filter(approvals::decided_at.is_null())
        .filter(approvals::expires_at.gt(now))
        .count()
        .get_result(conn)
}

/// The active companies where the member is the only assigned manager.
fn only_manager(
    conn: &mut Conn,
    organization: OrgId,
    id: MembershipId,
    companies: &[AssignedCompany],
) -> QueryResult<Vec<String>> {
    let managed: Vec<&AssignedCompany> = companies
        .iter()
        .filter(|company| company.role == CompanyRole::Manager && company.status == CompanyStatus::Active)
        .collect();
    if managed.is_empty() {
        return Ok(Vec::new());
    }
    let ids: Vec<CompanyId> = managed.iter().map(|company| company.id).collect();
    let others: HashSet<CompanyId> = company_assignments::table
        .inner_join(
            memberships::table.on(memberships::organization_id
                .eq(company_assignments::organization_id)
                .and(memberships::id.eq(company_assignments::membership_id))),
        )
        .filter(company_assignments::organization_id.eq(organization))
        .filter(company_assignments::company_id.eq_any(ids))
        .filter(company_assignments::role.eq(CompanyRole::Manager))
        .filter(company_assignments::membership_id.ne(id))
        .filter(memberships::status.eq(MembershipStatus::Active))
        .select(company_assignments::company_id)
        .distinct()
        .load(conn)?
        .into_iter()
        .collect();
    Ok(managed
        .into_iter()
        .filter(|company| !others.contains(&company.id))
        .map(|company| company.name.clone())
        .collect())
}
