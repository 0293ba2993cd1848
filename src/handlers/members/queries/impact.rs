//! What a removal takes away and what it leaves behind.

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
use crate::handlers::members::queries::{Assigned, assigned};
use crate::models::membership::record::Membership;
use crate::services::groups;
use crate::services::members::removal;
use crate::services::members::role::Title;

/// What somebody's removal means.
#[derive(Debug, Clone)]
pub struct Impact {
    /// The companies, each with the role in it.
    pub companies: Vec<Assigned>,
    /// The companies that nobody else manages by assignment, by name.
    pub only_manager: Vec<String>,
    /// The groups, by name.
    pub groups: Vec<String>,
    /// The person's own role.
    pub title: Title,
    /// How many cells are switched for this person.
    pub overrides: usize,
    /// How many pending invitations they sent.
    pub invitations: usize,
    /// The links that they made and that stay open, by name.
    pub links: Vec<String>,
    /// How many requests for rights of theirs are undecided.
    pub requests: i64,
    /// How many confirmations they asked for are open.
    pub approvals: i64,
    /// Whether nobody else owns the organization.
    pub sole_owner: bool,
}

/// Finds out what somebody's removal means.
pub fn of(conn: &mut Conn, organization: OrgId, person: &Membership, now: Time) -> Result<Impact, AppError> {
    let companies = assigned(conn, organization, person.id)?;
    let cells = Overrides::read(&person.access.overrides);
    let links = onboarding_links::table
        .filter(onboarding_links::organization_id.eq(organization))
        .filter(onboarding_links::created_by.eq(person.user.to_string()))
        .filter(onboarding_links::disabled_at.is_null())
        .filter(
            onboarding_links::expires_at
                .is_null()
                .or(onboarding_links::expires_at.gt(now)),
        )
        .order((onboarding_links::name, onboarding_links::id))
        .limit(20)
        .select(onboarding_links::name)
        .load(conn)?;
    let requests = access_requests::table
        .filter(access_requests::organization_id.eq(organization))
        .filter(access_requests::membership_id.eq(person.id))
        .filter(access_requests::decided_at.is_null())
        .count()
        .get_result(conn)?;
    // By account or by membership: both are unique in the whole instance.
    let by = [person.user.to_string(), person.id.to_string()];
    let approvals = approvals::table
        .filter(approvals::organization_id.eq(organization))
        .filter(approvals::requested_by.eq_any(by))
        .filter(approvals::decided_at.is_null())
        .filter(approvals::expires_at.gt(now))
        .count()
        .get_result(conn)?;
    let owners: i32 = organizations::table
        .find(organization)
        .select(organizations::owner_count)
        .first(conn)?;
    Ok(Impact {
        only_manager: only_manager(conn, organization, person.id, &companies)?,
        groups: groups::of(conn, organization, person.id)?
            .into_iter()
            .map(|group| group.name)
            .collect(),
        title: Title::of(conn, organization, person)?,
        overrides: cells.allow.iter().count() + cells.deny.iter().count(),
        invitations: removal::invitations_by(conn, organization, person.user)?.len(),
        links,
        requests,
        approvals,
        sole_owner: owners <= 1
            && person.access.direct_role == Role::Owner
            && person.status == MembershipStatus::Active,
        companies,
    })
}

/// The working companies where somebody is the only one assigned as Manager.
fn only_manager(
    conn: &mut Conn,
    organization: OrgId,
    id: MembershipId,
    companies: &[Assigned],
) -> QueryResult<Vec<String>> {
    let managed: Vec<&Assigned> = companies
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
