//! Members: who belongs to an organization, in which role, in which companies, and until when.

pub mod access_end;
pub mod bulk;
pub mod companies;
pub mod profile;
pub mod queries;
pub mod removal;
pub mod removed;
pub mod role;
pub mod roster;
pub mod suspension;

use crate::auth::actor::Actor;
use crate::authz::permission::{Permission, ViewMembers};
use crate::common::error::AppError;
use crate::common::id::MembershipId;
use crate::db::Conn;
use crate::models::membership::record::Membership;
use crate::services::members::visible;

/// Somebody of the organization whom the reader may see: everybody, or who shares a company with them, and themselves.
fn visible(conn: &mut Conn, actor: &Actor, id: &str) -> Result<Membership, AppError> {
    let id = MembershipId::parse(id).ok_or(AppError::NotFound)?;
    visible::visible(conn, actor, ViewMembers::ID, id)
}
