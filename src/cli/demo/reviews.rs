//! The demo's access reviews: one that is over, with its signed report, and one that runs.

use diesel::prelude::*;
use serde_json::json;

use crate::audit::{Action, ActorRef, Event, Events};
use crate::authz::role::CompanyRole;
use crate::cli::demo::timeline::{DAY, Timeline, account, end_of_day};
use crate::common::error::AppError;
use crate::common::id::{CompanyId, ReviewId};
use crate::db::Conn;
use crate::db::schema::{companies, organization_slugs};
use crate::db::types::org_id::OrgId;
use crate::models::access_review;
use crate::models::access_review::items;
use crate::models::access_review::items::{ItemFilter, NewDecision};
use crate::models::access_review::removed;
use crate::models::access_review::removed::RemovedFilter;
use crate::models::access_review::state::ReviewDecision;
use crate::models::access_review::{NewReview, closing, collect};
use crate::models::membership::{DirectAssignment, Origin};
use crate::models::user;
use crate::services::access_reviews::{close, notify};
use crate::services::assignments;
use crate::services::assignments::NamedAssignment;

const SLUG: &str = "meridian";
const OWNER: &str = "maya@meridian.example";

/// Plays them, the elder first.
pub fn seed(timeline: &Timeline) -> Result<(), AppError> {
    let small = ["pinecrest-credit", "ridgeline-services", "summit-accounts"];
    let summer = begin(timeline, 19, 5, "Summer review", Some(&small))?;
    keep(
        timeline,
        17,
        summer,
        OWNER,
        "pinecrest-credit",
        "Still our contact there",
    )?;
    keep(timeline, 17, summer, OWNER, "ridgeline-services", "")?;
    end(timeline, 13, summer)?;
    let autumn = begin(timeline, 5, 14, "Autumn review", None)?;
    keep(timeline, 3, autumn, "priya.raman@harbor.example", "harbor-recovery", "")?;
    keep(
        timeline,
        2,
        autumn,
        "seun.adeyemi@atlas.example",
        "atlas-receivables",
        "Covers the receivables until spring",
    )
}

/// The organization.
fn organization(conn: &mut Conn) -> QueryResult<OrgId> {
    organization_slugs::table
        .find(SLUG)
        .select(organization_slugs::organization_id)
        .first(conn)
}

fn company(conn: &mut Conn, org: OrgId, slug: &str) -> QueryResult<(CompanyId, String)> {
    companies::table
        .filter(companies::organization_id.eq(org))
        .filter(companies::slug.eq(slug))
        .select((companies::id, companies::name))
        .first(conn)
}

fn begin(
    timeline: &Timeline,
    days_ago: i64,
    days: u64,
    name: &str,
    slugs: Option<&[&str]>,
) -> Result<ReviewId, AppError> {
    timeline.ago(days_ago * DAY, |cx, conn| {
        let org = organization(conn)?;
        let maya = account(conn, OWNER)?;
        let maya = user::by_id(conn, maya)?;
        let chosen = match slugs {
            Some(slugs) => Some(
                slugs
                    .iter()
                    .map(|slug| company(conn, org, slug).map(|(id, _)| id))
                    .collect::<QueryResult<_>>()?,
            ),
            None => None,
        };
        let new = NewReview {
            name: name.to_owned(),
            due_at: end_of_day(cx.now, days)?,
            by: maya.id,
            companies: chosen,
        };
        let id =
            access_review::insert(conn, org, cx.now, &new)?.ok_or_else(|| AppError::internal("one runs already"))?;
        while !collect::step(conn, org, id)? {}
        while !notify::step(conn, cx, org, id)? {}
        let event = Event::new(Action::ReviewStarted, "review", id, name).after(json!({ "due_at": new.due_at.iso() }));
        Ok((id, Some(maya.actor()), Events::organization(org, event)))
    })
}

/// A manager confirms all other members of a company.
fn keep(
    timeline: &Timeline,
    days_ago: i64,
    review: ReviewId,
    by: &str,
    slug: &str,
    note: &str,
) -> Result<(), AppError> {
    timeline.ago(days_ago * DAY, |cx, conn| {
        let org = organization(conn)?;
        let decider = account(conn, by)?;
        let decider: ActorRef = user::by_id(conn, decider)?.actor();
        let (at, company) = company(conn, org, slug)?;
        let lines = items::of_company(conn, org, review, at, ItemFilter::Page(None, 50))?;
        let mut kept = Vec::new();
        for line in lines
            .iter()
            .filter(|line| line.email != by && line.current_role.is_some())
        {
            let new = NewDecision {
                decision: ReviewDecision::Keep,
                role: line.current_role,
                note,
                by: decider.id,
                at: cx.now,
            };
            if items::decide(conn, org, review, at, line, new)? {
                kept.push(line.name.clone());
            }
        }
        let name = access_review::find(conn, org, review)?.name;
        let event = Event::new(Action::ReviewDecided, "review", review, name)
            .company(at)
            .after(json!({ "company": company, "kept": kept, "changed": [], "removed": [] }));
        Ok(((), Some(decider), Events::organization(org, event)))
    })
}

/// Closes the review: unanswered assignments are removed and the report is signed. A day later one is restored.
fn end(timeline: &Timeline, days_ago: i64, review: ReviewId) -> Result<(), AppError> {
    timeline.ago(days_ago * DAY, |cx, conn| {
        let org = organization(conn)?;
        closing::begin(conn, org, review, None)?;
        let events = close::close_small(conn, cx, org, review)?;
        Ok(((), None, events))
    })?;
    timeline.ago((days_ago - 1) * DAY, |cx, conn| {
        let org = organization(conn)?;
        let maya = account(conn, OWNER)?;
        let maya = user::by_id(conn, maya)?.actor();
        let mut events = Events::none("one for each assignment");
        for lost in removed::list(conn, org, review, RemovedFilter::After(None, 50))? {
            let role = CompanyRole::parse(&lost.removed_role);
            let (Some(role), Some(origin)) = (role, Origin::parse(&lost.removed_origin)) else {
                continue;
            };
            let until = lost.removed_until;
            let assignment_before = DirectAssignment { role, origin, until };
            removed::mark_restored(conn, org, review, lost.id, maya.id, cx.now)?;
            let assignment = NamedAssignment::new(org, lost.membership, &lost.name, lost.company, &lost.company_name);
            events = events.and(assignments::restore_after_review(
                conn,
                cx,
                &assignment,
                assignment_before,
                "Summer review",
            )?);
        }
        Ok(((), Some(maya), events))
    })
}
