//! Copies the assignments that a review covers into its items, a limited number at a time.

use diesel::prelude::*;

use crate::authz::role::CompanyRole;
use crate::common::id::{CompanyId, MembershipId, ReviewId, ReviewItemId};
use crate::db::Conn;
use crate::db::schema::{access_review_companies, access_review_items, access_reviews, company_assignments};
use crate::db::types::org_id::OrgId;
use crate::models::access_review;
use crate::models::access_review::state::{ReviewDecision, ReviewMailing, ReviewStatus};
use crate::on_each;

/// The number of assignments that are copied in one transaction.
pub const BATCH: i64 = 1000;

/// Copies the next assignments. `true` when the review has all of them and runs.
pub fn step(conn: &mut Conn, org: OrgId, review: ReviewId) -> QueryResult<bool> {
    if !access_review::lock_row(conn, org, review, ReviewStatus::Starting)? {
        return Ok(true);
    }
    let mut capacity = BATCH;
    while capacity > 0 {
        let next: Option<(CompanyId, String)> = access_review_companies::table
            .filter(access_review_companies::organization_id.eq(org))
            .filter(access_review_companies::review_id.eq(review))
            .filter(access_review_companies::filled.eq(false))
            .order(access_review_companies::company_id)
            .select((access_review_companies::company_id, access_review_companies::filled_to))
            .first(conn)
            .optional()?;
        let Some((company, after)) = next else {
            run(conn, org, review)?;
            return Ok(true);
        };
        capacity -= copy(conn, org, review, company, &after, capacity)?.max(1);
    }
    Ok(false)
}

/// Lets the review run, with its first emails due.
fn run(conn: &mut Conn, org: OrgId, review: ReviewId) -> QueryResult<()> {
    diesel::update(access_reviews::table.find((org, review)))
        .set((
            access_reviews::status.eq(ReviewStatus::Running),
            access_reviews::mailing.eq(ReviewMailing::Begin),
            access_reviews::mailed_to.eq(""),
        ))
        .execute(conn)?;
    Ok(())
}

/// Copies up to `capacity` assignments of one company; returns how many.
fn copy(
    conn: &mut Conn,
    org: OrgId,
    review: ReviewId,
    company: CompanyId,
    after: &str,
    capacity: i64,
) -> QueryResult<i64> {
    let assignments: Vec<(MembershipId, CompanyRole, Vec<u8>)> = company_assignments::table
        .filter(company_assignments::organization_id.eq(org))
        .filter(company_assignments::company_id.eq(company))
        .filter(company_assignments::membership_id.gt(after))
        .order(company_assignments::membership_id)
        .limit(capacity)
        .select((
            company_assignments::membership_id,
            company_assignments::role,
            company_assignments::sort_name,
        ))
        .load(conn)?;
    let found = i64::try_from(assignments.len()).unwrap_or_default();
    let last = assignments
        .last()
        .map_or_else(|| after.to_owned(), |(id, _, _)| id.to_string());
    for (membership, role, sort_name) in assignments {
        let row = (
            access_review_items::organization_id.eq(org),
            access_review_items::review_id.eq(review),
            access_review_items::id.eq(ReviewItemId::fresh()),
            access_review_items::membership_id.eq(membership),
            access_review_items::company_id.eq(company),
            access_review_items::sort_name.eq(sort_name),
            access_review_items::role.eq(role),
            access_review_items::decision.eq(ReviewDecision::Open),
            access_review_items::new_role.eq(""),
            access_review_items::note.eq(""),
            access_review_items::removed_role.eq(""),
            access_review_items::removed_origin.eq(""),
            access_review_items::suspended.eq(false),
        );
        on_each!(conn, c => diesel::insert_into(access_review_items::table).values(row).execute(c))?;
    }
    diesel::update(access_review_companies::table.find((org, review, company)))
        .set((
            access_review_companies::item_count.eq(access_review_companies::item_count + found),
            access_review_companies::open.eq(access_review_companies::open + found),
            access_review_companies::filled.eq(found < capacity),
            access_review_companies::filled_to.eq(last),
        ))
        .execute(conn)?;
    Ok(found)
}
