pub mod decide;
pub mod dual_control;
pub mod email;
pub mod execute;
pub mod execute_member;

use crate::common::id::ApprovalId;

/// Whether a change took effect or waits for a second owner.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome<T = ()> {
    Done(T),
    Pending(Pending),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pending {
    Requested(ApprovalId),
    /// The same change waits already.
    AlreadyRequested,
}
