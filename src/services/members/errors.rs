//! Why a change of a member was refused.

use crate::common::error::AppError;
use crate::models::membership;

/// Why a role was not changed.
#[derive(Debug)]
pub enum RoleChangeError {
    /// The actor's role or its reach does not allow it.
    NotAllowed,
    /// Owners have no end date.
    OwnerWithEndDate,
    LastOwner,
    /// The member or the role changed after it was read.
    Changed,
    Failed(AppError),
}

/// Why a member was not removed.
#[derive(Debug)]
pub enum RemovalError {
    NotAllowed,
    LastOwner,
    Changed,
    Failed(AppError),
}

/// Why a removal was not undone.
#[derive(Debug)]
pub enum RemovalUndoError {
    /// The time for it is over, or they joined again.
    TooLate,
    Failed(AppError),
}

/// Why a member was not suspended, or their access not restored.
#[derive(Debug)]
pub enum SuspensionError {
    NotAllowed,
    LastOwner,
    Changed,
    Failed(AppError),
}

/// Why an end date was not changed.
#[derive(Debug)]
pub enum AccessEndError {
    NotAllowed,
    Changed,
    Failed(AppError),
}

crate::change_error!(
    RoleChangeError,
    RemovalError,
    RemovalUndoError,
    SuspensionError,
    AccessEndError
);

macro_rules! from_write {
    ($($error:ident),+) => {$(
        impl $error {
            /// What the model answered, as an error of this change.
            pub(super) fn check(outcome: membership::MembershipOutcome) -> Result<(), Self> {
                match outcome {
                    membership::MembershipOutcome::Done => Ok(()),
                    membership::MembershipOutcome::LastOwner => Err(Self::LastOwner),
                    membership::MembershipOutcome::Changed => Err(Self::Changed),
                }
            }
        }
    )+};
}

from_write!(RoleChangeError, RemovalError, SuspensionError);

impl AccessEndError {
    pub(super) fn check(outcome: membership::MembershipOutcome) -> Result<(), Self> {
        match outcome {
            membership::MembershipOutcome::Done => Ok(()),
            membership::MembershipOutcome::LastOwner | membership::MembershipOutcome::Changed => Err(Self::Changed),
        }
    }
}
