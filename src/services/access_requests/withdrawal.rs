//! Withdrawing a request.

use serde_json::json;

use crate::audit::{Action, Event, Events};
use crate::auth::actor::Actor;
use crate::common::error::AppError;
use crate::db::Conn;
use crate::models::access_request;
use crate::models::access_request::{AccessRequest, RequestStatus};

/// How a withdrawal ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WithdrawalOutcome {
    Withdrawn,
    /// Someone decided the request before.
    AlreadyDecided,
}

pub fn withdraw(
    conn: &mut Conn,
    actor: &Actor,
    request: &AccessRequest,
) -> Result<(WithdrawalOutcome, Events), AppError> {
    if request.member != actor.id {
        return Err(AppError::NotFound);
    }
    let (by, status) = (actor.person.id, RequestStatus::Withdrawn);
    if !access_request::close(conn, &actor.cx, actor.organization, request.id, status, by, "")? {
        return Ok((WithdrawalOutcome::AlreadyDecided, Events::none("closed before")));
    }
    let event = Event::new(Action::AccessWithdrawn, "request", request.id, &request.name)
        .company(request.company)
        .before(json!({ "permission": request.permission, "company": request.company_name }));
    Ok((WithdrawalOutcome::Withdrawn, actor.event(event)))
}
