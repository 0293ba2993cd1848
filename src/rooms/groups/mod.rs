//! Groups: people who inherit a role and companies together.

pub mod deletion;
pub mod form;
pub mod index;
pub mod members;
pub mod rules;
pub mod show;
pub mod store;

use crate::gate::db::Conn;
use crate::gate::member::Member;
use crate::ground::error::AppError;
use crate::people::group::{self, Group};

/// A group of the path, for somebody who may change groups at all.
///
/// # Errors
/// The refusal that names what is missing; `NotFound` for a group that they do not see.
fn changing(conn: &mut Conn, member: &Member, id: &str) -> Result<Group, AppError> {
    let group = group::find(conn, member, id)?;
    match group::lacking(member) {
        None => Ok(group),
        Some(right) => Err(member.refusal(conn, right)?),
    }
}
