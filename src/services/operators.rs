//! What operators decide about an account: how many organizations it may create, and whether it runs the instance.

use diesel::prelude::*;
use serde_json::json;

use crate::app::Ctx;
use crate::audit::{Action, Event, Events};
use crate::common::error::AppError;
use crate::common::id::UserId;
use crate::db::Conn;
use crate::db::schema::users;
use crate::models::support_session;

/// Sets how many organizations an account may create; `None` is the instance's own limit.
pub fn set_limit(conn: &mut Conn, user: UserId, wanted: Option<i32>) -> Result<Events, AppError> {
    let (email, before): (String, Option<i32>) = users::table
        .find(user)
        .select((users::email, users::organization_limit))
        .first(conn)?;
    if before == wanted {
        return Ok(Events::none("the limit stays"));
    }
    diesel::update(users::table.find(user))
        .set(users::organization_limit.eq(wanted))
        .execute(conn)?;
    let event = Event::new(Action::LimitChanged, "account", user, email)
        .before(json!({ "organizations": before }))
        .after(json!({ "organizations": wanted }));
    Ok(Events::account(user, event))
}

/// Why an account does not become or stay what was asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OperatorError {
    /// Its address is not proven.
    Unproven,
    /// Nobody else runs the instance.
    Last,
}

/// Operators come and go one after the other.
const TURN: &str = "operators of the instance";

/// Makes somebody an operator.
pub fn appoint(conn: &mut Conn, user: UserId) -> Result<Result<Events, OperatorError>, AppError> {
    conn.advisory_lock(TURN)?;
    let email: String = users::table.find(user).select(users::email).first(conn)?;
    let account = users::table.find(user).filter(users::is_operator.eq(false));
    let appointed = diesel::update(account.filter(users::email_verified_at.is_not_null()))
        .set(users::is_operator.eq(true))
        .execute(conn)?;
    if appointed == 1 {
        let event = Event::new(Action::OperatorAppointed, "account", user, email);
        return Ok(Ok(Events::account(user, event)));
    }
    let unproven: i64 = account.count().get_result(conn)?;
    Ok(if unproven == 1 {
        Err(OperatorError::Unproven)
    } else {
        Ok(Events::none("an operator already"))
    })
}

/// Takes the instance out of somebody's hands; what they look into by support sessions closes at once. Somebody who can
/// sign in always runs it.
pub fn dismiss(conn: &mut Conn, cx: &Ctx, user: UserId) -> Result<Result<Events, OperatorError>, AppError> {
    // Without the turn, two who dismiss each other would each still see the other one.
    conn.advisory_lock(TURN)?;
    let email: String = users::table.find(user).select(users::email).first(conn)?;
    let others: i64 = users::table
        .filter(users::is_operator.eq(true))
        .filter(users::email_verified_at.is_not_null())
        .filter(users::id.ne(user))
        .count()
        .get_result(conn)?;
    if others == 0 {
        return Ok(Err(OperatorError::Last));
    }
    let dismissed = diesel::update(users::table.find(user).filter(users::is_operator.eq(true)))
        .set(users::is_operator.eq(false))
        .execute(conn)?;
    if dismissed == 0 {
        return Ok(Ok(Events::none("no operator")));
    }
    let event = Event::new(Action::OperatorDismissed, "account", user, email);
    let ended = support_session::end_of(conn, cx.now, user, None)?;
    Ok(Ok(Events::account(user, event).and(ended)))
}
