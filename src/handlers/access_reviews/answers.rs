//! What somebody answers on the places of a company: what each row offers, and carrying the answers out.

use serde_json::json;

use crate::audit::{Action, Event, Events};
use crate::auth::actor::Actor;
use crate::auth::company::Company;
use crate::authz::permission::{ManageCompanyMembers, Permission};
use crate::authz::role::CompanyRole;
use crate::common::error::AppError;
use crate::common::id::ReviewItemId;
use crate::db::Conn;
use crate::db::types::MembershipStatus;
use crate::db::types::organization::CompanyStatus;
use crate::models::access_review::Review;
use crate::models::access_review::items;
use crate::models::access_review::items::{Line, Verdict};
use crate::models::access_review::rules::{Decision, Wish};
use crate::models::membership::record::Membership;
use crate::services::assignments;
use crate::services::assignments::AssignmentCheck;

/// One row of the form as it came.
#[derive(Debug, Clone)]
pub struct Answer {
    pub item: ReviewItemId,
    pub wish: String,
    pub note: String,
    pub seen: String,
}

/// Sentences by row.
pub type RowErrors = Vec<(ReviewItemId, String)>;

/// The answers to a place that somebody may give, “keep” first. None: somebody else decides; the text says why.
pub fn offered(actor: &Actor, company: &Company, line: &Line) -> Result<Vec<Wish>, String> {
    if line.membership == actor.id {
        return Err("This is you. Somebody else decides".into());
    }
    let gone = line.status == MembershipStatus::Removed;
    let archived = company.status == CompanyStatus::Archived;
    let attempt = AssignmentCheck::of(actor, ManageCompanyMembers::ID, line.membership, line.role);
    let kept = line.stand().kept();
    let may_give = |role| !gone && !archived && attempt.give(true, line.present, role).is_ok();
    let mut wishes = Vec::new();
    if line.present == Some(kept) || may_give(kept) {
        wishes.push(Wish::Role(kept));
    }
    // What a group gives is changed with the group.
    if line.present.is_some() && line.direct.is_some() {
        let others = CompanyRole::ALL
            .iter()
            .copied()
            .filter(|role| *role != kept && may_give(*role));
        wishes.extend(others.map(Wish::Role));
        if !archived && attempt.touch(true, line.present).is_ok() {
            wishes.push(Wish::Nothing);
        }
    } else if line.present.is_none() {
        wishes.push(Wish::Nothing);
    }
    if wishes.is_empty() {
        Err("An owner or admin decides here".into())
    } else {
        Ok(wishes)
    }
}

/// The words of an answer.
pub fn words(line: &Line, wish: Wish, one: &str) -> String {
    match wish {
        Wish::Nothing if line.present.is_none() => "No longer here".into(),
        Wish::Nothing => format!("Remove from this {one}"),
        Wish::Role(role) if role == line.stand().kept() => format!("Keep as {}", role.label()),
        Wish::Role(role) => format!("Change to {}", role.label()),
    }
}

/// What was answered on how many people, by name.
#[derive(Debug, Default)]
pub struct Tally {
    kept: Vec<String>,
    changed: Vec<String>,
    removed: Vec<String>,
}

impl Tally {
    /// How many answers.
    pub fn len(&self) -> usize {
        self.kept.len() + self.changed.len() + self.removed.len()
    }

    fn add(&mut self, decision: Decision, name: &str) {
        let names = match decision {
            Decision::Change => &mut self.changed,
            Decision::Remove => &mut self.removed,
            _ => &mut self.kept,
        };
        names.push(name.to_owned());
    }
}

/// Carries the answers out, all or none.
pub fn carry_out(
    conn: &mut Conn,
    actor: &Actor,
    company: &Company,
    review: &Review,
    lines: &[Line],
    answers: &[Answer],
) -> Result<Result<(Tally, Events), RowErrors>, AppError> {
    items::whole(conn, |conn| {
        let mut errors = RowErrors::new();
        let mut tally = Tally::default();
        let mut events = Events::none("those of each change, and one for all answers");
        for answer in answers {
            let line = lines
                .iter()
                .find(|line| line.id == answer.item)
                .ok_or(AppError::NotFound)?;
            match one(conn, actor, company, review, line, answer)? {
                Ok(Some((decision, more))) => {
                    tally.add(decision, &line.name);
                    events = events.and(more);
                }
                Ok(None) => {}
                Err(sentence) => errors.push((line.id, sentence)),
            }
        }
        if !errors.is_empty() {
            return Ok(Err(errors));
        }
        if tally.len() > 0 {
            let event = Event::new(Action::ReviewDecided, "review", review.id, &review.name).after(json!({
                "company": company.name,
                "company_id": company.id.as_str(),
                "kept": tally.kept,
                "changed": tally.changed,
                "removed": tally.removed,
            }));
            events = events.and(actor.event(event));
        }
        Ok(Ok((tally, events)))
    })
}

type Carried = Option<(Decision, Events)>;

fn one(
    conn: &mut Conn,
    actor: &Actor,
    company: &Company,
    review: &Review,
    line: &Line,
    answer: &Answer,
) -> Result<Result<Carried, String>, AppError> {
    let note = answer.note.trim();
    if note.chars().count() > 200 {
        return Ok(Err("Use at most 200 characters for the note".into()));
    }
    let wished = line.wished();
    if answer.wish.is_empty() {
        return Ok(match wished {
            None if !note.is_empty() => Err("Choose an answer for this note".into()),
            _ => Ok(None),
        });
    }
    let Some(wish) = Wish::parse(&answer.wish) else {
        return Ok(Err("Choose one of the answers".into()));
    };
    if wished == Some(wish) && note == line.note {
        return Ok(Ok(None));
    }
    if answer.seen != line.seen() {
        return Ok(Err(format!(
            "Somebody answered meanwhile: {}. Look again",
            line.decision.label().to_lowercase()
        )));
    }
    match offered(actor, company, line) {
        Err(why) => return Ok(Err(why)),
        Ok(choices) if !choices.contains(&wish) => return Ok(Err("Choose an answer that you may give".into())),
        Ok(_) => {}
    }
    let decision = line.stand().decides(wish);
    let verdict = Verdict {
        decision,
        role: match wish {
            Wish::Role(role) => Some(role),
            Wish::Nothing => None,
        },
        note,
        by: actor.person.id,
        at: actor.cx.now,
    };
    if !items::decide(conn, actor.organization, review.id, company.id, line, verdict)? {
        return Ok(Err("Somebody answered at the same moment. Look again".into()));
    }
    Ok(apply(conn, actor, company, line, wish)?.map(|events| Some((decision, events))))
}

/// Makes the place what was wished, by the one verb for it and with its own deed.
fn apply(
    conn: &mut Conn,
    actor: &Actor,
    company: &Company,
    line: &Line,
    wish: Wish,
) -> Result<Result<Events, String>, AppError> {
    if line.stand().is(wish) {
        return Ok(Ok(Events::none("it is so already")));
    }
    let person = Membership::find(conn, actor.organization, line.membership)?;
    let permission = ManageCompanyMembers::ID;
    let placed = match wish {
        Wish::Role(role) => assignments::give(conn, actor, permission, &person, company.id, role),
        Wish::Nothing => assignments::take(conn, actor, permission, &person, company.id),
    };
    let events = match placed {
        Ok(placed) => placed.events,
        // Whoever is here by a group alone has nothing of their own to take; what is left is looked at below.
        Err(assignments::AssignmentError::NotAssigned | assignments::AssignmentError::ByGroup) => {
            Events::none("they have none of their own, or somebody took it away at the same moment")
        }
        Err(assignments::AssignmentError::Failed(error)) => return Err(error),
        Err(refused) => return Ok(Err(refused.message(actor.unit.one()))),
    };
    let now = assignments::role_in(conn, actor.organization, line.membership, company.id)?;
    let wanted = match wish {
        Wish::Role(role) => Some(role),
        Wish::Nothing => None,
    };
    if now == wanted {
        Ok(Ok(events))
    } else {
        Ok(Err("A group gives more than that. Change the group first".into()))
    }
}
