//! Messages shared by several pages, mostly about refused changes of members, assignments and groups.

use crate::common::time::Time;
use crate::common::zone::Zone;
use crate::services::assignments::AssignmentError;
use crate::services::groups::GroupError;
use crate::services::members::MemberOutcome;
use crate::services::members::errors::{AccessEndError, RemovalError, RoleChangeError, SuspensionError};

/// Someone else changed the same thing first.
pub const CHANGED: &str = "Someone else changed this member. Review the current state and try again";

/// A change waits for approval.
pub const PENDING: &str = "Waiting for another owner’s approval. They got an email";

/// The same change was waiting before.
pub const ALREADY_PENDING: &str = "This is already waiting for another owner’s approval";

const NOT_ALLOWED: &str = "Your role doesn’t allow this change";
const LAST_OWNER: &str = "This is the only owner. Make another member an owner first";
const FAILED: &str = "Something went wrong. Try again";

impl RoleChangeError {
    pub fn message(&self) -> &'static str {
        match self {
            Self::NotAllowed => NOT_ALLOWED,
            Self::OwnerWithEndDate => "Owners can’t have an end date. Remove the end date first",
            Self::LastOwner => LAST_OWNER,
            Self::Changed => CHANGED,
            Self::Failed(_) => FAILED,
        }
    }
}

impl RemovalError {
    pub fn message(&self) -> &'static str {
        match self {
            Self::NotAllowed => NOT_ALLOWED,
            Self::LastOwner => LAST_OWNER,
            Self::Changed => CHANGED,
            Self::Failed(_) => FAILED,
        }
    }
}

impl SuspensionError {
    pub fn message(&self) -> &'static str {
        match self {
            Self::NotAllowed => NOT_ALLOWED,
            Self::LastOwner => LAST_OWNER,
            Self::Changed => CHANGED,
            Self::Failed(_) => FAILED,
        }
    }
}

impl AccessEndError {
    pub fn message(&self) -> &'static str {
        match self {
            Self::NotAllowed => NOT_ALLOWED,
            Self::Changed => CHANGED,
            Self::Failed(_) => FAILED,
        }
    }
}

impl AssignmentError {
    /// `one` is the organization's word for a company.
    pub fn message(&self, one: &str) -> String {
        match self {
            Self::HigherRank => "You can’t change a member with this role".into(),
            Self::HigherRole => "Only someone who manages the whole organization can change a manager".into(),
            Self::NotGrantable => "Choose a role that you can assign".into(),
            Self::Oneself => "You can’t assign a role to yourself. Ask another member who can".into(),
            Self::Archived => format!("This {one} is archived. Restore it first"),
            Self::NotAssigned => format!("This member isn’t assigned to this {one}"),
            Self::ByGroup => "This assignment comes from a group. Edit the group, or remove the member from it".into(),
            Self::Failed(_) => FAILED.into(),
        }
    }
}

impl GroupError {
    pub fn message(&self) -> &'static str {
        match self {
            Self::HigherRole => "You can’t assign the role of this group",
            Self::HigherRank => "You can’t change the role of every member in this group",
            Self::Oneself => "You’re in this group and can’t give yourself more permissions. Ask another member",
            Self::TooManyMembers => "A group can have at most 2,000 members",
            Self::TooManyGroups => "An organization can have at most 200 groups",
            Self::NameTaken => "Another group has this name",
            Self::Gone => "Someone else changed this group. Review the current state and try again",
            Self::Failed(_) => FAILED,
        }
    }
}

impl MemberOutcome {
    /// What to tell the actor, or `done` when the change was made.
    pub fn message_or(self, done: impl FnOnce() -> String) -> String {
        match self {
            Self::Done | Self::Unchanged => done(),
            Self::Pending(_) => PENDING.into(),
            Self::AlreadyPending(_) => ALREADY_PENDING.into(),
        }
    }
}

/// After a company was deleted. It can be restored until then.
pub fn company_deleted(name: &str, until: Time, zone: Zone) -> String {
    format!("{name} is deleted. You can restore it until {}", until.date(zone))
}
