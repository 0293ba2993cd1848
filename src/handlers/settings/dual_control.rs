use actix_web::{HttpResponse, web};

use crate::auth::Gate;
use crate::authz::permission::TransferOrDelete;
use crate::common::error::AppError;
use crate::common::html::see_other;
use crate::services::approvals::Outcome;
use crate::services::organizations::dual_control;
use crate::services::organizations::dual_control::DualControlError;
use crate::web::messages::{ALREADY_PENDING, PENDING};

/// `on=yes`, or nothing for off.
#[derive(Debug, Clone, Default, serde::Deserialize)]
#[serde(default)]
pub struct DualControlForm {
    on: String,
}

/// `POST /organizations/{slug}/settings/dual-control`
pub async fn update(
    gate: Gate<TransferOrDelete>,
    slug: web::Path<String>,
    form: web::Form<DualControlForm>,
) -> Result<HttpResponse, AppError> {
    let on = !form.on.is_empty();
    let changed = gate
        .try_write(move |actor, conn| dual_control::change(conn, actor, on))
        .await;
    let (tone, message) = match changed {
        Ok(Outcome::Done(())) if on => ("success", "Dual control is on"),
        Ok(Outcome::Done(())) => ("success", "Dual control is off"),
        Ok(Outcome::Pending(_)) => ("info", PENDING),
        Ok(Outcome::AlreadyPending(_)) => ("info", ALREADY_PENDING),
        Err(DualControlError::AlreadyOn) => ("info", "Dual control is already on"),
        Err(DualControlError::AlreadyOff) => ("info", "Dual control is already off"),
        Err(DualControlError::NoSecondOwner) => ("warning", "Dual control requires a second owner"),
        Err(DualControlError::Failed(error)) => return Err(error),
    };
    gate.tell(tone, message);
    Ok(see_other(
        gate.fragment(),
        &format!("/organizations/{slug}/settings/general"),
    ))
}
