//! The end of a review: assignments without an answer are removed, a limited number of members at a time. Each step is a
//! transaction of its own, so that a process that stops continues where it was.

use crate::app::Ctx;
use crate::audit::{Action, Event, Events};
use crate::auth::actor::Actor;
use crate::authz::role::Role;
use crate::common::error::AppError;
use crate::common::id::{CompanyId, MembershipId, ReviewId};
use crate::common::time::Time;
use crate::db::Conn;
use crate::db::types::MembershipStatus;
use crate::db::types::org_id::OrgId;
use crate::models::access_review;
use crate::models::access_review::Review;
use crate::models::access_review::closing;
use crate::models::access_review::closing::ClosedItem;
use crate::models::access_review::companies;
use crate::models::access_review::mailing;
use crate::models::access_review::progress;
use crate::models::access_review::report;
use crate::models::access_review::report::ReviewReport;
use crate::models::access_review::state::{ReviewDecision, ReviewStatus};
use crate::models::membership::record::Membership;
use crate::services::access_reviews::{effects, email, permission};
use crate::services::assignments;

/// The number of members in one transaction.
const MEMBERS: i64 = 50;

/// A review with at most this many items closes in the request; a larger one in the job.
const ITEMS_IN_REQUEST: i64 = 2000;

#[derive(Debug)]
pub enum CloseReviewError {
    NotRunning,
    Failed(AppError),
}
crate::change_error!(CloseReviewError);

/// Closes a review before its end date. The review may still be closing afterwards.
pub fn close(conn: &mut Conn, actor: &Actor, id: ReviewId) -> Result<(Review, Events), CloseReviewError> {
    permission::require(actor, conn)?;
    let org = actor.organization;
    access_review::find(conn, org, id)?;
    if !closing::begin(conn, org, id, Some(actor.person.id))? {
        return Err(CloseReviewError::NotRunning);
    }
    let events = close_small(conn, &actor.cx, org, id)?;
    Ok((access_review::find(conn, org, id)?, events))
}

/// Closes a small review completely, and does the first step of a large one.
pub fn close_small(conn: &mut Conn, cx: &Ctx, org: OrgId, id: ReviewId) -> Result<Events, AppError> {
    let small = progress::total(conn, org, id)?.items <= ITEMS_IN_REQUEST;
    let (mut left, mut events) = step(conn, cx, org, id)?;
    while small && left == ClosingWork::People {
        let (next, more) = step(conn, cx, org, id)?;
        (left, events) = (next, events.and(more));
    }
    if small && left == ClosingWork::Report {
        let text = report::build(conn, org, id, cx.now)?;
        events = events.and(sign(conn, cx, org, id, &text, cx.now)?);
    }
    Ok(events)
}

/// What a closing review still needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ClosingWork {
    People,
    Report,
    /// The review is not closing.
    Nothing,
}

/// Closes the items of the next members.
pub fn step(conn: &mut Conn, cx: &Ctx, org: OrgId, id: ReviewId) -> Result<(ClosingWork, Events), AppError> {
    if !access_review::lock_row(conn, org, id, ReviewStatus::Closing)? {
        return Ok((ClosingWork::Nothing, Events::none("the review is not closing")));
    }
    let review = access_review::find(conn, org, id)?;
    let members = closing::members(conn, org, id, MEMBERS)?;
    if members.is_empty() {
        return Ok((ClosingWork::Report, Events::none("no items are open")));
    }
    let heading = access_review::heading(conn, org)?;
    let mut events = Events::default();
    for member in members {
        events = events.and(close_member(conn, cx, org, &review, member, &heading.name)?);
    }
    Ok((ClosingWork::People, events))
}

fn close_member(
    conn: &mut Conn,
    cx: &Ctx,
    org: OrgId,
    review: &Review,
    id: MembershipId,
    organization: &str,
) -> Result<Events, AppError> {
    let member = Membership::find(conn, org, id).ok();
    let open = closing::open_items(conn, org, review.id, id)?;
    let wanted: Vec<CompanyId> = open.iter().map(|(_, company)| *company).collect();
    let names = companies::names(conn, org, &wanted)?;
    let name = |company: &CompanyId| names.get(company).map(String::as_str).unwrap_or_default();
    let mut events = Events::default();
    let mut items = Vec::new();
    for (item, company) in open {
        let mut closed = ClosedItem {
            id: item,
            company,
            decision: ReviewDecision::Gone,
            remaining_role: assignments::role_in(conn, org, id, company)?,
            removed: None,
        };
        if let (Some(member), Some(_)) = (&member, closed.remaining_role) {
            let removed = effects::unassign(conn, cx, org, review, member, (company, name(&company)))?;
            closed.decision = ReviewDecision::Group;
            if let Some((own, more)) = removed {
                closed.decision = ReviewDecision::Unconfirmed;
                closed.remaining_role = assignments::role_in(conn, org, id, company)?;
                closed.removed = Some(own);
                events = events.and(more);
            }
        }
        items.push(closed);
    }
    let mut suspended = false;
    if let Some(member) = &member {
        if is_left_with_nothing(conn, org, member, &items)?
            && let Some(more) = effects::suspend(conn, cx, org, review, member)?
        {
            suspended = true;
            events = events.and(more);
        }
        let removed = items.iter().filter(|item| item.removed.is_some());
        let removed: Vec<&str> = removed.map(|item| name(&item.company)).collect();
        if member.status == MembershipStatus::Active && (suspended || !removed.is_empty()) {
            email::unconfirmed(conn, cx, organization, review, member, &removed, suspended)?;
        }
    }
    for item in &items {
        closing::close_item(conn, org, review.id, item, suspended)?;
    }
    Ok(events)
}

/// Whether a plain Member keeps no confirmed assignment. What groups give of the unanswered items counts as none.
fn is_left_with_nothing(
    conn: &mut Conn,
    org: OrgId,
    member: &Membership,
    items: &[ClosedItem],
) -> Result<bool, AppError> {
    let plain =
        member.role == Role::Member && member.access.direct_role == Role::Member && member.access.custom_role.is_none();
    let affected = items.iter().any(|item| item.decision != ReviewDecision::Gone);
    if !plain || !affected || member.status != MembershipStatus::Active {
        return Ok(false);
    }
    let assigned = closing::companies_of(conn, org, member.id)?;
    Ok(assigned
        .iter()
        .all(|company| items.iter().any(|item| item.company == *company)))
}

/// Signs the report, closes the review and tells who started it.
pub fn sign(conn: &mut Conn, cx: &Ctx, org: OrgId, id: ReviewId, text: &str, at: Time) -> Result<Events, AppError> {
    let signature = cx.app.keys.signer().sign(text.as_bytes());
    if !closing::close(conn, org, id, at, text, &signature)? {
        return Ok(Events::none("the review is not closing"));
    }
    let review = access_review::find(conn, org, id)?;
    let heading = access_review::heading(conn, org)?;
    if let Some(to) = mailing::starter(conn, org, &review)? {
        email::closed(conn, cx, &heading, &review, to)?;
    }
    let totals = ReviewReport::parse(text).map(|report| report.totals);
    let event = Event::new(Action::ReviewClosed, "review", id, &review.name)
        .after(serde_json::json!({ "totals": totals, "signature": signature }));
    Ok(Events::organization(org, event))
}
