//! Which keys a member sees and manages: all, or those that are limited to their own companies.

use crate::auth::actor::Actor;
use crate::authz::decision::Reach;
use crate::authz::permission::{ManageKeys, Permission, ViewKeys};
use crate::common::error::AppError;
use crate::common::id::CompanyId;
use crate::db::Conn;
use crate::models::api_key;
use crate::models::api_key::ApiKey;

/// The companies to whose keys a permission is limited; `None`: all keys.
pub fn companies<P: Permission>(conn: &mut Conn, actor: &Actor) -> Result<Option<Vec<CompanyId>>, AppError> {
    Ok(match actor.reach::<P>() {
        Reach::Everywhere => None,
        _ => Some(actor.own_companies(conn, P::ID)?),
    })
}

/// A key that the actor sees.
pub fn visible(conn: &mut Conn, actor: &Actor, id: &str) -> Result<ApiKey, AppError> {
    let own = companies::<ViewKeys>(conn, actor)?;
    api_key::find(conn, actor.organization, id, own.as_deref())
}

/// A key that the actor manages.
pub fn managed(conn: &mut Conn, actor: &Actor, id: &str) -> Result<ApiKey, AppError> {
    let own = companies::<ManageKeys>(conn, actor)?;
    api_key::find(conn, actor.organization, id, own.as_deref())
}
