//! Reviews as rows.

pub mod collect;
pub mod items;
pub mod report;
pub mod rules;

use std::collections::{HashMap, HashSet};

use diesel::prelude::*;

use crate::authz::role::CompanyRole;
use crate::common::id::{CompanyId, ReviewId, UserId};
use crate::common::paging::{Cursor, Direction};
use crate::common::time::Time;
use crate::db::Conn;
use crate::db::schema::{
    access_review_companies, access_reviews, companies, company_assignments, memberships, organizations, users,
};
use crate::db::types::MembershipStatus;
use crate::db::types::org_id::OrgId;
use crate::db::types::organization::CompanyStatus;
use crate::models::access_review::rules::{Mailing, Status};
use crate::on_each;

/// A review.
#[derive(Debug, Clone, Queryable)]
pub struct Review {
    pub id: ReviewId,
    pub name: String,
    pub status: Status,
    pub due_at: Time,
    /// Who began it, by account.
    pub started_by: UserId,
    pub starter: String,
    pub started_at: Time,
    /// Who ended it by hand, by account.
    pub closed_by: Option<String>,
    pub closed_at: Option<Time>,
    /// Which letters are being sent.
    pub mailing: Mailing,
    /// The last membership that got one.
    pub mailed_to: String,
    /// How many reminders by date are done.
    pub reminders: i32,
    /// The last reminder by hand.
    pub reminded_at: Option<Time>,
}

type Columns = (
    access_reviews::id,
    access_reviews::name,
    access_reviews::status,
    access_reviews::due_at,
    access_reviews::started_by,
    users::name,
    access_reviews::started_at,
    access_reviews::closed_by,
    access_reviews::closed_at,
    access_reviews::mailing,
    access_reviews::mailed_to,
    access_reviews::reminders,
    access_reviews::reminded_at,
);

const COLUMNS: Columns = (
    access_reviews::id,
    access_reviews::name,
    access_reviews::status,
    access_reviews::due_at,
    access_reviews::started_by,
    users::name,
    access_reviews::started_at,
    access_reviews::closed_by,
    access_reviews::closed_at,
    access_reviews::mailing,
    access_reviews::mailed_to,
    access_reviews::reminders,
    access_reviews::reminded_at,
);

const OPEN: [Status; 3] = [Status::Starting, Status::Running, Status::Closing];

/// One review of the organization.
pub fn find(conn: &mut Conn, org: OrgId, id: ReviewId) -> QueryResult<Review> {
    access_reviews::table
        .inner_join(users::table.on(users::id.eq(access_reviews::started_by)))
        .filter(access_reviews::organization_id.eq(org))
        .filter(access_reviews::id.eq(id))
        .select(COLUMNS)
        .first(conn)
}

/// Reviews, the newest first, older than `before`.
pub fn list(conn: &mut Conn, org: OrgId, before: Option<ReviewId>, limit: i64) -> QueryResult<Vec<Review>> {
    let mut query = access_reviews::table
        .inner_join(users::table.on(users::id.eq(access_reviews::started_by)))
        .filter(access_reviews::organization_id.eq(org))
        .order(access_reviews::id.desc())
        .limit(limit)
        .select(COLUMNS)
        .into_boxed();
    if let Some(before) = before {
        query = query.filter(access_reviews::id.lt(before));
    }
    query.load(conn)
}

/// The review that is not over, if there is one.
pub fn open(conn: &mut Conn, org: OrgId) -> QueryResult<Option<ReviewId>> {
    access_reviews::table
        .filter(access_reviews::organization_id.eq(org))
        .filter(access_reviews::status.eq_any(OPEN))
        .select(access_reviews::id)
        .first(conn)
        .optional()
}

/// Reviews of all organizations that are not over and may go on, for the clock: an organization that waits for its
/// deletion is left alone.
pub fn at_work(conn: &mut Conn, most: i64) -> QueryResult<Vec<(OrgId, ReviewId)>> {
    access_reviews::table
        .inner_join(organizations::table.on(organizations::id.eq(access_reviews::organization_id)))
        .filter(access_reviews::status.eq_any(OPEN))
        .filter(organizations::delete_after.is_null())
        .order((access_reviews::organization_id, access_reviews::id))
        .limit(most)
        .select((access_reviews::organization_id, access_reviews::id))
        .load(conn)
}

/// A review to begin.
#[derive(Debug, Clone)]
pub struct NewReview {
    pub name: String,
    pub due_at: Time,
    pub by: UserId,
    /// The companies; `None`: all that are active.
    pub companies: Option<Vec<CompanyId>>,
}

/// Begins a review; `None` while another one of the organization is not over.
pub fn start(conn: &mut Conn, org: OrgId, now: Time, new: &NewReview) -> QueryResult<Option<ReviewId>> {
    let id = ReviewId::fresh();
    let row = (
        access_reviews::organization_id.eq(org),
        access_reviews::id.eq(id),
        access_reviews::name.eq(&new.name),
        access_reviews::status.eq(Status::Starting),
        access_reviews::due_at.eq(new.due_at),
        access_reviews::started_by.eq(new.by),
        access_reviews::started_at.eq(now),
        access_reviews::mailing.eq(Mailing::None),
        access_reviews::mailed_to.eq(""),
        access_reviews::reminders.eq(0),
        access_reviews::report.eq(""),
        access_reviews::signature.eq(""),
    );
    let placed = on_each!(conn, c => diesel::insert_into(access_reviews::table).values(row).on_conflict_do_nothing().execute(c))?;
    if placed == 0 {
        return Ok(None);
    }
    for company in chosen(conn, org, new.companies.as_deref())? {
        diesel::insert_into(access_review_companies::table)
            .values((
                access_review_companies::organization_id.eq(org),
                access_review_companies::review_id.eq(id),
                access_review_companies::company_id.eq(company),
                access_review_companies::places.eq(0i64),
                access_review_companies::open.eq(0i64),
                access_review_companies::filled.eq(false),
                access_review_companies::filled_to.eq(""),
            ))
            .execute(conn)?;
    }
    Ok(Some(id))
}

/// The active companies out of those wanted, by id.
pub fn chosen(conn: &mut Conn, org: OrgId, wanted: Option<&[CompanyId]>) -> QueryResult<Vec<CompanyId>> {
    let mut query = companies::table
        .filter(companies::organization_id.eq(org))
        .filter(companies::status.eq(CompanyStatus::Active))
        .order(companies::id)
        .select(companies::id)
        .into_boxed();
    if let Some(wanted) = wanted {
        query = query.filter(companies::id.eq_any(wanted));
    }
    query.load(conn)
}

/// Takes the review's row while it stands at `status`, so that whoever else wants to move it waits; `false` when it
/// stands elsewhere.
pub fn lock_row(conn: &mut Conn, org: OrgId, id: ReviewId, status: Status) -> QueryResult<bool> {
    advance(conn, org, id, status, status)
}

/// Moves a review from one state to the next; `false` when somebody else did.
pub fn advance(conn: &mut Conn, org: OrgId, id: ReviewId, from: Status, to: Status) -> QueryResult<bool> {
    let moved = diesel::update(
        access_reviews::table
            .find((org, id))
            .filter(access_reviews::status.eq(from)),
    )
    .set(access_reviews::status.eq(to))
    .execute(conn)?;
    Ok(moved == 1)
}

/// Gives a review up; what was decided stays.
pub fn cancel(conn: &mut Conn, org: OrgId, id: ReviewId, by: UserId, now: Time) -> QueryResult<bool> {
    let moved = diesel::update(
        access_reviews::table
            .find((org, id))
            .filter(access_reviews::status.eq_any([Status::Starting, Status::Running])),
    )
    .set((
        access_reviews::status.eq(Status::Cancelled),
        access_reviews::mailing.eq(Mailing::None),
        access_reviews::closed_by.eq(Some(by.to_string())),
        access_reviews::closed_at.eq(Some(now)),
    ))
    .execute(conn)?;
    Ok(moved == 1)
}

/// How far one company is.
#[derive(Debug, Clone, Queryable)]
pub struct Progress {
    pub company: CompanyId,
    pub name: String,
    pub slug: String,
    /// The bytes it is sorted by.
    pub sort_name: Vec<u8>,
    /// Its places in the review.
    pub places: i64,
    pub open: i64,
}

impl Progress {
    /// Where it stands in the list.
    pub fn key(&self) -> (Vec<u8>, String) {
        (self.sort_name.clone(), self.company.to_string())
    }
}

// The companies of a review with how far they are.
macro_rules! progress_of {
    ($org:expr, $review:expr) => {
        access_review_companies::table
            .inner_join(
                companies::table.on(companies::organization_id
                    .eq(access_review_companies::organization_id)
                    .and(companies::id.eq(access_review_companies::company_id))),
            )
            .filter(access_review_companies::organization_id.eq($org))
            .filter(access_review_companies::review_id.eq($review))
            .select((
                companies::id,
                companies::name,
                companies::slug,
                companies::sort_name,
                access_review_companies::places,
                access_review_companies::open,
            ))
    };
}

/// Up to `limit` companies of a review by name, from a place on. `within`: only these.
pub fn progress(
    conn: &mut Conn,
    org: OrgId,
    id: ReviewId,
    within: Option<&[CompanyId]>,
    place: Option<&Cursor>,
    limit: usize,
) -> QueryResult<Vec<Progress>> {
    let mut query = progress_of!(org, id)
        .limit(i64::try_from(limit).unwrap_or(i64::MAX))
        .into_boxed();
    if let Some(within) = within {
        query = query.filter(access_review_companies::company_id.eq_any(within));
    }
    let backwards = place.is_some_and(|place| place.direction == Direction::Previous);
    if let Some(place) = place {
        let id = CompanyId::parse(&place.id);
        let same = companies::sort_name.eq(&place.key);
        query = if backwards {
            query.filter(
                companies::sort_name
                    .lt(&place.key)
                    .or(same.and(companies::id.nullable().lt(id))),
            )
        } else {
            query.filter(
                companies::sort_name
                    .gt(&place.key)
                    .or(same.and(companies::id.nullable().gt(id))),
            )
        };
    }
    query = if backwards {
        query.order((companies::sort_name.desc(), companies::id.desc()))
    } else {
        query.order((companies::sort_name, companies::id))
    };
    query.load(conn)
}

/// The first companies by name in which something is not answered.
pub fn waiting(conn: &mut Conn, org: OrgId, id: ReviewId, limit: i64) -> QueryResult<Vec<Progress>> {
    progress_of!(org, id)
        .filter(access_review_companies::open.gt(0))
        .order((companies::sort_name, companies::id))
        .limit(limit)
        .load(conn)
}

/// Places and open ones of reviews: all, or those of some companies.
pub fn totals(
    conn: &mut Conn,
    org: OrgId,
    reviews: &[ReviewId],
    within: Option<&[CompanyId]>,
) -> QueryResult<HashMap<ReviewId, (i64, i64)>> {
    let mut query = access_review_companies::table
        .filter(access_review_companies::organization_id.eq(org))
        .filter(access_review_companies::review_id.eq_any(reviews))
        .select((
            access_review_companies::review_id,
            access_review_companies::places,
            access_review_companies::open,
        ))
        .into_boxed();
    if let Some(within) = within {
        query = query.filter(access_review_companies::company_id.eq_any(within));
    }
    let rows: Vec<(ReviewId, i64, i64)> = query.load(conn)?;
    let mut totals: HashMap<ReviewId, (i64, i64)> = HashMap::new();
    for (review, places, open) in rows {
        let total = totals.entry(review).or_default();
        total.0 += places;
        total.1 += open;
    }
    Ok(totals)
}

/// So many managers are named.
const NAMED: i64 = 500;

// The active managers by assignment of some companies.
macro_rules! managers_of {
    ($org:expr, $now:expr, $wanted:expr) => {
        company_assignments::table
            .inner_join(
                memberships::table.on(memberships::organization_id
                    .eq(company_assignments::organization_id)
                    .and(memberships::id.eq(company_assignments::membership_id))),
            )
            .inner_join(users::table.on(users::id.eq(memberships::user_id)))
            .filter(company_assignments::organization_id.eq($org))
            .filter(company_assignments::company_id.eq_any($wanted))
            .filter(company_assignments::role.eq(CompanyRole::Manager))
            .filter(
                company_assignments::access_until
                    .is_null()
                    .or(company_assignments::access_until.ge($now)),
            )
            .filter(memberships::status.eq(MembershipStatus::Active))
            .filter(
                memberships::access_until
                    .is_null()
                    .or(memberships::access_until.ge($now)),
            )
    };
}

/// The names of the active managers by assignment of some companies, in the order of names.
pub fn managers(
    conn: &mut Conn,
    org: OrgId,
    now: Time,
    wanted: &[CompanyId],
) -> QueryResult<HashMap<CompanyId, Vec<String>>> {
    let rows: Vec<(CompanyId, String)> = managers_of!(org, now, wanted)
        .order((company_assignments::sort_name, company_assignments::membership_id))
        .limit(NAMED)
        .select((company_assignments::company_id, users::name))
        .load(conn)?;
    let mut names: HashMap<CompanyId, Vec<String>> = HashMap::new();
    for (company, name) in rows {
        names.entry(company).or_default().push(name);
    }
    Ok(names)
}

/// Which of some companies have an active manager by assignment.
pub fn managed(conn: &mut Conn, org: OrgId, now: Time, wanted: &[CompanyId]) -> QueryResult<HashSet<CompanyId>> {
    let rows: Vec<CompanyId> = managers_of!(org, now, wanted)
        .select(company_assignments::company_id)
        .distinct()
        .load(conn)?;
    Ok(rows.into_iter().collect())
}

/// A company that a review could cover.
#[derive(Debug, Clone, Queryable)]
pub struct Candidate {
    pub id: CompanyId,
    pub name: String,
}

/// The first active companies by name, out of those wanted.
pub fn candidates(
    conn: &mut Conn,
    org: OrgId,
    wanted: Option<&[CompanyId]>,
    limit: i64,
) -> QueryResult<Vec<Candidate>> {
    let mut query = companies::table
        .filter(companies::organization_id.eq(org))
        .filter(companies::status.eq(CompanyStatus::Active))
        .order((companies::sort_name, companies::id))
        .limit(limit)
        .select((companies::id, companies::name))
        .into_boxed();
    if let Some(wanted) = wanted {
        query = query.filter(companies::id.eq_any(wanted));
    }
    query.load(conn)
}

/// The active companies that have these slugs.
pub fn by_slugs(conn: &mut Conn, org: OrgId, slugs: &[String]) -> QueryResult<Vec<(CompanyId, String)>> {
    companies::table
        .filter(companies::organization_id.eq(org))
        .filter(companies::status.eq(CompanyStatus::Active))
        .filter(companies::slug.eq_any(slugs))
        .select((companies::id, companies::slug))
        .load(conn)
}

/// How many places there are in each of some companies.
pub fn place_counts(conn: &mut Conn, org: OrgId, wanted: &[CompanyId]) -> QueryResult<HashMap<CompanyId, i64>> {
    let rows: Vec<(CompanyId, i64)> = company_assignments::table
        .filter(company_assignments::organization_id.eq(org))
        .filter(company_assignments::company_id.eq_any(wanted))
        .group_by(company_assignments::company_id)
        .select((company_assignments::company_id, diesel::dsl::count_star()))
        .load(conn)?;
    Ok(rows.into_iter().collect())
}

/// The name of an account.
pub fn name_of(conn: &mut Conn, user: Option<&str>) -> QueryResult<Option<String>> {
    match user {
        Some(user) => users::table.find(user).select(users::name).first(conn).optional(),
        None => Ok(None),
    }
}

/// Asks for a reminder by hand; `false` when one is on its way, or one was asked for after `since`.
pub fn remind(conn: &mut Conn, org: OrgId, id: ReviewId, now: Time, since: Time) -> QueryResult<bool> {
    let asked = diesel::update(
        access_reviews::table
            .find((org, id))
            .filter(access_reviews::status.eq(Status::Running))
            .filter(access_reviews::mailing.eq(Mailing::None))
            .filter(
                access_reviews::reminded_at
                    .is_null()
                    .or(access_reviews::reminded_at.le(since)),
            ),
    )
    .set((
        access_reviews::mailing.eq(Mailing::Reminder),
        access_reviews::mailed_to.eq(""),
        access_reviews::reminded_at.eq(Some(now)),
    ))
    .execute(conn)?;
    Ok(asked == 1)
}

/// The report and its signature; nothing before the end.
pub fn sealed(conn: &mut Conn, org: OrgId, id: ReviewId) -> QueryResult<(String, String)> {
    access_reviews::table
        .find((org, id))
        .select((access_reviews::report, access_reviews::signature))
        .first(conn)
}
