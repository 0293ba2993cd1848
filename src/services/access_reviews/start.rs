use serde_json::json;

use crate::audit::{Action, Event, Events};
use crate::auth::actor::Actor;
use crate::common::error::AppError;
use crate::common::id::{CompanyId, ReviewId};
use crate::common::time::Time;
use crate::db::Conn;
use crate::models::access_review;
use crate::models::access_review::{NewReview, collect, companies};
use crate::services::access_reviews::{notify, permission};

#[derive(Debug)]
pub enum StartReviewError {
    /// Another review of the organization is not over.
    Unfinished,
    /// None of the chosen companies is active.
    NoCompanies,
    Failed(AppError),
}
crate::change_error!(StartReviewError);

#[derive(Debug, Clone)]
pub struct ReviewTerms {
    pub name: String,
    pub due_at: Time,
    /// `None`: all active companies.
    pub companies: Option<Vec<CompanyId>>,
}

pub fn start(conn: &mut Conn, actor: &Actor, terms: &ReviewTerms) -> Result<(ReviewId, Events), StartReviewError> {
    permission::require(actor, conn)?;
    let org = actor.organization;
    if let Some(chosen) = &terms.companies
        && companies::active(conn, org, Some(chosen))?.is_empty()
    {
        return Err(StartReviewError::NoCompanies);
    }
    let new = NewReview {
        name: terms.name.clone(),
        due_at: terms.due_at,
        by: actor.person.id,
        companies: terms.companies.clone(),
    };
    let id = access_review::insert(conn, org, actor.cx.now, &new)?.ok_or(StartReviewError::Unfinished)?;
    // The first items and emails do not wait for the job, which continues with the others.
    if collect::step(conn, org, id)? {
        notify::step(conn, &actor.cx, org, id)?;
    }
    let covered = match &terms.companies {
        None => "all".to_owned(),
        Some(companies) => companies.len().to_string(),
    };
    let event = Event::new(Action::ReviewStarted, "review", id, &terms.name)
        .after(json!({ "due_at": terms.due_at.iso(), "companies": covered }));
    Ok((id, actor.event(event)))
}
