//! What the closing of a review removed, and what was restored of it.

use diesel::prelude::*;

use crate::authz::role::CompanyRole;
use crate::common::id::{CompanyId, MembershipId, ReviewId, ReviewItemId, UserId};
use crate::common::time::Time;
use crate::db::Conn;
use crate::db::schema::{access_review_items, companies, memberships, users};
use crate::db::types::org_id::OrgId;
use crate::models::access_review::state::ReviewDecision;

/// An assignment that the closing removed, or that a group kept.
#[derive(Debug, Clone, Queryable)]
pub struct RemovedItem {
    pub id: ReviewItemId,
    pub membership: MembershipId,
    pub company: CompanyId,
    pub name: String,
    pub email: String,
    pub company_name: String,
    /// The role when the review started.
    pub reviewed_role: CompanyRole,
    pub decision: ReviewDecision,
    /// The role that was removed, or empty.
    pub removed_role: String,
    pub removed_origin: String,
    pub removed_until: Option<Time>,
    /// Whether the member was suspended too.
    pub suspended: bool,
    pub restored_at: Option<Time>,
}

#[derive(Debug, Clone, Copy)]
pub enum RemovedFilter {
    /// The items after this one by id, with their limit.
    After(Option<ReviewItemId>, i64),
    One(ReviewItemId),
}

pub fn list(conn: &mut Conn, org: OrgId, review: ReviewId, filter: RemovedFilter) -> QueryResult<Vec<RemovedItem>> {
    let mut query = access_review_items::table
        .inner_join(
            memberships::table.on(memberships::organization_id
                .eq(access_review_items::organization_id)
                .and(memberships::id.eq(access_review_items::membership_id))),
        )
        .inner_join(users::table.on(users::id.eq(memberships::user_id)))
        .inner_join(
            companies::table.on(companies::organization_id
                .eq(access_review_items::organization_id)
                .and(companies::id.eq(access_review_items::company_id))),
        )
        .filter(access_review_items::organization_id.eq(org))
        .filter(access_review_items::review_id.eq(review))
        .filter(access_review_items::decision.eq_any([ReviewDecision::Unconfirmed, ReviewDecision::Group]))
        .order(access_review_items::id)
        .select((
            access_review_items::id,
            access_review_items::membership_id,
            access_review_items::company_id,
            users::name,
            users::email,
            companies::name,
            access_review_items::role,
            access_review_items::decision,
            access_review_items::removed_role,
            access_review_items::removed_origin,
            access_review_items::removed_until,
            access_review_items::suspended,
            access_review_items::restored_at,
        ))
        .into_boxed();
    query = match filter {
        RemovedFilter::One(id) => query.filter(access_review_items::id.eq(id)),
        RemovedFilter::After(None, limit) => query.limit(limit),
        RemovedFilter::After(Some(after), limit) => query.filter(access_review_items::id.gt(after)).limit(limit),
    };
    query.load(conn)
}

/// `false` when it was restored before.
pub fn mark_restored(
    conn: &mut Conn,
    org: OrgId,
    review: ReviewId,
    item: ReviewItemId,
    by: UserId,
    at: Time,
) -> QueryResult<bool> {
    let marked = diesel::update(
        access_review_items::table
            .find((org, review, item))
            .filter(access_review_items::restored_at.is_null()),
    )
    .set((
        access_review_items::restored_by.eq(Some(by.to_string())),
        access_review_items::restored_at.eq(Some(at)),
    ))
    .execute(conn)?;
    Ok(marked == 1)
}
