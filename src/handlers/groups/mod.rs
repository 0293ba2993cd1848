//! Groups: people who inherit a role and companies together.

pub mod deletion;
pub mod form;
pub mod index;
pub mod members;
pub mod queries;
pub mod rules;
pub mod show;

use crate::auth::actor::Actor;
use crate::common::error::AppError;
use crate::db::Conn;
use crate::services::groups;
use crate::services::groups::Group;

/// A group of the path, for somebody who may change groups at all.
fn changing(conn: &mut Conn, actor: &Actor, id: &str) -> Result<Group, AppError> {
    let group = groups::find(conn, actor, id)?;
    match groups::lacking(actor) {
        None => Ok(group),
        Some(permission) => Err(actor.refusal(conn, permission)?),
    }
}
