//! Changes of the organization's custom roles.

pub mod changes;
pub mod rules;

use crate::authz::permission::PermissionId;
use crate::common::error::AppError;
use crate::models::custom_role::CustomRoleOutcome;

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
    fn check(outcome: CustomRoleOutcome) -> Result<crate::common::id::CustomRoleId, Self> {
        match outcome {
            CustomRoleOutcome::Done(id) => Ok(id),
            CustomRoleOutcome::NameTaken => Err(Self::NameTaken),
            CustomRoleOutcome::InUse(_) => Err(Self::InUse),
            CustomRoleOutcome::Changed => Err(Self::Changed),
            CustomRoleOutcome::TooMany => Err(Self::TooMany),
        }
    }
}
