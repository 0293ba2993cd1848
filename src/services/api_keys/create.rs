//! Creates keys.

use crate::audit::{Action, Events};
use crate::auth::actor::Actor;
use crate::authz::permission::{ManageKeys, Permission};
use crate::common::error::AppError;
use crate::common::token::Token;
use crate::db::Conn;
use crate::models::api_key::KeyTerms;
use crate::models::api_key::write;
use crate::models::api_key::write::KeyOwner;
use crate::services::api_keys::events;
use crate::services::api_keys::reach;

/// A key that was just made. Its text is shown once and stored nowhere.
#[derive(Debug, Clone)]
pub struct NewKey {
    pub name: String,
    pub key: Token,
}

/// The actor owns what they create.
pub(super) fn owner(actor: &Actor) -> Result<KeyOwner, AppError> {
    let membership = actor.membership().ok_or(AppError::NotFound)?;
    Ok(KeyOwner {
        membership,
        user: actor.person.id,
    })
}

/// Creates a key that the actor owns. Who manages the keys of their own companies only, limits it to one of them.
pub fn create(conn: &mut Conn, actor: &Actor, terms: &KeyTerms) -> Result<(NewKey, Events), AppError> {
    if let Some(own) = reach::companies::<ManageKeys>(conn, actor)?
        && terms.company.is_none_or(|company| !own.contains(&company))
    {
        return Err(actor.refusal(conn, ManageKeys::ID)?);
    }
    let (id, key) = write::create(conn, &actor.cx, actor.organization, owner(actor)?, terms, None)?;
    let event = events::event(Action::KeyCreated, id, &terms.name, terms.company).after(events::terms(
        conn,
        actor.organization,
        terms,
    )?);
    let new = NewKey {
        name: terms.name.clone(),
        key,
    };
    Ok((new, actor.event(event)))
}
