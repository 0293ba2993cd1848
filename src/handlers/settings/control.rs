//! The switch of dual control. One owner switches it on; off, only two together.

use actix_web::{HttpResponse, web};
use serde_json::json;

use crate::audit::Deeds;
use crate::auth::Gate;
use crate::auth::actor::Member;
use crate::authz::permission::TransferOrDelete;
use crate::common::error::AppError;
use crate::common::html::see_other;
use crate::db::Conn;
use crate::models::approval::Matter;
use crate::services::approvals::dual_control;
use crate::services::approvals::execute;

/// The switch.
#[derive(Debug, Clone, Default, serde::Deserialize)]
#[serde(default)]
pub struct ControlForm {
    on: String,
}

/// `POST /organizations/{slug}/settings/dual-control`: `on=yes`, or nothing for off.
///
/// # Errors
/// What the gate refuses.
pub async fn switch(gate: Gate<TransferOrDelete>, form: web::Form<ControlForm>) -> Result<HttpResponse, AppError> {
    let on = !form.on.is_empty();
    let ((tone, word), path) = gate
        .write(move |member, conn| {
            let (word, deeds) = decide(conn, member, on)?;
            Ok(((word, member.path("/settings/general")), deeds))
        })
        .await?;
    gate.tell(tone, word);
    Ok(see_other(gate.fragment(), &path))
}

type Word = (&'static str, String);

fn decide(conn: &mut Conn, member: &Member, on: bool) -> Result<(Word, Deeds), AppError> {
    if !on {
        let label = format!("switch dual control of {} off", member.organization_name);
        if let Some(waits) = dual_control::hold(conn, member, Matter::ControlOff, json!({}), label)? {
            return Ok((("info", waits.word), waits.deeds));
        }
    }
    Ok(match execute::switch(conn, member, on)? {
        Some(done) => (("success", done.word), done.deeds),
        None if on => (
            ("warning", "Dual control needs a second owner, or is on already".into()),
            Deeds::none("refused"),
        ),
        None => (
            ("info", "Dual control is off already".into()),
            Deeds::none("it was off"),
        ),
    })
}
