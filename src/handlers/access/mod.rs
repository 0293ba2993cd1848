//! Access control: roles of people in the organization and its companies, changed one by one or many at once.

pub mod assignments;
pub mod import;
pub mod matrix;
pub mod matrix_csv;
pub mod matrix_export;
pub mod messages;
pub mod people;
pub mod queries;

use crate::auth::actor::Actor;
use crate::authz::decision::Reach;
use crate::authz::permission::{AssignCompanies, ChangeRoles, Permission};

/// Whether the actor may change anything on these pages.
fn may_change(actor: &Actor) -> bool {
    actor.reach::<ChangeRoles>() == Reach::Everywhere || actor.permissions.has(AssignCompanies::ID)
}
