//! Settings, Developers: the API keys.

pub mod adoption;
mod form;
pub mod index;
pub mod new;
mod once;
pub mod reference;
pub mod revocation;
pub mod rotation;
mod row;

use actix_web::web;

use crate::auth::actor::Actor;

/// The organization and the key of a path.
pub type KeyPath = web::Path<(String, String)>;

/// Where a change leads: the list, or the form for members who manage keys and can't list them.
fn landing(actor: &Actor) -> String {
    actor.path(if actor.permissions.view_keys() {
        "/settings/developers"
    } else {
        "/settings/developers/keys/new"
    })
}
