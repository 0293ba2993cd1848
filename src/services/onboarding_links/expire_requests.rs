//! Expires the requests to join that no one answered.

use serde_json::json;

use crate::app::Ctx;
use crate::audit::{Action, Event, Events};
use crate::common::error::AppError;
use crate::db::Conn;
use crate::models::due;
use crate::models::join_request;
use crate::models::join_request::JoinStatus;

/// Expires at most `limit`.
pub fn expire(conn: &mut Conn, cx: &Ctx, limit: i64) -> Result<Events, AppError> {
    let mut events = Events::none("nothing is due");
    for request in due::expiring_join_requests(conn, cx.now, limit)? {
        let (organization, to) = (request.organization, JoinStatus::Expired);
        if !join_request::close(conn, cx, organization, request.id, to, None)? {
            continue;
        }
        let event = Event::new(Action::JoinExpired, "join_request", request.id, &request.name)
            .before(json!({ "status": JoinStatus::Awaiting.as_str() }))
            .after(json!({ "status": to.as_str() }));
        events = events.and(Events::organization(organization, event));
    }
    Ok(events)
}
