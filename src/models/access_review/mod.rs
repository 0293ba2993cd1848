//! Access reviews: the review itself, its companies, its items (one for each assignment) and its report.

pub mod closing;
pub mod collect;
pub mod companies;
pub mod items;
pub mod mailing;
pub mod outcome;
pub mod progress;
pub mod removed;
pub mod report;
pub mod state;

use std::collections::HashMap;

use diesel::prelude::*;

use crate::common::id::{CompanyId, ReviewId, UserId};
use crate::common::time::Time;
use crate::common::zone::Zone;
use crate::db::Conn;
use crate::db::schema::{access_review_companies, access_reviews, organization_slugs, organizations, users};
use crate::db::types::org_id::OrgId;
use crate::db::types::organization::UnitLabel;
use crate::models::access_review::state::{ReviewMailing, ReviewStatus};
use crate::on_each;

#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = access_reviews)]
pub struct Review {
    pub id: ReviewId,
    pub name: String,
    pub status: ReviewStatus,
    pub due_at: Time,
    pub started_by: UserId,
    #[diesel(select_expression = users::name, select_expression_type = users::name)]
    pub starter: String,
    pub started_at: Time,
    /// The account that ended it by hand.
    pub closed_by: Option<String>,
    pub closed_at: Option<Time>,
    /// Which emails are being sent.
    pub mailing: ReviewMailing,
    /// The last membership that got one.
    pub mailed_to: String,
    /// How many scheduled reminders are done.
    pub reminders: i32,
    /// When someone last sent reminders by hand.
    pub reminded_at: Option<Time>,
}

const UNFINISHED: [ReviewStatus; 3] = [ReviewStatus::Starting, ReviewStatus::Running, ReviewStatus::Closing];

pub fn find(conn: &mut Conn, org: OrgId, id: ReviewId) -> QueryResult<Review> {
    access_reviews::table
        .inner_join(users::table.on(users::id.eq(access_reviews::started_by)))
        .filter(access_reviews::organization_id.eq(org))
        .filter(access_reviews::id.eq(id))
        .select(Review::as_select())
        .first(conn)
}

/// The newest first, older than `before`.
pub fn list(conn: &mut Conn, org: OrgId, before: Option<ReviewId>, limit: i64) -> QueryResult<Vec<Review>> {
    let mut query = access_reviews::table
        .inner_join(users::table.on(users::id.eq(access_reviews::started_by)))
        .filter(access_reviews::organization_id.eq(org))
        .order(access_reviews::id.desc())
        .limit(limit)
        .select(Review::as_select())
        .into_boxed();
    if let Some(before) = before {
        query = query.filter(access_reviews::id.lt(before));
    }
    query.load(conn)
}

/// The review of an organization that is not over; there is at most one.
pub fn unfinished(conn: &mut Conn, org: OrgId) -> QueryResult<Option<ReviewId>> {
    access_reviews::table
        .filter(access_reviews::organization_id.eq(org))
        .filter(access_reviews::status.eq_any(UNFINISHED))
        .select(access_reviews::id)
        .first(conn)
        .optional()
}

/// The reviews of all organizations that are not over, without those of organizations that are pending deletion.
pub fn all_unfinished(conn: &mut Conn, limit: i64) -> QueryResult<Vec<(OrgId, ReviewId)>> {
    // A subquery of one value, so that no planner begins with the organizations.
    let deletion = organizations::table
        .find(access_reviews::organization_id)
        .select(organizations::delete_after)
        .single_value();
    access_reviews::table
        .filter(access_reviews::status.eq_any(UNFINISHED))
        .filter(deletion.is_null())
        .order((access_reviews::organization_id, access_reviews::id))
        .limit(limit)
        .select((access_reviews::organization_id, access_reviews::id))
        .load(conn)
}

#[derive(Debug, Clone)]
pub struct NewReview {
    pub name: String,
    pub due_at: Time,
    pub by: UserId,
    /// `None`: all active companies.
    pub companies: Option<Vec<CompanyId>>,
}

/// `None` while another review of the organization is not over.
pub fn insert(conn: &mut Conn, org: OrgId, now: Time, new: &NewReview) -> QueryResult<Option<ReviewId>> {
    let id = ReviewId::fresh();
    let row = (
        access_reviews::organization_id.eq(org),
        access_reviews::id.eq(id),
        access_reviews::name.eq(&new.name),
        access_reviews::status.eq(ReviewStatus::Starting),
        access_reviews::due_at.eq(new.due_at),
        access_reviews::started_by.eq(new.by),
        access_reviews::started_at.eq(now),
        access_reviews::mailing.eq(ReviewMailing::None),
        access_reviews::mailed_to.eq(""),
        access_reviews::reminders.eq(0),
        access_reviews::report.eq(""),
        access_reviews::signature.eq(""),
    );
    let inserted = on_each!(conn, c => diesel::insert_into(access_reviews::table).values(row).on_conflict_do_nothing().execute(c))?;
    if inserted == 0 {
        return Ok(None);
    }
    for company in companies::active(conn, org, new.companies.as_deref())? {
        diesel::insert_into(access_review_companies::table)
            .values((
                access_review_companies::organization_id.eq(org),
                access_review_companies::review_id.eq(id),
                access_review_companies::company_id.eq(company),
                access_review_companies::item_count.eq(0i64),
                access_review_companies::open.eq(0i64),
                access_review_companies::filled.eq(false),
                access_review_companies::filled_to.eq(""),
            ))
            .execute(conn)?;
    }
    Ok(Some(id))
}

/// Locks the review's row if it has this status, so that other changes of its status wait; `false` if it has another one.
pub fn lock_row(conn: &mut Conn, org: OrgId, id: ReviewId, status: ReviewStatus) -> QueryResult<bool> {
    let locked = diesel::update(
        access_reviews::table
            .find((org, id))
            .filter(access_reviews::status.eq(status)),
    )
    .set(access_reviews::status.eq(status))
    .execute(conn)?;
    Ok(locked == 1)
}

/// `false` when the review was closed or cancelled already.
pub fn cancel(conn: &mut Conn, org: OrgId, id: ReviewId, by: UserId, now: Time) -> QueryResult<bool> {
    let cancelled = diesel::update(
        access_reviews::table
            .find((org, id))
            .filter(access_reviews::status.eq_any([ReviewStatus::Starting, ReviewStatus::Running])),
    )
    .set((
        access_reviews::status.eq(ReviewStatus::Cancelled),
        access_reviews::mailing.eq(ReviewMailing::None),
        access_reviews::closed_by.eq(Some(by.to_string())),
        access_reviews::closed_at.eq(Some(now)),
    ))
    .execute(conn)?;
    Ok(cancelled == 1)
}

/// The organization as emails and the report name it.
#[derive(Debug, Clone, Queryable)]
pub struct ReviewHeading {
    pub name: String,
    pub slug: String,
    /// The organization's word for companies.
    pub unit: UnitLabel,
    pub zone: Zone,
}

pub fn heading(conn: &mut Conn, org: OrgId) -> QueryResult<ReviewHeading> {
    organizations::table
        .inner_join(organization_slugs::table)
        .filter(organizations::id.eq(org))
        .filter(organization_slugs::is_current)
        .select((
            organizations::name,
            organization_slugs::slug,
            organizations::unit_label,
            organizations::timezone,
        ))
        .first(conn)
}

/// The name of the account that closed a review.
pub fn name_of(conn: &mut Conn, user: Option<&str>) -> QueryResult<Option<String>> {
    match user {
        Some(user) => users::table.find(user).select(users::name).first(conn).optional(),
        None => Ok(None),
    }
}

/// The names of accounts, by id.
pub fn names_of(conn: &mut Conn, users: &[&str]) -> QueryResult<HashMap<String, String>> {
    let rows: Vec<(String, String)> = users::table
        .filter(users::id.eq_any(users))
        .select((users::id, users::name))
        .load(conn)?;
    Ok(rows.into_iter().collect())
}
