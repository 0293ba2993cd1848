//! Access requests.

pub mod decision;
pub mod index;
pub mod new;
pub mod show;
pub mod withdrawal;

use actix_web::web;

use crate::auth::actor::Actor;
use crate::authz::decision::Reach;
use crate::authz::permission::{DecideRequests, Permission};
use crate::common::error::AppError;
use crate::common::id::{CompanyId, RequestId};
use crate::db::Conn;
use crate::models::access_request;
use crate::models::access_request::AccessRequest;

/// Organization and request of the path.
pub type RequestPath = web::Path<(String, String)>;

/// The companies whose requests the actor decides; `None` without a limit.
fn own_companies(conn: &mut Conn, actor: &Actor) -> Result<Option<Vec<CompanyId>>, AppError> {
    Ok(match actor.reach::<DecideRequests>() {
        Reach::OwnCompanies => Some(actor.own_companies(conn, DecideRequests::ID)?),
        Reach::Everywhere | Reach::Nowhere => None,
    })
}

/// A request that the actor may view: their own, or one that they decide.
fn visible(conn: &mut Conn, actor: &Actor, id: &str) -> Result<AccessRequest, AppError> {
    let id = RequestId::parse(id).ok_or(AppError::NotFound)?;
    let request = access_request::find(conn, actor.organization, id)?;
    if request.member == actor.id {
        return Ok(request);
    }
    if !actor.permissions.has(DecideRequests::ID) {
        return Err(actor.refusal(conn, DecideRequests::ID)?);
    }
    match own_companies(conn, actor)? {
        Some(own) if !request.company.is_some_and(|company| own.contains(&company)) => Err(AppError::NotFound),
        _ => Ok(request),
    }
}

/// The most characters of a note or an answer.
const NOTE: usize = 500;

/// A note or an answer: trimmed, without control characters, lines kept.
fn note(text: &str) -> Result<String, String> {
    let text = text.replace("\r\n", "\n").trim().to_owned();
    if text.chars().count() > NOTE {
        return Err(format!("Use at most {NOTE} characters"));
    }
    if text.chars().any(|c| c.is_control() && c != '\n' && c != '\t') {
        return Err("Remove the characters that can’t be printed".into());
    }
    Ok(text)
}
