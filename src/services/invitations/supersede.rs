//! What somebody's arrival brings about, by whichever way they came.

use diesel::prelude::*;
use serde_json::json;

use crate::app::Ctx;
use crate::audit::{Action, Event, Events};
use crate::common::error::AppError;
use crate::db::Conn;
use crate::db::schema::invitations;
use crate::db::types::org_id::OrgId;
use crate::db::types::organization::InvitationStatus;
use crate::mail::outbox;
use crate::models::invitation;
use crate::models::invitation::Invitation;

/// A member needs no invitation: an open one is closed.
pub fn supersede(conn: &mut Conn, cx: &Ctx, was: &Invitation) -> Result<Events, AppError> {
    if !invitation::close(conn, cx, was.organization_id, was.id, InvitationStatus::Superseded)? {
        return Ok(Events::none("it was closed already"));
    }
    if let Some(letter) = was.mail_id {
        outbox::withdraw(conn, letter)?;
    }
    let event = Event::new(Action::InvitationSuperseded, "invitation", was.id, &was.email)
        .before(json!({ "status": was.status.as_str() }))
        .after(json!({ "status": InvitationStatus::Superseded.as_str() }));
    Ok(Events::organization(was.organization_id, event))
}

/// The same for whatever invitation of an organization is open for an address.
pub fn supersede_of(conn: &mut Conn, cx: &Ctx, organization: OrgId, email: &str) -> Result<Events, AppError> {
    let open: Option<Invitation> = invitations::table
        .filter(invitations::organization_id.eq(organization))
        .filter(invitations::email.eq(email))
        .filter(invitations::status.eq(InvitationStatus::Pending))
        .select(Invitation::as_select())
        .first(conn)
        .optional()?;
    match open {
        Some(invitation) => supersede(conn, cx, &invitation),
        None => Ok(Events::none("no invitation was open")),
    }
}
