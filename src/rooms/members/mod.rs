//! Members: who belongs to an organization, in which role, in which companies, and until when.

pub mod access_end;
pub mod bulk;
pub mod companies;
pub mod profile;
pub mod removal;
pub mod removed;
pub mod role;
pub mod roster;
pub mod store;
pub mod suspension;

use crate::gate::db::Conn;
use crate::gate::member::{Member, Standing};
use crate::gate::permission::{Permission, ViewMembers};
use crate::ground::error::AppError;
use crate::ground::id::MembershipId;
use crate::people::sight;

/// Somebody of the organization whom the reader may see: everybody, or who shares a company with them, and themselves.
///
/// # Errors
/// `NotFound` for everybody else.
fn visible(conn: &mut Conn, member: &Member, id: &str) -> Result<Standing, AppError> {
    let id = MembershipId::parse(id).ok_or(AppError::NotFound)?;
    sight::visible(conn, member, ViewMembers::RIGHT, id)
}
