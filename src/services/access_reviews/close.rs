//! The end of a review: every place that nobody answered is taken away, a bounded number of people at a time. Each step
//! is whole by itself, so that a process that dies in between goes on where it was.

use std::collections::HashMap;

use diesel::prelude::*;

use crate::app::Ctx;
use crate::audit::Events;
use crate::authz::role::{CompanyRole, Role};
use crate::common::error::AppError;
use crate::common::id::{CompanyId, MembershipId, ReviewId, ReviewItemId, UserId};
use crate::common::time::Time;
use crate::db::Conn;
use crate::db::schema::{access_review_items, access_reviews, companies, company_assignments, memberships};
use crate::db::types::MembershipStatus;
use crate::db::types::org_id::OrgId;
use crate::models::access_review;
use crate::models::access_review::Review;
use crate::models::access_review::rules::{Decision, Mailing, Status};
use crate::models::membership;
use crate::models::membership::OwnPlace;
use crate::models::membership::record::Membership;
use crate::services::access_reviews::email;
use crate::services::access_reviews::email::ReviewHeading;
use crate::services::assignments;
use crate::services::assignments::{Assignment, AssignmentSource};
use crate::services::members::errors::SuspensionError;
use crate::services::members::suspension;

/// So many people are dealt with in one transaction.
const PEOPLE: i64 = 50;

/// The reason that stands with a membership that a review suspended.
pub fn reason(name: &str) -> String {
    format!("Access review {name}: not confirmed")
}

/// The reason for which somebody is suspended, or nothing.
pub fn suspended_for(conn: &mut Conn, org: OrgId, id: MembershipId) -> QueryResult<String> {
    memberships::table
        .find((org, id))
        .select(memberships::suspend_reason)
        .first(conn)
}

/// Ends the deciding; `false` when the review does not run. `by`: who ends it by hand.
pub fn begin(conn: &mut Conn, org: OrgId, id: ReviewId, by: Option<UserId>) -> QueryResult<bool> {
    let moved = diesel::update(
        access_reviews::table
            .find((org, id))
            .filter(access_reviews::status.eq(Status::Running)),
    )
    .set((
        access_reviews::status.eq(Status::Closing),
        access_reviews::mailing.eq(Mailing::None),
        access_reviews::closed_by.eq(by.map(|by| by.to_string())),
    ))
    .execute(conn)?;
    Ok(moved == 1)
}

/// What is left to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Left {
    /// More people.
    People,
    Report,
    /// Nothing: it is closed, or was never closing.
    Nothing,
}

/// Deals with the next people whose places nobody answered.
pub fn step(conn: &mut Conn, cx: &Ctx, org: OrgId, id: ReviewId) -> Result<(Left, Events), AppError> {
    if !access_review::lock_row(conn, org, id, Status::Closing)? {
        return Ok((Left::Nothing, Events::none("it is not closing")));
    }
    let review = access_review::find(conn, org, id)?;
    let people: Vec<MembershipId> = access_review_items::table
        .filter(access_review_items::organization_id.eq(org))
        .filter(access_review_items::review_id.eq(id))
        .filter(access_review_items::decision.eq(Decision::Open))
        .order(access_review_items::membership_id)
        .select(access_review_items::membership_id)
        .distinct()
        .limit(PEOPLE)
        .load(conn)?;
    if people.is_empty() {
        return Ok((Left::Report, Events::none("nobody is left")));
    }
    let app = crate::services::access_reviews::notify::review_heading(conn, org)?;
    let by = review
        .closed_by
        .as_deref()
        .and_then(UserId::parse)
        .unwrap_or(review.started_by);
    let mut events = Events::none("what each of them loses");
    for person in people {
        events = events.and(one(conn, cx, org, &review, person, by, &app)?);
    }
    Ok((Left::People, events))
}

/// What became of one place.
struct Fate {
    item: ReviewItemId,
    company: CompanyId,
    decision: Decision,
    left: Option<CompanyRole>,
    kept: Option<OwnPlace>,
}

fn one(
    conn: &mut Conn,
    cx: &Ctx,
    org: OrgId,
    review: &Review,
    id: MembershipId,
    by: UserId,
    app: &ReviewHeading,
) -> Result<Events, AppError> {
    let person = Membership::find(conn, org, id).ok();
    let open: Vec<(ReviewItemId, CompanyId)> = access_review_items::table
        .filter(access_review_items::organization_id.eq(org))
        .filter(access_review_items::review_id.eq(review.id))
        .filter(access_review_items::membership_id.eq(id))
        .filter(access_review_items::decision.eq(Decision::Open))
        .order(access_review_items::company_id)
        .select((access_review_items::id, access_review_items::company_id))
        .load(conn)?;
    let mut fates = Vec::new();
    for (item, company) in open {
        fates.push(take(conn, cx, org, id, item, company)?);
    }
    let names = names(conn, org, &fates)?;
    let name = |company: &CompanyId| names.get(company).cloned().unwrap_or_default();
    let mut events = Events::none("as far as there was something to take");
    let mut shut_out = false;
    if let Some(person) = &person {
        for fate in &fates {
            let Some(kept) = fate.kept else { continue };
            let company_name = name(&fate.company);
            let assignment = Assignment::new(org, person.id, &person.name, fate.company, &company_name);
            let source = AssignmentSource::Review(&review.name, review.id);
            events = events.and(assignment.unassigned(Some(kept.role), &source));
        }
        if is_left_with_nothing(conn, org, person, &fates)? {
            let why = reason(&review.name);
            match suspension::suspend_without_email(conn, cx, org, person, by, &why) {
                Ok(suspended) => {
                    shut_out = true;
                    events = events.and(suspended);
                }
                Err(SuspensionError::Failed(error)) => return Err(error),
                Err(_) => {}
            }
        }
        let taken: Vec<String> = fates
            .iter()
            .filter(|fate| fate.kept.is_some())
            .map(|fate| name(&fate.company))
            .collect();
        if person.status == MembershipStatus::Active && (shut_out || !taken.is_empty()) {
            email::unconfirmed(conn, cx, &app.name, review, person, &taken, shut_out)?;
        }
    }
    for fate in &fates {
        note(conn, org, review.id, fate, shut_out)?;
    }
    Ok(events)
}

/// Takes a place away. What a group gives stays: only the group can take it.
fn take(
    conn: &mut Conn,
    cx: &Ctx,
    org: OrgId,
    membership: MembershipId,
    item: ReviewItemId,
    company: CompanyId,
) -> Result<Fate, AppError> {
    let present = assignments::role_in(conn, org, membership, company)?;
    let own = membership::own_place(conn, org, membership, company)?;
    let (decision, left, kept) = match (present, own) {
        (None, _) => (Decision::Gone, None, None),
        (Some(role), None) => (Decision::Group, Some(role), None),
        (Some(_), Some(place)) => {
            membership::unassign(conn, cx, org, membership, company)?;
            let left = assignments::role_in(conn, org, membership, company)?;
            (Decision::Unconfirmed, left, Some(place))
        }
    };
    Ok(Fate {
        item,
        company,
        decision,
        left,
        kept,
    })
}

/// Whether the review leaves a plain Member without any place: what groups give of the unanswered places does not count.
/// Whoever has a role in the whole organization, or one of its own making, is never shut out.
fn is_left_with_nothing(conn: &mut Conn, org: OrgId, person: &Membership, fates: &[Fate]) -> QueryResult<bool> {
    let plain =
        person.role == Role::Member && person.access.direct_role == Role::Member && person.access.custom_role.is_none();
    let lost = fates.iter().any(|fate| fate.decision != Decision::Gone);
    if !plain || !lost || person.status != MembershipStatus::Active {
        return Ok(false);
    }
    let places: Vec<CompanyId> = company_assignments::table
        .filter(company_assignments::organization_id.eq(org))
        .filter(company_assignments::membership_id.eq(person.id))
        .select(company_assignments::company_id)
        .load(conn)?;
    Ok(places
        .iter()
        .all(|place| fates.iter().any(|fate| fate.company == *place)))
}

fn note(conn: &mut Conn, org: OrgId, review: ReviewId, fate: &Fate, shut_out: bool) -> QueryResult<()> {
    let (kept_role, kept_origin, kept_until) = fate.kept.map_or(("", "", None::<Time>), |place| {
        (place.role.as_str(), place.origin.as_str(), place.until)
    });
    diesel::update(access_review_items::table.find((org, review, fate.item)))
        .set((
            access_review_items::decision.eq(fate.decision),
            access_review_items::new_role.eq(fate.left.map_or("", CompanyRole::as_str)),
            access_review_items::kept_role.eq(kept_role),
            access_review_items::kept_origin.eq(kept_origin),
            access_review_items::kept_until.eq(kept_until),
            access_review_items::shut_out.eq(shut_out),
        ))
        .execute(conn)?;
    Ok(())
}

fn names(conn: &mut Conn, org: OrgId, fates: &[Fate]) -> QueryResult<HashMap<CompanyId, String>> {
    let wanted: Vec<CompanyId> = fates.iter().map(|fate| fate.company).collect();
    let rows: Vec<(CompanyId, String)> = companies::table
        .filter(companies::organization_id.eq(org))
        .filter(companies::id.eq_any(wanted))
        .select((companies::id, companies::name))
        .load(conn)?;
    Ok(rows.into_iter().collect())
}

/// Puts the signed report down and closes the review; `false` when somebody else did.
pub fn seal(conn: &mut Conn, org: OrgId, id: ReviewId, at: Time, report: &str, signature: &str) -> QueryResult<bool> {
    let sealed = diesel::update(
        access_reviews::table
            .find((org, id))
            .filter(access_reviews::status.eq(Status::Closing)),
    )
    .set((
        access_reviews::status.eq(Status::Closed),
        access_reviews::closed_at.eq(Some(at)),
        access_reviews::report.eq(report),
        access_reviews::signature.eq(signature),
    ))
    .execute(conn)?;
    Ok(sealed == 1)
}
