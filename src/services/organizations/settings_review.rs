//! Recording that someone reviewed the security settings.

use serde_json::json;

use crate::audit::{Action, Event, Events};
use crate::auth::actor::Actor;
use crate::common::error::AppError;
use crate::db::Conn;
use crate::models::settings_review;

/// Records a review with its result: how many checks passed, of how many.
pub fn record(conn: &mut Conn, actor: &Actor, passed: i32, checks: i32) -> Result<((), Events), AppError> {
    settings_review::insert(conn, actor.cx.now, actor.organization, actor.id, (passed, checks))?;
    let name = &actor.organization_name;
    let event = Event::new(Action::SettingsReviewed, "organization", actor.organization, name)
        .after(json!({ "passed": passed, "checks": checks }));
    Ok(((), actor.event(event)))
}
