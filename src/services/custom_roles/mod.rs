//! Changes of the organization's custom roles.

pub mod changes;
pub mod rules;

use crate::authz::permission::PermissionId;
use crate::common::error::AppError;
use crate::models::custom_role::Outcome;

/// Why a custom role was not changed.
#[derive(Debug)]
pub enum CustomRoleError {
    /// The role is at the actor's level or above, or the actor has it.
    NotAllowed,
    /// The new level is at the actor's level or above.
    AboveYourRank,
    /// The new role has a permission that the actor does not have.
    NotHeld(PermissionId),
    NameTaken,
    /// Members have the role.
    InUse,
    TooMany,
    /// The role changed after it was read.
    Changed,
    Failed(AppError),
}

crate::change_error!(CustomRoleError);

impl CustomRoleError {
    fn check(outcome: Outcome) -> Result<crate::common::id::CustomRoleId, Self> {
        match outcome {
            Outcome::Done(id) => Ok(id),
            Outcome::NameTaken => Err(Self::NameTaken),
            Outcome::Held(_) => Err(Self::InUse),
            Outcome::Changed => Err(Self::Changed),
            Outcome::TooMany => Err(Self::TooMany),
        }
    }
}
