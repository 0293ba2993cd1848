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
use crate::gate::rights::Reach;
use crate::ground::error::AppError;
use crate::ground::id::MembershipId;

/// Somebody of the organization whom the reader may see: everybody, or who shares a company with them, and themselves.
///
/// # Errors
/// `NotFound` for everybody else.
fn visible(conn: &mut Conn, member: &Member, id: &str) -> Result<Standing, AppError> {
    let id = MembershipId::parse(id).ok_or(AppError::NotFound)?;
    let person = Standing::find(conn, member.organization, id)?;
    let seen = id == member.id
        || match member.reach::<ViewMembers>() {
            Reach::Everywhere => true,
            Reach::OwnCompanies => {
                let own = member.own_companies(conn, ViewMembers::RIGHT)?;
                store::is_within(conn, member.organization, id, &own)?
            }
            Reach::Nowhere => false,
        };
    if seen { Ok(person) } else { Err(AppError::NotFound) }
}
