//! The answers of a Manager on the assignments of a company. An answer takes effect immediately.

use serde_json::json;

use crate::audit::{Action, Event, Events};
use crate::auth::actor::Actor;
use crate::auth::company::Company;
use crate::authz::permission::{ManageCompanyMembers, Permission};
use crate::common::error::AppError;
use crate::common::id::{ReviewId, ReviewItemId};
use crate::db::Conn;
use crate::models::access_review;
use crate::models::access_review::Review;
use crate::models::access_review::items;
use crate::models::access_review::items::{ItemFilter, NewDecision, ReviewItem};
use crate::models::access_review::state::{ReviewAnswer, ReviewDecision, ReviewStatus};
use crate::models::membership::record::Membership;
use crate::services::access_reviews::offer::{NotOffered, offered};
use crate::services::assignments;
use crate::services::assignments::AssignmentError;

/// The longest note, in characters.
const NOTE: usize = 200;

/// One item as a form sends it.
#[derive(Debug, Clone)]
pub struct ItemAnswer {
    pub item: ReviewItemId,
    /// Empty: not answered.
    pub answer: String,
    pub note: String,
    /// The version of the item that the form showed.
    pub version: String,
}

/// Why an answer is refused.
#[derive(Debug)]
pub enum AnswerError {
    LongNote,
    /// A note needs an answer.
    NoAnswer,
    Unknown,
    NotOffered(NotOffered),
    NotAllowed,
    /// Another answer was saved since the form was loaded.
    Changed,
    Assignment(AssignmentError),
    /// A group gives a higher role than the answer.
    ByGroup,
}

#[derive(Debug)]
pub enum DecideError {
    /// The review is not running.
    Over,
    Answers(Vec<(ReviewItemId, AnswerError)>),
    Failed(AppError),
}
crate::change_error!(DecideError);

/// The names of the members by kind of answer.
#[derive(Debug, Default)]
struct AnsweredMembers {
    kept: Vec<String>,
    changed: Vec<String>,
    removed: Vec<String>,
}

impl AnsweredMembers {
    fn len(&self) -> usize {
        self.kept.len() + self.changed.len() + self.removed.len()
    }

    fn add(&mut self, decision: ReviewDecision, name: &str) {
        let names = match decision {
            ReviewDecision::Change => &mut self.changed,
            ReviewDecision::Remove => &mut self.removed,
            _ => &mut self.kept,
        };
        names.push(name.to_owned());
    }
}

/// Saves all answers of a form or none; returns how many. `keep_open` answers “keep” on the items without an answer.
pub fn decide(
    conn: &mut Conn,
    actor: &Actor,
    company: &Company,
    id: ReviewId,
    mut answers: Vec<ItemAnswer>,
    keep_open: bool,
) -> Result<(usize, Events), DecideError> {
    let org = actor.organization;
    let review = access_review::find(conn, org, id)?;
    // The lock makes answers and closing wait for each other.
    if review.due_at < actor.cx.now || !access_review::lock_row(conn, org, id, ReviewStatus::Running)? {
        return Err(DecideError::Over);
    }
    let ids: Vec<ReviewItemId> = answers.iter().map(|answer| answer.item).collect();
    let items = items::of_company(conn, org, id, company.id, ItemFilter::Ids(&ids))?;
    if items.len() != ids.len() {
        return Err(AppError::NotFound.into());
    }
    if keep_open {
        for answer in answers.iter_mut().filter(|answer| answer.answer.is_empty()) {
            if let Some(keep) = keep(actor, company, &items, answer.item) {
                keep.as_str().clone_into(&mut answer.answer);
            }
        }
    }
    save(conn, actor, company, &review, &items, &answers)
}

fn keep(actor: &Actor, company: &Company, items: &[ReviewItem], id: ReviewItemId) -> Option<ReviewAnswer> {
    let item = items.iter().find(|item| item.id == id && item.answer().is_none())?;
    let keep = ReviewAnswer::Role(item.current_role.map(|_| item.state().kept_role())?);
    let offered = offered(actor, company, item).ok()?;
    offered.contains(&keep).then_some(keep)
}

fn save(
    conn: &mut Conn,
    actor: &Actor,
    company: &Company,
    review: &Review,
    items: &[ReviewItem],
    answers: &[ItemAnswer],
) -> Result<(usize, Events), DecideError> {
    let mut errors = Vec::new();
    let mut answered = AnsweredMembers::default();
    let mut events = Events::default();
    for given in answers {
        let item = items.iter().find(|item| item.id == given.item);
        let item = item.ok_or(AppError::NotFound)?;
        match check(actor, company, item, given) {
            Ok(None) => {}
            Ok(Some(answer)) => match apply(conn, actor, company, review.id, item, answer, given.note.trim()) {
                Ok((decision, more)) => {
                    answered.add(decision, &item.name);
                    events = events.and(more);
                }
                Err(ApplyError::Refused(error)) => errors.push((item.id, error)),
                Err(ApplyError::Failed(error)) => return Err(error.into()),
            },
            Err(error) => errors.push((item.id, error)),
        }
    }
    if !errors.is_empty() {
        return Err(DecideError::Answers(errors));
    }
    if answered.len() > 0 {
        let event = Event::new(Action::ReviewDecided, "review", review.id, &review.name)
            .company(company.id)
            .after(json!({
                "company": company.name,
                "company_id": company.id.as_str(),
                "kept": answered.kept,
                "changed": answered.changed,
                "removed": answered.removed,
            }));
        events = events.and(actor.event(event));
    }
    Ok((answered.len(), events))
}

/// The answer to save; `None` when there is nothing new.
fn check(
    actor: &Actor,
    company: &Company,
    item: &ReviewItem,
    given: &ItemAnswer,
) -> Result<Option<ReviewAnswer>, AnswerError> {
    let note = given.note.trim();
    if note.chars().count() > NOTE {
        return Err(AnswerError::LongNote);
    }
    let before = item.answer();
    if given.answer.is_empty() {
        return match before {
            None if !note.is_empty() => Err(AnswerError::NoAnswer),
            _ => Ok(None),
        };
    }
    let answer = ReviewAnswer::parse(&given.answer).ok_or(AnswerError::Unknown)?;
    if before == Some(answer) && note == item.note {
        return Ok(None);
    }
    if given.version != item.version() {
        return Err(AnswerError::Changed);
    }
    let offered = offered(actor, company, item).map_err(AnswerError::NotOffered)?;
    if offered.contains(&answer) {
        Ok(Some(answer))
    } else {
        Err(AnswerError::NotAllowed)
    }
}

enum ApplyError {
    Refused(AnswerError),
    Failed(AppError),
}
crate::change_error!(ApplyError);

fn apply(
    conn: &mut Conn,
    actor: &Actor,
    company: &Company,
    review: ReviewId,
    item: &ReviewItem,
    answer: ReviewAnswer,
    note: &str,
) -> Result<(ReviewDecision, Events), ApplyError> {
    let role = match answer {
        ReviewAnswer::Role(role) => Some(role),
        ReviewAnswer::Remove => None,
    };
    let new = NewDecision {
        decision: item.state().decision(answer),
        role,
        note,
        by: actor.person.id,
        at: actor.cx.now,
    };
    if !items::decide(conn, actor.organization, review, company.id, item, new)? {
        return Err(ApplyError::Refused(AnswerError::Changed));
    }
    if item.state().matches(answer) {
        return Ok((new.decision, Events::none("the assignment is already as answered")));
    }
    let member = Membership::find(conn, actor.organization, item.membership)?;
    let permission = ManageCompanyMembers::ID;
    let assigned = match role {
        Some(role) => assignments::give(conn, actor, permission, &member, company.id, role),
        None => assignments::take(conn, actor, permission, &member, company.id),
    };
    let events = match assigned {
        Ok(assigned) => assigned.events,
        // Nothing of their own to remove: the role that remains decides below.
        Err(AssignmentError::NotAssigned | AssignmentError::ByGroup) => Events::none("no assignment of their own"),
        Err(AssignmentError::Failed(error)) => return Err(error.into()),
        Err(error) => return Err(ApplyError::Refused(AnswerError::Assignment(error))),
    };
    if assignments::role_in(conn, actor.organization, item.membership, company.id)? == role {
        Ok((new.decision, events))
    } else {
        Err(ApplyError::Refused(AnswerError::ByGroup))
    }
}
