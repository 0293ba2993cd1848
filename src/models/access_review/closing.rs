//! The rows behind the closing of a review.

use diesel::prelude::*;

use crate::authz::role::CompanyRole;
use crate::common::id::{CompanyId, MembershipId, ReviewId, ReviewItemId, UserId};
use crate::common::time::Time;
use crate::db::Conn;
use crate::db::schema::{access_review_items, access_reviews, company_assignments, memberships};
use crate::db::types::org_id::OrgId;
use crate::models::access_review::state::{ReviewDecision, ReviewMailing, ReviewStatus};
use crate::models::membership::DirectAssignment;

/// Ends the answering. `false` when the review does not run. `by` is the account that ends it by hand.
pub fn begin(conn: &mut Conn, org: OrgId, id: ReviewId, by: Option<UserId>) -> QueryResult<bool> {
    let begun = diesel::update(
        access_reviews::table
            .find((org, id))
            .filter(access_reviews::status.eq(ReviewStatus::Running)),
    )
    .set((
        access_reviews::status.eq(ReviewStatus::Closing),
        access_reviews::mailing.eq(ReviewMailing::None),
        access_reviews::closed_by.eq(by.map(|by| by.to_string())),
    ))
    .execute(conn)?;
    Ok(begun == 1)
}

/// The next members with open items.
pub fn members(conn: &mut Conn, org: OrgId, id: ReviewId, limit: i64) -> QueryResult<Vec<MembershipId>> {
    access_review_items::table
        .filter(access_review_items::organization_id.eq(org))
        .filter(access_review_items::review_id.eq(id))
        .filter(access_review_items::decision.eq(ReviewDecision::Open))
        .order(access_review_items::membership_id)
        .select(access_review_items::membership_id)
        .distinct()
        .limit(limit)
        .load(conn)
}

/// The open items of a member.
pub fn open_items(
    conn: &mut Conn,
    org: OrgId,
    id: ReviewId,
    member: MembershipId,
) -> QueryResult<Vec<(ReviewItemId, CompanyId)>> {
    access_review_items::table
        .filter(access_review_items::organization_id.eq(org))
        .filter(access_review_items::review_id.eq(id))
        .filter(access_review_items::membership_id.eq(member))
        .filter(access_review_items::decision.eq(ReviewDecision::Open))
        .order(access_review_items::company_id)
        .select((access_review_items::id, access_review_items::company_id))
        .load(conn)
}

/// The companies to which a member is assigned.
pub fn companies_of(conn: &mut Conn, org: OrgId, member: MembershipId) -> QueryResult<Vec<CompanyId>> {
    company_assignments::table
        .filter(company_assignments::organization_id.eq(org))
        .filter(company_assignments::membership_id.eq(member))
        .select(company_assignments::company_id)
        .load(conn)
}

pub fn suspend_reason(conn: &mut Conn, org: OrgId, member: MembershipId) -> QueryResult<String> {
    memberships::table
        .find((org, member))
        .select(memberships::suspend_reason)
        .first(conn)
}

/// What the closing did to one item.
#[derive(Debug)]
pub struct ClosedItem {
    pub id: ReviewItemId,
    pub company: CompanyId,
    pub decision: ReviewDecision,
    /// The role that remains, through a group.
    pub remaining_role: Option<CompanyRole>,
    pub removed: Option<DirectAssignment>,
}

pub fn close_item(
    conn: &mut Conn,
    org: OrgId,
    review: ReviewId,
    item: &ClosedItem,
    suspended: bool,
) -> QueryResult<()> {
    let (role, origin, until) = item.removed.map_or(("", "", None::<Time>), |removed| {
        (removed.role.as_str(), removed.origin.as_str(), removed.until)
    });
    diesel::update(access_review_items::table.find((org, review, item.id)))
        .set((
            access_review_items::decision.eq(item.decision),
            access_review_items::new_role.eq(item.remaining_role.map_or("", CompanyRole::as_str)),
            access_review_items::removed_role.eq(role),
            access_review_items::removed_origin.eq(origin),
            access_review_items::removed_until.eq(until),
            access_review_items::suspended.eq(suspended),
        ))
        .execute(conn)?;
    Ok(())
}

/// Stores the signed report and closes the review. `false` when it is not closing.
pub fn close(conn: &mut Conn, org: OrgId, id: ReviewId, at: Time, report: &str, signature: &str) -> QueryResult<bool> {
    let closed = diesel::update(
        access_reviews::table
            .find((org, id))
            .filter(access_reviews::status.eq(ReviewStatus::Closing)),
    )
    .set((
        access_reviews::status.eq(ReviewStatus::Closed),
        access_reviews::closed_at.eq(Some(at)),
        access_reviews::report.eq(report),
        access_reviews::signature.eq(signature),
    ))
    .execute(conn)?;
    Ok(closed == 1)
}

/// The report and its signature; both are empty before the review is closed.
pub fn signed_report(conn: &mut Conn, org: OrgId, id: ReviewId) -> QueryResult<(String, String)> {
    access_reviews::table
        .find((org, id))
        .select((access_reviews::report, access_reviews::signature))
        .first(conn)
}
