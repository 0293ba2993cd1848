//! Asking the operators for another organization, when the account's limit is reached.

use serde_json::json;

use crate::audit::{Action, Event, Events};
use crate::auth::current_user::CurrentUser;
use crate::change_error;
use crate::common::error::AppError;
use crate::common::time::Span;
use crate::db::Conn;
use crate::models::operator;
use crate::models::organization::of_user;
use crate::services::organizations::create;
use crate::services::organizations::email;
use crate::services::organizations::email::RequestedBy;

const REQUESTS_A_DAY: i64 = 3;
const LONGEST_REASON: usize = 1000;

#[derive(Debug)]
pub enum OrganizationRequestError {
    ReasonMissing,
    ReasonTooLong,
    /// The account can create an organization without a request.
    LimitNotReached,
    TooOften,
    NoOperator,
    Failed(AppError),
}

change_error!(OrganizationRequestError);

pub fn request(conn: &mut Conn, user: &CurrentUser, reason: &str) -> Result<((), Events), OrganizationRequestError> {
    let reason = reason.trim();
    if reason.is_empty() {
        return Err(OrganizationRequestError::ReasonMissing);
    }
    if reason.chars().count() > LONGEST_REASON {
        return Err(OrganizationRequestError::ReasonTooLong);
    }
    let cx = &user.cx;
    let limit = create::limit(of_user::lock_limit(conn, user.id)?, cx.config().organization_limit);
    let created = of_user::count_created(conn, user.id)?;
    if !create::is_full(created, limit) {
        return Err(OrganizationRequestError::LimitNotReached);
    }
    if of_user::count_requests(conn, user.id, cx.now - Span::days(1))? >= REQUESTS_A_DAY {
        return Err(OrganizationRequestError::TooOften);
    }
    let operators = operator::contacts(conn)?;
    if operators.is_empty() {
        return Err(OrganizationRequestError::NoOperator);
    }
    let by = RequestedBy {
        name: &user.name,
        email: &user.email,
        created,
    };
    email::request(conn, cx, &by, operators, reason)?;
    let event = Event::new(Action::OrganizationRequested, "account", user.id, user.email.as_str())
        .after(json!({ "reason": reason }));
    Ok(((), user.event(event)))
}
