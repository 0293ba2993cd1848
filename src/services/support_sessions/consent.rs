//! Allowing support access, and taking that back.

use serde_json::json;

use crate::audit::{Action, Event, Events};
use crate::common::error::AppError;
use crate::common::time::Time;
use crate::db::Conn;
use crate::db::types::org_id::OrgId;
use crate::models::support_session;
use crate::services::support_sessions::end::{EndReason, end_all_in};

/// Turning it off ends active sessions. `by` is the name of the member.
pub fn set(conn: &mut Conn, now: Time, organization: OrgId, allowed: bool, by: &str) -> Result<((), Events), AppError> {
    if !support_session::set_consent(conn, organization, allowed, by)? {
        return Ok(((), Events::none("nothing changed")));
    }
    let event = Event::new(
        Action::SupportConsentChanged,
        "organization",
        organization,
        "support access",
    )
    .before(json!({ "allowed": !allowed }))
    .after(json!({ "allowed": allowed }));
    let mut events = Events::organization(organization, event);
    if !allowed {
        events = events.and(end_all_in(conn, now, organization, EndReason::ConsentWithdrawn)?);
    }
    Ok(((), events))
}
