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
    /// Another owner has to approve it. They got an email.
    Pending(ApprovalId),
    /// The same change was waiting before.
    AlreadyPending(ApprovalId),
}

/// The approval that a change waits for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RequestedApproval {
    New(ApprovalId),
    /// The same change was waiting before.
    Before(ApprovalId),
}

impl<T> From<RequestedApproval> for Outcome<T> {
    fn from(requested: RequestedApproval) -> Self {
        match requested {
            RequestedApproval::New(id) => Self::Pending(id),
            RequestedApproval::Before(id) => Self::AlreadyPending(id),
        }
    }
}
