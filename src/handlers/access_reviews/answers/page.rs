use std::collections::HashMap;

use askama::Template;

use crate::auth::actor::Actor;
use crate::auth::company::Company;
use crate::common::error::AppError;
use crate::common::id::{ReviewId, ReviewItemId};
use crate::common::paging::{Cursor, Page};
use crate::db::Conn;
use crate::handlers::access_reviews::bar::AnswerBar;
use crate::models::access_review;
use crate::models::access_review::Review;
use crate::models::access_review::items;
use crate::models::access_review::items::{ItemFilter, ReviewItem};
use crate::models::access_review::progress;
use crate::models::access_review::progress::ItemTotals;
use crate::models::access_review::state::{ReviewAnswer, ReviewDecision, ReviewStatus};
use crate::services::access_reviews::decide::{AnswerError, ItemAnswer};
use crate::services::access_reviews::offer;
use crate::services::access_reviews::offer::NotOffered;
use crate::web::layout::Layout;
use crate::web::layout::PageLayout;
use crate::web::nav;
use crate::web::nav::NavTab;

/// Items on a page.
const PAGE: usize = 50;

/// The form as it was sent: where its page begins, its answers and their errors.
#[derive(Debug, Default)]
pub struct TypedAnswers {
    pub after: String,
    pub answers: Vec<ItemAnswer>,
    pub errors: Vec<(ReviewItemId, AnswerError)>,
}

struct AnswerOption {
    value: &'static str,
    label: String,
    chosen: bool,
}

struct ReviewItemRow {
    id: String,
    name: String,
    email: String,
    reviewed_role: &'static str,
    /// What it is now, if that differs.
    now: Option<String>,
    options: Vec<AnswerOption>,
    /// Why the actor cannot answer.
    closed: Option<&'static str>,
    note: String,
    version: String,
    decided: Option<String>,
    tone: &'static str,
    error: Option<String>,
}

#[derive(Template)]
#[template(path = "access_reviews/answers.html")]
pub struct AnswersPage {
    layout: Layout,
    tabs: Vec<&'static NavTab>,
    tab: &'static str,
    base: String,
    back: String,
    path: String,
    company: String,
    review: Review,
    due: String,
    running: bool,
    bar: AnswerBar,
    rows: Vec<ReviewItemRow>,
    after: String,
    previous: Option<String>,
    next: Option<String>,
    failed: bool,
}
crate::page!(AnswersPage);

impl AnswersPage {
    pub fn load(
        conn: &mut Conn,
        actor: &Actor,
        company: &Company,
        id: ReviewId,
        typed: TypedAnswers,
    ) -> Result<Self, AppError> {
        let org = actor.organization;
        let review = access_review::find(conn, org, id)?;
        let progress = progress::companies(conn, org, id, Some(&[company.id]), None, 1)?
            .pop()
            .ok_or(AppError::NotFound)?;
        let cursor = Cursor::parse(&typed.after);
        let found = items::of_company(conn, org, id, company.id, ItemFilter::Page(cursor.as_ref(), PAGE + 1))?;
        let cut = Page::cut(found, PAGE, cursor.as_ref(), ReviewItem::key);
        let deciders: Vec<&str> = cut.rows.iter().filter_map(|item| item.decided_by.as_deref()).collect();
        let names = access_review::names_of(conn, &deciders)?;
        let running = review.status == ReviewStatus::Running;
        let path = actor.path(&format!("/access/reviews/{id}/companies/{}", company.slug));
        let row = |item: &ReviewItem| ReviewItemRow::new(actor, company, item, &names, running, &typed);
        let link = |after: Option<String>| after.map(|after| format!("{path}?after={after}"));
        Ok(Self {
            layout: actor.layout(conn, "access")?,
            tabs: nav::access(actor.permissions),
            tab: "/reviews",
            base: actor.path("/access"),
            back: actor.path(&format!("/access/reviews/{id}")),
            company: company.name.clone(),
            due: review
                .due_at
                .and_ahead(review.due_at.full(actor.org_zone), actor.cx.now, actor.org_zone),
            running,
            bar: AnswerBar::new(ItemTotals {
                items: progress.items,
                open: progress.open,
            }),
            rows: cut.rows.iter().map(row).collect(),
            failed: !typed.errors.is_empty(),
            after: typed.after,
            previous: link(cut.previous),
            next: link(cut.next),
            review,
            path,
        })
    }
}

impl ReviewItemRow {
    fn new(
        actor: &Actor,
        company: &Company,
        item: &ReviewItem,
        names: &HashMap<String, String>,
        running: bool,
        typed: &TypedAnswers,
    ) -> Self {
        let given = typed.answers.iter().find(|answer| answer.item == item.id);
        let chosen = match given {
            Some(given) => ReviewAnswer::parse(&given.answer),
            None => item.answer(),
        };
        let one = actor.unit.one();
        let (answers, closed) = match offer::offered(actor, company, item) {
            _ if !running => (Vec::new(), Some(without_answer(item.decision))),
            Ok(answers) => (answers, None),
            Err(NotOffered::Oneself) => (Vec::new(), Some("This is you. Someone else decides")),
            Err(NotOffered::HigherRole) => (Vec::new(), Some("An owner or admin decides")),
        };
        let option = |answer: ReviewAnswer| AnswerOption {
            value: answer.as_str(),
            label: label(item, answer, one),
            chosen: chosen == Some(answer),
        };
        let by = item.decided_by.as_ref().and_then(|by| names.get(by));
        let by = by.map(|by| format!(" by {by}")).unwrap_or_default();
        let error = typed.errors.iter().find(|(id, _)| *id == item.id);
        Self {
            id: item.id.to_string(),
            name: item.name.clone(),
            email: item.email.clone(),
            reviewed_role: item.reviewed_role.label(),
            now: changed(item),
            options: answers.into_iter().map(option).collect(),
            closed,
            note: given.map_or_else(|| item.note.clone(), |given| given.note.clone()),
            // A refused form shows the current version, so that sending it again confirms it.
            version: item.version(),
            decided: item
                .decided_at
                .map(|at| format!("{}{by}, {}", item.decision.label(), at.ago(actor.cx.now, actor.zone))),
            tone: item.decision.tone(),
            error: error.map(|(_, error)| message(error, one)),
        }
    }
}

/// Why a review that is over takes no answer, and what became of an item without one.
fn without_answer(decision: ReviewDecision) -> &'static str {
    match decision {
        ReviewDecision::Unconfirmed => "No answer. Removed when the review closed",
        ReviewDecision::Group => "No answer. Kept through a group",
        ReviewDecision::Gone => "No answer. Removed before the review closed",
        ReviewDecision::Open => "No answer. Nothing was changed",
        ReviewDecision::Keep | ReviewDecision::Change | ReviewDecision::Remove => "The review is over",
    }
}

fn changed(item: &ReviewItem) -> Option<String> {
    match item.current_role {
        None => Some("No longer assigned".to_owned()),
        Some(role) if role != item.reviewed_role => Some(format!("{} now", role.label())),
        Some(_) if item.direct_role.is_none() => Some("Through a group".to_owned()),
        Some(_) => None,
    }
}

fn label(item: &ReviewItem, answer: ReviewAnswer, one: &str) -> String {
    let kept = item.state().kept_role();
    match answer {
        ReviewAnswer::Remove if item.current_role.is_none() => "No longer assigned".into(),
        ReviewAnswer::Remove => format!("Remove from this {one}"),
        ReviewAnswer::Role(role) if role == kept && item.current_role.is_none() => {
            format!("Restore as {}", role.label())
        }
        ReviewAnswer::Role(role) if role == kept => format!("Keep as {}", role.label()),
        ReviewAnswer::Role(role) => format!("Change to {}", role.label()),
    }
}

fn message(error: &AnswerError, one: &str) -> String {
    match error {
        AnswerError::LongNote => "Use at most 200 characters for the note".into(),
        AnswerError::NoAnswer => "Choose an answer for this note".into(),
        AnswerError::Unknown => "Choose one of the answers".into(),
        AnswerError::NotOffered(NotOffered::Oneself) => "This is you. Someone else decides".into(),
        AnswerError::NotOffered(NotOffered::HigherRole) => "An owner or admin decides".into(),
        AnswerError::NotAllowed => "Choose an answer that you may give".into(),
        AnswerError::Changed => "Someone else answered in the meantime. Check the current answer".into(),
        AnswerError::ByGroup => "A group gives a higher role. Change the group first".into(),
        AnswerError::Assignment(error) => error.message(one),
    }
}
