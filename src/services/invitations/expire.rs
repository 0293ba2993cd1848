//! Expires invitations whose time is over.

use serde_json::json;

use crate::app::Ctx;
use crate::audit::{Action, Event, Events};
use crate::common::error::AppError;
use crate::db::Conn;
use crate::db::types::organization::InvitationStatus;
use crate::mail::outbox;
use crate::models::invitation;

/// Expires at most `limit`.
pub fn expire(conn: &mut Conn, cx: &Ctx, limit: i64) -> Result<Events, AppError> {
    let mut events = Events::none("nothing is due");
    for was in invitation::due_to_expire(conn, cx.now, limit)? {
        if !invitation::expire(conn, cx.now, &was)? {
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
    Ok(events)
}
