//! Withdraws a request to join.

use serde_json::json;

use crate::audit::{Action, Event, Events};
use crate::auth::current_user::CurrentUser;
use crate::common::error::AppError;
use crate::db::Conn;
use crate::models::join_request;
use crate::models::join_request::JoinStatus;

/// Why a request was not withdrawn.
pub enum WithdrawError {
    /// It is not open anymore.
    Answered,
    Failed(AppError),
}

crate::change_error!(WithdrawError);

/// Withdraws a person's own request.
pub fn withdraw(conn: &mut Conn, person: &CurrentUser, id: &str) -> Result<Events, WithdrawError> {
    let request = join_request::find_own(conn, person.id, id)?;
    let organization = request.organization_id;
    let to = JoinStatus::Withdrawn;
    if !join_request::close(conn, &person.cx, organization, request.id, to, Some(person.id))? {
        return Err(WithdrawError::Answered);
    }
    let event = Event::new(Action::JoinWithdrawn, "join_request", request.id, &person.name)
        .before(json!({ "status": JoinStatus::Awaiting.as_str() }))
        .after(json!({ "status": to.as_str() }));
    Ok(Events::organization(organization, event))
}
