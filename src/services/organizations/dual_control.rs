//! Turning dual control on and off. One owner alone can turn it on, but not off.

use serde_json::json;

use crate::audit::{Action, Event, Events};
use crate::auth::actor::Actor;
use crate::change_error;
use crate::common::error::AppError;
use crate::db::Conn;
use crate::models::approval::ApprovalAction;
use crate::models::organization;
use crate::services::approvals;
use crate::services::approvals::Outcome;

#[derive(Debug)]
pub enum DualControlError {
    AlreadyOn,
    AlreadyOff,
    NoSecondOwner,
    Failed(AppError),
}

change_error!(DualControlError);

/// Turns dual control on or off, or requests the approval of a second owner.
pub fn change(conn: &mut Conn, actor: &Actor, on: bool) -> Result<(Outcome, Events), DualControlError> {
    actor.confirmed()?;
    if !on {
        let label = format!("turn off dual control of {}", actor.organization_name);
        let action = ApprovalAction::ControlOff;
        if let Some((approval, events)) =
            approvals::dual_control::require_approval(conn, actor, action, json!({}), label)?
        {
            return Ok((approval.into(), events));
        }
    }
    Ok((Outcome::Done(()), set(conn, actor, on)?))
}

/// Turns dual control on or off without asking for approval.
pub fn set(conn: &mut Conn, actor: &Actor, on: bool) -> Result<Events, DualControlError> {
    if !organization::set_control(conn, actor.organization, on)? {
        return Err(match organization::control(conn, actor.organization)?.is_on {
            _ if !on => DualControlError::AlreadyOff,
            true => DualControlError::AlreadyOn,
            false => DualControlError::NoSecondOwner,
        });
    }
    let event = Event::new(
        Action::DualControlChanged,
        "organization",
        actor.organization,
        &actor.organization_name,
    )
    .before(json!({ "dual_control": !on }))
    .after(json!({ "dual_control": on }));
    Ok(actor.event(event))
}
