//! The rounds of emails of a review: who gets one, and how far a round is. Each recipient gets one email a round.

use diesel::prelude::*;

use crate::authz::role::{CompanyRole, Role};
use crate::common::id::{CompanyId, MembershipId, ReviewId};
use crate::common::time::Time;
use crate::db::Conn;
use crate::db::schema::{
    access_review_companies, access_review_items, access_reviews, companies, company_assignments, memberships, users,
};
use crate::db::types::MembershipStatus;
use crate::db::types::org_id::OrgId;
use crate::models::access_review::Review;
use crate::models::access_review::companies::managed;
use crate::models::access_review::state::{ReviewDecision, ReviewMailing, ReviewStatus};

/// The number of owners and admins that get an email.
const OWNERS_AND_ADMINS: i64 = 50;

/// The name and email address of a member.
#[derive(Debug, Clone, Queryable)]
pub struct ReviewContact {
    pub name: String,
    pub email: String,
}

/// Starts a scheduled reminder and counts it, so that it is never sent twice. `sends` is whether emails go out.
pub fn begin_reminder(conn: &mut Conn, org: OrgId, review: &Review, due: i32, sends: bool) -> QueryResult<bool> {
    let row = access_reviews::table
        .find((org, review.id))
        .filter(access_reviews::status.eq(ReviewStatus::Running))
        .filter(access_reviews::mailing.eq(ReviewMailing::None))
        .filter(access_reviews::reminders.eq(review.reminders));
    let mailing = if sends {
        ReviewMailing::Reminder
    } else {
        ReviewMailing::None
    };
    let begun = diesel::update(row)
        .set((
            access_reviews::reminders.eq(due),
            access_reviews::mailing.eq(mailing),
            access_reviews::mailed_to.eq(""),
        ))
        .execute(conn)?;
    Ok(begun == 1)
}

/// Starts a reminder by hand. `false` when emails are being sent, or one was started after `since`.
pub fn remind(conn: &mut Conn, org: OrgId, id: ReviewId, now: Time, since: Time) -> QueryResult<bool> {
    let begun = diesel::update(
        access_reviews::table
            .find((org, id))
            .filter(access_reviews::status.eq(ReviewStatus::Running))
            .filter(access_reviews::mailing.eq(ReviewMailing::None))
            .filter(
                access_reviews::reminded_at
                    .is_null()
                    .or(access_reviews::reminded_at.le(since)),
            ),
    )
    .set((
        access_reviews::mailing.eq(ReviewMailing::Reminder),
        access_reviews::mailed_to.eq(""),
        access_reviews::reminded_at.eq(Some(now)),
    ))
    .execute(conn)?;
    Ok(begun == 1)
}

/// Notes the last recipient of the round; `None` ends the round.
pub fn set_progress(conn: &mut Conn, org: OrgId, review: &Review, last: Option<&str>) -> QueryResult<()> {
    let mailing = if last.is_some() {
        review.mailing
    } else {
        ReviewMailing::None
    };
    diesel::update(access_reviews::table.find((org, review.id)))
        .set((
            access_reviews::mailing.eq(mailing),
            access_reviews::mailed_to.eq(last.unwrap_or_default()),
        ))
        .execute(conn)?;
    Ok(())
}

/// The next Managers, after `after`, of companies with open items.
pub fn managers(
    conn: &mut Conn,
    org: OrgId,
    now: Time,
    review: ReviewId,
    after: &str,
    limit: i64,
) -> QueryResult<Vec<MembershipId>> {
    company_assignments::table
        .inner_join(
            access_review_companies::table.on(access_review_companies::organization_id
                .eq(company_assignments::organization_id)
                .and(access_review_companies::company_id.eq(company_assignments::company_id))),
        )
        .inner_join(
            memberships::table.on(memberships::organization_id
                .eq(company_assignments::organization_id)
                .and(memberships::id.eq(company_assignments::membership_id))),
        )
        .filter(company_assignments::organization_id.eq(org))
        .filter(access_review_companies::review_id.eq(review))
        .filter(access_review_companies::open.gt(0))
        .filter(company_assignments::role.eq(CompanyRole::Manager))
        .filter(
            company_assignments::access_until
                .is_null()
                .or(company_assignments::access_until.ge(now)),
        )
        .filter(memberships::status.eq(MembershipStatus::Active))
        .filter(
            memberships::access_until
                .is_null()
                .or(memberships::access_until.ge(now)),
        )
        .filter(company_assignments::membership_id.gt(after))
        .order(company_assignments::membership_id)
        .select(company_assignments::membership_id)
        .distinct()
        .limit(limit)
        .load(conn)
}

/// What a Manager has to answer.
#[derive(Debug)]
pub struct OpenWork {
    /// The first companies by name.
    pub companies: Vec<String>,
    /// Open items, without the Manager's own.
    pub items: i64,
}

pub fn open_work(conn: &mut Conn, org: OrgId, review: ReviewId, manager: MembershipId) -> QueryResult<OpenWork> {
    let own: Vec<CompanyId> = company_assignments::table
        .filter(company_assignments::organization_id.eq(org))
        .filter(company_assignments::membership_id.eq(manager))
        .filter(company_assignments::role.eq(CompanyRole::Manager))
        .select(company_assignments::company_id)
        .load(conn)?;
    let companies = companies::table
        .inner_join(
            access_review_companies::table.on(access_review_companies::organization_id
                .eq(companies::organization_id)
                .and(access_review_companies::company_id.eq(companies::id))),
        )
        .filter(companies::organization_id.eq(org))
        .filter(access_review_companies::review_id.eq(review))
        .filter(access_review_companies::open.gt(0))
        .filter(companies::id.eq_any(&own))
        .order((companies::sort_name, companies::id))
        .limit(6)
        .select(companies::name)
        .load(conn)?;
    let items = access_review_items::table
        .filter(access_review_items::organization_id.eq(org))
        .filter(access_review_items::review_id.eq(review))
        .filter(access_review_items::decision.eq(ReviewDecision::Open))
        .filter(access_review_items::company_id.eq_any(&own))
        .filter(access_review_items::membership_id.ne(manager))
        .count()
        .get_result(conn)?;
    Ok(OpenWork { companies, items })
}

/// What only owners and admins can answer.
#[derive(Debug)]
pub struct OwnerWork {
    /// Companies with open items that have no Manager.
    pub companies: usize,
    /// Open items of Managers.
    pub manager_items: i64,
}

pub fn owner_work(conn: &mut Conn, org: OrgId, now: Time, review: ReviewId) -> QueryResult<OwnerWork> {
    let open: Vec<CompanyId> = access_review_companies::table
        .filter(access_review_companies::organization_id.eq(org))
        .filter(access_review_companies::review_id.eq(review))
        .filter(access_review_companies::open.gt(0))
        .select(access_review_companies::company_id)
        .load(conn)?;
    let managed = managed(conn, org, now, &open)?;
    let manager_items = access_review_items::table
        .filter(access_review_items::organization_id.eq(org))
        .filter(access_review_items::review_id.eq(review))
        .filter(access_review_items::decision.eq(ReviewDecision::Open))
        .filter(access_review_items::role.eq(CompanyRole::Manager))
        .count()
        .get_result(conn)?;
    Ok(OwnerWork {
        companies: open.iter().filter(|company| !managed.contains(*company)).count(),
        manager_items,
    })
}

pub fn contact(conn: &mut Conn, org: OrgId, id: MembershipId) -> QueryResult<ReviewContact> {
    memberships::table
        .inner_join(users::table)
        .filter(memberships::organization_id.eq(org))
        .filter(memberships::id.eq(id))
        .select((users::name, users::email))
        .first(conn)
}

pub fn owners_and_admins(conn: &mut Conn, org: OrgId, now: Time) -> QueryResult<Vec<ReviewContact>> {
    memberships::table
        .inner_join(users::table)
        .filter(memberships::organization_id.eq(org))
        .filter(memberships::status.eq(MembershipStatus::Active))
        .filter(memberships::role.eq_any([Role::Owner, Role::Admin]))
        .filter(
            memberships::access_until
                .is_null()
                .or(memberships::access_until.ge(now)),
        )
        .order((memberships::sort_name, memberships::id))
        .limit(OWNERS_AND_ADMINS)
        .select((users::name, users::email))
        .load(conn)
}

/// The account that started a review, if it is still an active member.
pub fn starter(conn: &mut Conn, org: OrgId, review: &Review) -> QueryResult<Option<ReviewContact>> {
    memberships::table
        .inner_join(users::table)
        .filter(memberships::organization_id.eq(org))
        .filter(memberships::user_id.eq(review.started_by))
        .filter(memberships::status.eq(MembershipStatus::Active))
        .select((users::name, users::email))
        .first(conn)
        .optional()
}
