//! The switch of dual control. One owner switches it on; off, only two together.

use actix_web::{HttpResponse, web};
use serde_json::json;

use crate::audit::Events;
use crate::auth::Gate;
use crate::auth::actor::Actor;
use crate::authz::permission::TransferOrDelete;
use crate::common::error::AppError;
use crate::common::html::see_other;
use crate::db::Conn;
use crate::models::approval::ApprovalAction;
use crate::services::approvals::dual_control;
use crate::services::approvals::execute;

/// The switch.
#[derive(Debug, Clone, Default, serde::Deserialize)]
#[serde(default)]
pub struct ControlForm {
    on: String,
}

/// `POST /organizations/{slug}/settings/dual-control`: `on=yes`, or nothing for off.
pub async fn switch(gate: Gate<TransferOrDelete>, form: web::Form<ControlForm>) -> Result<HttpResponse, AppError> {
    let on = !form.on.is_empty();
    let ((tone, word), path) = gate
        .write(move |actor, conn| {
            let (word, events) = decide(conn, actor, on)?;
            Ok(((word, actor.path("/settings/general")), events))
        })
        .await?;
    gate.tell(tone, word);
    Ok(see_other(gate.fragment(), &path))
}

type Word = (&'static str, String);

fn decide(conn: &mut Conn, actor: &Actor, on: bool) -> Result<(Word, Events), AppError> {
    if !on {
        let label = format!("switch dual control of {} off", actor.organization_name);
        if let Some(waits) = dual_control::require_approval(conn, actor, ApprovalAction::ControlOff, json!({}), label)?
        {
            return Ok((("info", waits.word), waits.events));
        }
    }
    Ok(match execute::switch(conn, actor, on)? {
        Some(done) => (("success", done.word), done.events),
        None if on => (
            ("warning", "Dual control needs a second owner, or is on already".into()),
            Events::none("refused"),
        ),
        None => (
            ("info", "Dual control is off already".into()),
            Events::none("it was off"),
        ),
    })
}
