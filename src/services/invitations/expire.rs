//! Expires invitations whose time is over.

use serde_json::json;

use crate::audit::{Action, Event, Events};
use crate::auth::System;
use crate::common::error::AppError;
use crate::db::types::organization::InvitationStatus;
use crate::mail::outbox;
use crate::models::invitation;

/// Expires what is due, at most `limit` at a time. Writes nothing when nothing is due.
pub fn run(system: &System, limit: i64) -> Result<(), AppError> {
    let due = system.read(|cx, conn| Ok(invitation::due_to_expire(conn, cx.now, limit)?))?;
    if due.is_empty() {
        return Ok(());
    }
    system.write(|cx, conn| {
        let mut events = Events::none("other requests changed them in between");
        for was in &due {
            if !invitation::expire(conn, cx.now, was)? {
                continue;
            }
            if let Some(mail) = was.mail_id {
                outbox::withdraw(conn, mail)?;
            }
            let event = Event::new(Action::InvitationExpired, "invitation", was.id, &was.email)
                .before(json!({ "status": was.status.as_str() }))
                .after(json!({ "status": InvitationStatus::Expired.as_str() }));
            events = events.and(Events::organization(was.organization_id, event));
        }
        Ok(((), events))
    })
}
