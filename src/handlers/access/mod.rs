//! Access control: who has which role where and why, changed for one person or for many at once.

pub mod assign;
pub mod import;
pub mod matrix;
pub mod people;
pub mod queries;
pub mod rules;
pub mod save;
pub mod sheet;

use crate::auth::actor::Actor;
use crate::authz::decision::Reach;
use crate::authz::permission::{AssignCompanies, ChangeRoles, Permission};

/// Whether somebody may change anything on these pages.
fn may_change(actor: &Actor) -> bool {
    actor.reach::<ChangeRoles>() == Reach::Everywhere || actor.permissions.has(AssignCompanies::ID)
}
