//! Applies an approved change by the same service functions as without dual control. The requester's permissions and the
//! state of the target are checked again.

use crate::audit::Events;
use crate::auth::actor::Actor;
use crate::authz::permission::{
    ChangeSlug, DeleteCompanies, ManageSecurity, Permission, PermissionId, TransferOrDelete,
};
use crate::change_error;
use crate::common::error::AppError;
use crate::common::id::CompanyId;
use crate::common::slug::Slug;
use crate::common::time::Time;
use crate::db::Conn;
use crate::models::approval::{Approval, ApprovalAction};
use crate::models::membership::record::Membership;
use crate::services::approvals::{dual_control, execute_member};
use crate::services::companies;
use crate::services::companies::deletion::CompanyDeletionError;
use crate::services::members::errors::{RemovalError, RoleChangeError, SuspensionError};
use crate::services::members::rules::ActorRank;
use crate::services::organizations::deletion::DeletionError;
use crate::services::organizations::dual_control::DualControlError;
use crate::services::organizations::security::policy;
use crate::services::organizations::security::policy::PolicyError;
use crate::services::organizations::slug::SlugError;
use crate::services::organizations::transfer::TransferError;
use crate::services::organizations::{self, deletion, transfer};

/// Why an approved change was not applied.
#[derive(Debug)]
pub enum ExecuteError {
    RequesterLeft,
    /// The requester, by name, no longer has the permission.
    RequesterNotAllowed(String),
    RequesterNotOwner(String),
    DualControlOn,
    DeletionScheduled,
    DualControlOff,
    SlugChanged,
    SlugTaken(String),
    /// The approver has no second factor, which the rule demands of them.
    PolicyNotMet,
    PolicyGone,
    CompanyGone,
    CompanyNotArchived,
    /// Invitations, links, groups, requests or a review name the company.
    CompanyInUse,
    TooManySlugs,
    MemberLeft,
    RoleDeleted,
    AlreadyHasRole {
        member: String,
        role: String,
    },
    RoleNotAllowed(RoleChangeError),
    /// An owner's access has no end, and the actor's has one.
    AccessEnds,
    /// Another change of a member got in between.
    Conflict,
    RoleNotChanged(RoleChangeError),
    NotRemoved(RemovalError),
    NotSuspended(SuspensionError),
    Failed(AppError),
}

change_error!(ExecuteError);

impl ExecuteError {
    /// Whether the change can never be applied, so that the request is over.
    pub fn lapses(&self) -> bool {
        !matches!(
            self,
            Self::AccessEnds
                | Self::PolicyNotMet
                | Self::CompanyInUse
                | Self::Conflict
                | Self::RoleNotChanged(_)
                | Self::NotRemoved(_)
                | Self::NotSuspended(_)
                | Self::Failed(_)
        )
    }
}

/// What was applied.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ExecutedChange {
    Transferred,
    DeletionScheduled(Time),
    DualControlTurnedOff,
    SlugChanged(Slug),
    SecurityPolicyChanged,
    CompanyDeleted {
        name: String,
        until: Time,
    },
    RoleChanged {
        member: String,
        role: String,
    },
    Removed {
        member: String,
        /// Whether it is the actor.
        own: bool,
    },
    Suspended {
        member: String,
        own: bool,
    },
    Reinstated {
        member: String,
    },
}

/// The member who requested the change, with what they can grant now.
pub struct ApprovalRequester {
    pub member: Membership,
    pub rank: ActorRank,
}

impl ApprovalRequester {
    fn require(&self, permission: PermissionId) -> Result<(), ExecuteError> {
        if self.rank.authority.permissions.has(permission) {
            Ok(())
        } else {
            Err(self.not_allowed())
        }
    }

    pub fn not_allowed(&self) -> ExecuteError {
        ExecuteError::RequesterNotAllowed(self.member.name.clone())
    }
}

/// Applies what the actor approves.
pub fn execute(conn: &mut Conn, actor: &Actor, approval: &Approval) -> Result<(ExecutedChange, Events), ExecuteError> {
    let Some((member, rank)) = dual_control::requester(conn, actor, approval)? else {
        return Err(ExecuteError::RequesterLeft);
    };
    let requester = ApprovalRequester { member, rank };
    match approval.action {
        ApprovalAction::Transfer => {
            let stays = approval.text("stays") == "yes";
            let events = transfer::accept(conn, actor, &requester.member, stays).map_err(|error| match error {
                TransferError::RequesterNotOwner => ExecuteError::RequesterNotOwner(requester.member.name.clone()),
                TransferError::DualControlOn => ExecuteError::DualControlOn,
                TransferError::AccessEnds => ExecuteError::AccessEnds,
                TransferError::Conflict => ExecuteError::Conflict,
                TransferError::Failed(error) => ExecuteError::Failed(error),
            })?;
            Ok((ExecutedChange::Transferred, events))
        }
        ApprovalAction::Deletion => {
            requester.require(TransferOrDelete::ID)?;
            let (day, events) = deletion::schedule(conn, actor).map_err(|error| match error {
                DeletionError::AlreadyScheduled => ExecuteError::DeletionScheduled,
                DeletionError::Failed(error) => ExecuteError::Failed(error),
            })?;
            Ok((ExecutedChange::DeletionScheduled(day), events))
        }
        ApprovalAction::ControlOff => {
            requester.require(TransferOrDelete::ID)?;
            let events = organizations::dual_control::set(conn, actor, false).map_err(|error| match error {
                DualControlError::AlreadyOff | DualControlError::AlreadyOn | DualControlError::NoSecondOwner => {
                    ExecuteError::DualControlOff
                }
                DualControlError::Failed(error) => ExecuteError::Failed(error),
            })?;
            Ok((ExecutedChange::DualControlTurnedOff, events))
        }
        ApprovalAction::SecurityPolicy => {
            requester.require(ManageSecurity::ID)?;
            let wanted = policy::of_approval(approval).ok_or(ExecuteError::PolicyGone)?;
            let events = policy::apply(conn, actor, &wanted).map_err(|error| match error {
                PolicyError::NotMet => ExecuteError::PolicyNotMet,
                PolicyError::Same => ExecuteError::PolicyGone,
                PolicyError::Failed(error) => ExecuteError::Failed(error),
            })?;
            Ok((ExecutedChange::SecurityPolicyChanged, events))
        }
        ApprovalAction::Slug => change_slug(conn, actor, approval, &requester),
        ApprovalAction::CompanyDeletion => delete_company(conn, actor, approval, &requester),
        ApprovalAction::Role | ApprovalAction::Removal | ApprovalAction::Suspension | ApprovalAction::Restoration => {
            execute_member::execute(conn, actor, approval, &requester)
        }
    }
}

fn change_slug(
    conn: &mut Conn,
    actor: &Actor,
    approval: &Approval,
    requester: &ApprovalRequester,
) -> Result<(ExecutedChange, Events), ExecuteError> {
    requester.require(ChangeSlug::ID)?;
    let to = Slug::parse(&approval.text("to")).map_err(AppError::internal)?;
    if approval.text("from") != actor.slug {
        return Err(ExecuteError::SlugChanged);
    }
    let events = organizations::slug::apply(conn, actor, &to).map_err(|error| match error {
        SlugError::Taken => ExecuteError::SlugTaken(to.to_string()),
        SlugError::TooOften => ExecuteError::TooManySlugs,
        SlugError::Changed => ExecuteError::SlugChanged,
        SlugError::Failed(error) => ExecuteError::Failed(error),
    })?;
    Ok((ExecutedChange::SlugChanged(to), events))
}

fn delete_company(
    conn: &mut Conn,
    actor: &Actor,
    approval: &Approval,
    requester: &ApprovalRequester,
) -> Result<(ExecutedChange, Events), ExecuteError> {
    requester.require(DeleteCompanies::ID)?;
    let id = CompanyId::parse(&approval.text("company")).ok_or(ExecuteError::CompanyGone)?;
    let (deleted, events) =
        companies::deletion::apply(conn, actor, id, requester.member.id).map_err(|error| match error {
            CompanyDeletionError::Gone => ExecuteError::CompanyGone,
            CompanyDeletionError::NotArchived | CompanyDeletionError::NotConfirmed => ExecuteError::CompanyNotArchived,
            CompanyDeletionError::Blocked => ExecuteError::CompanyInUse,
            CompanyDeletionError::Failed(error) => ExecuteError::Failed(error),
        })?;
    let until = deleted.delete_after;
    Ok((
        ExecutedChange::CompanyDeleted {
            name: deleted.name,
            until,
        },
        events,
    ))
}
