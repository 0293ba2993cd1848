//! What must be resolved before a company can move.

use diesel::prelude::*;

use crate::common::id::CompanyId;
use crate::common::time::Time;
use crate::db::Conn;
use crate::db::schema::{
    access_requests, access_review_companies, access_reviews, group_grants, groups, invitation_grants, invitations,
    onboarding_links,
};
use crate::db::types::org_id::OrgId;
use crate::db::types::organization::InvitationStatus;
use crate::models::api_key::list;
use crate::models::organization;
use crate::models::tenant_tables::{MoveBlocker, OnCompanyMove, TENANT_TABLES};

/// What blocks the move of a company.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct MoveObstacles {
    /// Email addresses of pending invitations.
    pub invitations: Vec<String>,
    /// Names of active onboarding links.
    pub links: Vec<String>,
    /// Names of groups.
    pub groups: Vec<String>,
    /// Names of API keys that are limited to the company and work.
    pub keys: Vec<String>,
    /// The number of open access requests.
    pub requests: i64,
    /// The name of the open access review.
    pub review: Option<String>,
    /// Whether dual control applies: one owner alone moves no company out of the organization.
    pub dual: bool,
}

impl MoveObstacles {
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// How many names of each kind are listed.
const LISTED: i64 = 20;

pub fn find(conn: &mut Conn, now: Time, organization: OrgId, company: CompanyId) -> QueryResult<MoveObstacles> {
    let mut found = MoveObstacles {
        dual: organization::control(conn, organization)?.applies(),
        ..MoveObstacles::default()
    };
    for table in TENANT_TABLES {
        match table.on_company_move {
            OnCompanyMove::Blocks(blocker) | OnCompanyMove::BlocksThenDeleted(blocker) => {
                find_blocker(conn, now, (organization, company), blocker, &mut found)?;
            }
            OnCompanyMove::Unrelated | OnCompanyMove::Carried | OnCompanyMove::Deleted | OnCompanyMove::History => {}
        }
    }
    Ok(found)
}

fn find_blocker(
    conn: &mut Conn,
    now: Time,
    (organization, company): (OrgId, CompanyId),
    blocker: MoveBlocker,
    found: &mut MoveObstacles,
) -> QueryResult<()> {
    match blocker {
        MoveBlocker::Invitations => found.invitations = invited(conn, organization, company)?,
        MoveBlocker::OnboardingLinks => found.links = links(conn, now, organization, company)?,
        MoveBlocker::Groups => found.groups = groups_of(conn, organization, company)?,
        MoveBlocker::AccessRequests => {
            found.requests = access_requests::table
                .filter(access_requests::organization_id.eq(organization))
                .filter(access_requests::company_id.eq(company))
                .filter(access_requests::decided_at.is_null())
                .count()
                .get_result(conn)?;
        }
        MoveBlocker::ApiKeys => {
            found.keys = list::names_of_company(conn, now, organization, company, LISTED)?;
        }
        MoveBlocker::AccessReview => found.review = review(conn, organization, company)?,
    }
    Ok(())
}

fn invited(conn: &mut Conn, organization: OrgId, company: CompanyId) -> QueryResult<Vec<String>> {
    invitation_grants::table
        .inner_join(
            invitations::table.on(invitations::organization_id
                .eq(invitation_grants::organization_id)
                .and(invitations::id.eq(invitation_grants::invitation_id))),
        )
        .filter(invitation_grants::organization_id.eq(organization))
        .filter(invitation_grants::company_id.eq(company))
        .filter(invitations::status.eq(InvitationStatus::Pending))
        .order(invitations::email)
        .limit(LISTED)
        .select(invitations::email)
        .load(conn)
}

fn links(conn: &mut Conn, now: Time, organization: OrgId, company: CompanyId) -> QueryResult<Vec<String>> {
    onboarding_links::table
        .filter(onboarding_links::organization_id.eq(organization))
        .filter(onboarding_links::companies.like(format!("%{company}%")))
        .filter(onboarding_links::disabled_at.is_null())
        .filter(
            onboarding_links::expires_at
                .is_null()
                .or(onboarding_links::expires_at.ge(now)),
        )
        .order(onboarding_links::name)
        .limit(LISTED)
        .select(onboarding_links::name)
        .load(conn)
}

fn groups_of(conn: &mut Conn, organization: OrgId, company: CompanyId) -> QueryResult<Vec<String>> {
    group_grants::table
        .inner_join(
            groups::table.on(groups::organization_id
                .eq(group_grants::organization_id)
                .and(groups::id.eq(group_grants::group_id))),
        )
        .filter(group_grants::organization_id.eq(organization))
        .filter(group_grants::company_id.eq(company))
        .order(groups::name)
        .limit(LISTED)
        .select(groups::name)
        .load(conn)
}

fn review(conn: &mut Conn, organization: OrgId, company: CompanyId) -> QueryResult<Option<String>> {
    access_review_companies::table
        .inner_join(
            access_reviews::table.on(access_reviews::organization_id
                .eq(access_review_companies::organization_id)
                .and(access_reviews::id.eq(access_review_companies::review_id))),
        )
        .filter(access_review_companies::organization_id.eq(organization))
        .filter(access_review_companies::company_id.eq(company))
        .filter(access_reviews::closed_at.is_null())
        .select(access_reviews::name)
        .first(conn)
        .optional()
}
