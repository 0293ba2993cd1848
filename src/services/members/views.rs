//! Saved views of the list of members. Each member has their own.

use crate::audit::{Action, Event, Events};
use crate::auth::actor::Actor;
use crate::common::error::AppError;
use crate::common::id::MemberViewId;
use crate::db::Conn;
use crate::models::member_view;
use crate::models::member_view::MOST;

/// Why a view was not saved.
#[derive(Debug)]
pub enum ViewError {
    NameTaken,
    TooMany,
    Failed(AppError),
}

crate::change_error!(ViewError);

/// Saves a filter of the list under a name. `query` is the query of the list's address.
pub fn save(conn: &mut Conn, actor: &Actor, name: &str, query: &str) -> Result<Events, ViewError> {
    let organization = actor.organization;
    if member_view::count(conn, organization, actor.id)? >= MOST {
        return Err(ViewError::TooMany);
    }
    let id = member_view::save(conn, organization, actor.id, name, query, actor.cx.now)?.ok_or(ViewError::NameTaken)?;
    Ok(actor.event(Event::new(Action::MemberViewSaved, "member_view", id, name)))
}

/// Deletes one of the actor's views, and returns its name.
pub fn delete(conn: &mut Conn, actor: &Actor, id: MemberViewId) -> Result<(String, Events), AppError> {
    let name = member_view::delete(conn, actor.organization, actor.id, id)?.ok_or(AppError::NotFound)?;
    let event = Event::new(Action::MemberViewDeleted, "member_view", id, &name);
    Ok((name, actor.event(event)))
}
