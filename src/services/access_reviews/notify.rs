//! Who gets a letter about a review, a bounded number at a time: each recipient once a round, also over a restart.

use diesel::prelude::*;

use crate::app::Ctx;
use crate::authz::role::{CompanyRole, Role};
use crate::common::error::AppError;
use crate::common::id::{CompanyId, MembershipId, ReviewId};
use crate::common::time::Time;
use crate::db::Conn;
use crate::db::schema::{
    access_review_companies, access_review_items, access_reviews, companies, company_assignments, memberships,
    organization_slugs, organizations, users,
};
use crate::db::types::MembershipStatus;
use crate::db::types::org_id::OrgId;
use crate::db::types::organization::UnitLabel;
use crate::models::access_review;
use crate::models::access_review::Review;
use crate::models::access_review::rules::{Decision, Mailing, Status};
use crate::services::access_reviews::email;
use crate::services::access_reviews::email::{Recipient, ReviewHeading};

/// So many letters are put into the outbox in one transaction.
const BATCH: i64 = 100;

/// So many owners and admins get a letter.
const CHIEFS: i64 = 50;

/// The organization, as letters name it.
pub fn review_heading(conn: &mut Conn, org: OrgId) -> QueryResult<ReviewHeading> {
    let (name, slug, unit): (String, String, UnitLabel) = organizations::table
        .inner_join(organization_slugs::table)
        .filter(organizations::id.eq(org))
        .filter(organization_slugs::is_current.eq(true))
        .select((organizations::name, organization_slugs::slug, organizations::unit_label))
        .first(conn)?;
    Ok(ReviewHeading { name, slug, unit })
}

/// Sends the next letters of the round that is on its way; `true` when none is left.
pub fn step(conn: &mut Conn, cx: &Ctx, org: OrgId, id: ReviewId) -> Result<bool, AppError> {
    if !access_review::lock_row(conn, org, id, Status::Running)? {
        return Ok(true);
    }
    let review = access_review::find(conn, org, id)?;
    if review.mailing == Mailing::None {
        return Ok(true);
    }
    let app = review_heading(conn, org)?;
    let next = managers(conn, org, cx.now, id, &review.mailed_to)?;
    for manager in &next {
        let (companies, open) = theirs(conn, org, id, manager)?;
        if open > 0 {
            let to = recipient(conn, org, *manager)?;
            email::to_manager(conn, cx, &app, &review, &to, &companies, open)?;
        }
    }
    let done = next.len() < usize::try_from(BATCH).unwrap_or(usize::MAX);
    if done {
        to_chiefs(conn, cx, org, &app, &review)?;
    }
    let last = next.last().map_or(review.mailed_to, ToString::to_string);
    diesel::update(access_reviews::table.find((org, id)))
        .set((
            access_reviews::mailing.eq(if done { Mailing::None } else { review.mailing }),
            access_reviews::mailed_to.eq(if done { String::new() } else { last }),
        ))
        .execute(conn)?;
    Ok(done)
}

/// Begins the round of a reminder by date, and notes that it is done: never twice. `worth`: whether letters go out.
pub fn begin_reminder(conn: &mut Conn, org: OrgId, review: &Review, due: i32, worth: bool) -> QueryResult<bool> {
    let row = access_reviews::table
        .find((org, review.id))
        .filter(access_reviews::status.eq(Status::Running))
        .filter(access_reviews::mailing.eq(Mailing::None))
        .filter(access_reviews::reminders.eq(review.reminders));
    let mailing = if worth { Mailing::Reminder } else { Mailing::None };
    let begun = diesel::update(row)
        .set((
            access_reviews::reminders.eq(due),
            access_reviews::mailing.eq(mailing),
            access_reviews::mailed_to.eq(""),
        ))
        .execute(conn)?;
    Ok(begun == 1)
}

/// The next managers by assignment in companies where something waits.
fn managers(conn: &mut Conn, org: OrgId, now: Time, review: ReviewId, after: &str) -> QueryResult<Vec<MembershipId>> {
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
        .limit(BATCH)
        .load(conn)
}

/// The companies of a manager where something waits (the first by name), and how many places wait that are not their own.
fn theirs(conn: &mut Conn, org: OrgId, review: ReviewId, manager: &MembershipId) -> QueryResult<(Vec<String>, i64)> {
    let own: Vec<CompanyId> = company_assignments::table
        .filter(company_assignments::organization_id.eq(org))
        .filter(company_assignments::membership_id.eq(manager))
        .filter(company_assignments::role.eq(CompanyRole::Manager))
        .select(company_assignments::company_id)
        .load(conn)?;
    let names = companies::table
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
    let open = access_review_items::table
        .filter(access_review_items::organization_id.eq(org))
        .filter(access_review_items::review_id.eq(review))
        .filter(access_review_items::decision.eq(Decision::Open))
        .filter(access_review_items::company_id.eq_any(&own))
        .filter(access_review_items::membership_id.ne(manager))
        .count()
        .get_result(conn)?;
    Ok((names, open))
}

fn recipient(conn: &mut Conn, org: OrgId, id: MembershipId) -> QueryResult<Recipient> {
    let (name, email) = memberships::table
        .inner_join(users::table)
        .filter(memberships::organization_id.eq(org))
        .filter(memberships::id.eq(id))
        .select((users::name, users::email))
        .first(conn)?;
    Ok(Recipient { name, email })
}

/// Owners and admins hear of what falls to them: companies without a Manager, and the Managers' own places.
fn to_chiefs(conn: &mut Conn, cx: &Ctx, org: OrgId, app: &ReviewHeading, review: &Review) -> Result<(), AppError> {
    let waiting: Vec<CompanyId> = access_review_companies::table
        .filter(access_review_companies::organization_id.eq(org))
        .filter(access_review_companies::review_id.eq(review.id))
        .filter(access_review_companies::open.gt(0))
        .select(access_review_companies::company_id)
        .load(conn)?;
    let managed = access_review::managed(conn, org, cx.now, &waiting)?;
    let unmanaged = waiting.iter().filter(|company| !managed.contains(*company)).count();
    let of_managers: i64 = access_review_items::table
        .filter(access_review_items::organization_id.eq(org))
        .filter(access_review_items::review_id.eq(review.id))
        .filter(access_review_items::decision.eq(Decision::Open))
        .filter(access_review_items::role.eq(CompanyRole::Manager))
        .count()
        .get_result(conn)?;
    if unmanaged == 0 && of_managers == 0 {
        return Ok(());
    }
    let chiefs: Vec<(String, String)> = memberships::table
        .inner_join(users::table)
        .filter(memberships::organization_id.eq(org))
        .filter(memberships::status.eq(MembershipStatus::Active))
        .filter(memberships::role.eq_any([Role::Owner, Role::Admin]))
        .filter(
            memberships::access_until
                .is_null()
                .or(memberships::access_until.ge(cx.now)),
        )
        .order((memberships::sort_name, memberships::id))
        .limit(CHIEFS)
        .select((users::name, users::email))
        .load(conn)?;
    for (name, email) in chiefs {
        email::to_chief(
            conn,
            cx,
            app,
            review,
            &Recipient { name, email },
            unmanaged,
            of_managers,
        )?;
    }
    Ok(())
}

/// Who began a review, as long as they are a member.
pub fn starter(conn: &mut Conn, org: OrgId, review: &Review) -> QueryResult<Option<Recipient>> {
    let found: Option<(String, String)> = memberships::table
        .inner_join(users::table)
        .filter(memberships::organization_id.eq(org))
        .filter(memberships::user_id.eq(review.started_by))
        .filter(memberships::status.eq(MembershipStatus::Active))
        .select((users::name, users::email))
        .first(conn)
        .optional()?;
    Ok(found.map(|(name, email)| Recipient { name, email }))
}
