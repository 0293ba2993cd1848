//! Who is an operator. An operator who can sign in always remains.

use crate::audit::{Action, Event, Events};
use crate::change_error;
use crate::common::error::AppError;
use crate::common::id::UserId;
use crate::common::time::Time;
use crate::db::Conn;
use crate::models::operator;
use crate::models::operator::OperatorAppointment;
use crate::services::support_sessions::end::end_own;

#[derive(Debug)]
pub enum OperatorError {
    Unverified,
    LastOperator,
    Failed(AppError),
}

change_error!(OperatorError);

/// Without this lock, two operators could remove each other.
const LOCK: &str = "operators of the instance";

pub fn appoint(conn: &mut Conn, user: UserId) -> Result<((), Events), OperatorError> {
    conn.advisory_lock(LOCK)?;
    let account = operator::find_account(conn, user)?;
    match operator::appoint(conn, user)? {
        OperatorAppointment::Done => {
            let event = Event::new(Action::OperatorAppointed, "account", user, account.email);
            Ok(((), Events::account(user, event)))
        }
        OperatorAppointment::AlreadyOperator => Ok(((), Events::none("nothing changed"))),
        OperatorAppointment::Unverified => Err(OperatorError::Unverified),
    }
}

/// Removes an operator and ends their support sessions.
pub fn dismiss(conn: &mut Conn, now: Time, user: UserId) -> Result<((), Events), OperatorError> {
    conn.advisory_lock(LOCK)?;
    let account = operator::find_account(conn, user)?;
    if !operator::has_another(conn, user)? {
        return Err(OperatorError::LastOperator);
    }
    if !operator::dismiss(conn, user)? {
        return Ok(((), Events::none("nothing changed")));
    }
    let event = Event::new(Action::OperatorDismissed, "account", user, account.email);
    let ((), ended) = end_own(conn, now, user, None)?;
    Ok(((), Events::account(user, event).and(ended)))
}
