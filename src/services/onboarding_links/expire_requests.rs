//! Expires the requests to join that no one answered.

use serde_json::json;

use crate::audit::{Action, Event, Events};
use crate::auth::System;
use crate::common::error::AppError;
use crate::models::join_request;
use crate::models::join_request::JoinStatus;

/// Expires what is due, at most `limit` at a time. Writes nothing when nothing is due.
pub fn run(system: &System, limit: i64) -> Result<(), AppError> {
    let due = system.read(|cx, conn| Ok(join_request::due_to_expire(conn, cx.now, limit)?))?;
    if due.is_empty() {
        return Ok(());
    }
    system.write(|cx, conn| {
        let mut events = Events::none("other requests changed them in between");
        for request in &due {
            let (organization, to) = (request.organization, JoinStatus::Expired);
            if !join_request::close(conn, cx, organization, request.id, to, None)? {
                continue;
            }
            let event = Event::new(Action::JoinExpired, "join_request", request.id, &request.name)
                .before(json!({ "status": JoinStatus::Awaiting.as_str() }))
                .after(json!({ "status": to.as_str() }));
            events = events.and(Events::organization(organization, event));
        }
        Ok(((), events))
    })
}
