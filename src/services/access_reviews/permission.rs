//! Who manages reviews, and what they see of them.

use crate::auth::actor::Actor;
use crate::authz::decision::Reach;
use crate::authz::permission::{ManageCompanyMembers, Permission, RemoveMembers, ViewAccess};
use crate::common::error::AppError;
use crate::common::id::CompanyId;
use crate::db::Conn;

/// Starting, reminding, closing, cancelling and restoring. A review ends by removing assignments and suspending members, so it
/// takes that permission in the whole organization, and the one to see all that it covers.
pub fn may_manage(actor: &Actor) -> bool {
    actor.reach::<RemoveMembers>() == Reach::Everywhere && actor.reach::<ViewAccess>() == Reach::Everywhere
}

/// As [`may_manage`], or the error that explains why not.
pub fn require(actor: &Actor, conn: &mut Conn) -> Result<(), AppError> {
    if may_manage(actor) {
        Ok(())
    } else {
        Err(actor.refusal(conn, RemoveMembers::ID)?)
    }
}

/// The companies whose progress the actor sees; `None` for all.
pub fn visible_companies(actor: &Actor, conn: &mut Conn) -> Result<Option<Vec<CompanyId>>, AppError> {
    Ok(match actor.reach::<ViewAccess>() {
        Reach::Everywhere => None,
        _ => Some(actor.own_companies(conn, ViewAccess::ID)?),
    })
}

/// The companies for which the actor answers; `None` for all.
pub fn own_companies(actor: &Actor, conn: &mut Conn) -> Result<Option<Vec<CompanyId>>, AppError> {
    Ok(match actor.reach::<ManageCompanyMembers>() {
        Reach::Everywhere => None,
        _ => Some(actor.own_companies(conn, ManageCompanyMembers::ID)?),
    })
}
