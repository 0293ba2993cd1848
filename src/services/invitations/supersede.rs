//! Closes the invitation of a person who joined in another way.

use serde_json::json;

use crate::app::Ctx;
use crate::audit::{Action, Event, Events};
use crate::common::error::AppError;
use crate::db::Conn;
use crate::db::types::org_id::OrgId;
use crate::db::types::organization::InvitationStatus;
use crate::mail::outbox;
use crate::models::invitation;
use crate::models::invitation::Invitation;

/// Closes an invitation, if it is open.
pub fn supersede(conn: &mut Conn, cx: &Ctx, was: &Invitation) -> Result<Events, AppError> {
    if !invitation::close(conn, cx, was.organization_id, was.id, InvitationStatus::Superseded)? {
        return Ok(Events::none("it was closed already"));
    }
    if let Some(mail) = was.mail_id {
        outbox::withdraw(conn, mail)?;
    }
    let event = Event::new(Action::InvitationSuperseded, "invitation", was.id, &was.email)
        .before(json!({ "status": was.status.as_str() }))
        .after(json!({ "status": InvitationStatus::Superseded.as_str() }));
    Ok(Events::organization(was.organization_id, event))
}

/// Closes the open invitation of an address, if there is one.
pub fn supersede_of(conn: &mut Conn, cx: &Ctx, organization: OrgId, email: &str) -> Result<Events, AppError> {
    match invitation::find_pending(conn, organization, email)? {
        Some(invitation) => supersede(conn, cx, &invitation),
        None => Ok(Events::none("no invitation was open")),
    }
}
