use serde_json::json;

use crate::audit::{Action, Event, Events};
use crate::auth::current_user::CurrentUser;
use crate::common::error::AppError;
use crate::db::Conn;
use crate::models::user;

/// Changes the name of the user.
pub fn change(conn: &mut Conn, person: &CurrentUser, name: &str) -> Result<Events, AppError> {
    if person.name == name {
        return Ok(Events::none("the name is the same"));
    }
    user::set_name(conn, person.id, name, &person.email)?;
    let event = Event::new(Action::NameChanged, "account", person.id, person.email.as_str())
        .before(json!({ "name": person.name }))
        .after(json!({ "name": name }));
    Ok(person.event(event))
}
