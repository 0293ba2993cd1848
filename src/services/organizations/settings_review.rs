//! Recording that someone reviewed the security settings.

use serde_json::json;

use crate::app::Ctx;
use crate::audit::{Action, Event, Events};
use crate::auth::actor::Actor;
use crate::common::error::AppError;
use crate::db::{Conn, affected};
use crate::models::settings_review;
use crate::services::organizations::email;

/// Records a review with its result: how many checks passed, of how many.
pub fn record(conn: &mut Conn, actor: &Actor, passed: i32, checks: i32) -> Result<((), Events), AppError> {
    settings_review::insert(conn, actor.cx.now, actor.organization, actor.id, (passed, checks))?;
    let name = &actor.organization_name;
    let event = Event::new(Action::SettingsReviewed, "organization", actor.organization, name)
        .after(json!({ "passed": passed, "checks": checks }));
    Ok(((), actor.event(event)))
}

/// Reminds the owners of organizations whose review is due, at most `limit` organizations.
pub fn remind(conn: &mut Conn, cx: &Ctx, limit: i64) -> Result<Events, AppError> {
    affected::no_one();
    for organization in settings_review::to_remind(conn, cx.now, limit)? {
        settings_review::postpone(conn, cx.now, organization)?;
        email::checklist_due(conn, cx, organization)?;
    }
    Ok(Events::none("an email about what the page shows"))
}
