//! Limits and sessions of accounts.

use serde_json::json;

use crate::app::Ctx;
use crate::audit::{Action, Event, Events};
use crate::auth::current_user::CurrentUser;
use crate::common::error::AppError;
use crate::common::id::UserId;
use crate::db::Conn;
use crate::models::{operator, session, user};
use crate::services::accounts::second_factor::removal;

/// Sets how many organizations an account can create; `None` for the default of the instance.
pub fn set_limit(conn: &mut Conn, user: UserId, limit: Option<i32>) -> Result<((), Events), AppError> {
    let account = operator::find_account(conn, user)?;
    if account.organization_limit == limit {
        return Ok(((), Events::none("nothing changed")));
    }
    operator::set_organization_limit(conn, user, limit)?;
    let event = Event::new(Action::LimitChanged, "account", user, account.email)
        .before(json!({ "organizations": account.organization_limit }))
        .after(json!({ "organizations": limit }));
    Ok(((), Events::account(user, event)))
}

/// Sets how many invitations an account can send a day; `None` for the default of the instance.
pub fn set_invitation_limit(conn: &mut Conn, user: UserId, limit: Option<i32>) -> Result<((), Events), AppError> {
    let account = operator::find_account(conn, user)?;
    if account.invitation_limit == limit {
        return Ok(((), Events::none("nothing changed")));
    }
    operator::set_invitation_limit(conn, user, limit)?;
    let event = Event::new(Action::InvitationLimitChanged, "account", user, account.email)
        .before(json!({ "invitations": account.invitation_limit }))
        .after(json!({ "invitations": limit }));
    Ok(((), Events::account(user, event)))
}

/// Removes every second factor of an account, for someone who lost it. They are signed out everywhere and get an email.
pub fn remove_second_factor(conn: &mut Conn, cx: &Ctx, user: UserId, reason: &str) -> Result<((), Events), AppError> {
    let account = user::by_id(conn, user)?;
    if !account.second_factor {
        return Err(AppError::NotFound);
    }
    Ok(((), removal::remove_all(conn, cx, &account, reason)?))
}

/// Ends the sessions of an account but the operator's own one. The result is how many there were.
pub fn end_sessions(conn: &mut Conn, by: &CurrentUser, user: UserId) -> Result<(usize, Events), AppError> {
    let account = operator::find_account(conn, user)?;
    let kept = (user == by.id).then_some(by.session);
    let ended = session::end_all(conn, user, kept)?;
    if ended == 0 {
        return Ok((0, Events::none("there was no session")));
    }
    let event =
        Event::new(Action::OtherSessionsEnded, "account", user, account.email).after(json!({ "sessions": ended }));
    Ok((ended, Events::account(user, event)))
}
