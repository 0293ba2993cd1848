use serde_json::json;

use crate::audit::{Action, Event, Events};
use crate::auth::current_user::CurrentUser;
use crate::common::error::AppError;
use crate::common::zone::Zone;
use crate::db::Conn;
use crate::models::user;

/// Changes the time zone of the user; `None`: the one of each organization.
pub fn change(conn: &mut Conn, person: &CurrentUser, zone: Option<Zone>) -> Result<Events, AppError> {
    if person.zone == zone {
        return Ok(Events::none("the time zone is the same"));
    }
    user::set_zone(conn, person.id, zone)?;
    let event = Event::new(Action::TimeZoneChanged, "account", person.id, person.email.as_str())
        .before(json!({ "timezone": person.zone.map(Zone::name) }))
        .after(json!({ "timezone": zone.map(Zone::name) }));
    Ok(person.event(event))
}
