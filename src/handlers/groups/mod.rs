//! Groups: people who inherit a role and companies together.

pub mod deletion;
pub mod form;
pub mod index;
pub mod members;
pub mod queries;
pub mod rules;
pub mod show;

use crate::auth::actor::Member;
use crate::common::error::AppError;
use crate::db::Conn;
use crate::services::groups;
use crate::services::groups::Group;

/// A group of the path, for somebody who may change groups at all.
///
/// # Errors
/// The refusal that names what is missing; `NotFound` for a group that they do not see.
fn changing(conn: &mut Conn, member: &Member, id: &str) -> Result<Group, AppError> {
    let group = groups::find(conn, member, id)?;
    match groups::lacking(member) {
        None => Ok(group),
        Some(right) => Err(member.refusal(conn, right)?),
    }
}
