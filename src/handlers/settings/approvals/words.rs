//! What the pages say about changes that wait for approval.

use crate::common::html::number;
use crate::common::zone::Zone;
use crate::models::approval::ApprovalAction;
use crate::models::organization::{SLUG_CHANGES, SLUG_CHANGES_WITHIN};
use crate::services::approvals::decide::DecisionError;
use crate::services::approvals::execute::{ExecuteError, ExecutedChange};
use crate::web::messages;

pub fn consequence(action: ApprovalAction) -> &'static str {
    match action {
        ApprovalAction::Transfer => {
            "An owner controls everything in an organization, including its members, billing and deletion. The transfer takes effect when the new owner approves it."
        }
        ApprovalAction::Deletion => {
            "It becomes read-only immediately and is deleted after 30 days. Until then any owner can restore it."
        }
        ApprovalAction::ControlOff => {
            "After that, one owner alone can change owners, the web address, and delete the organization."
        }
        ApprovalAction::CompanyDeletion => {
            "Its people lose access immediately. It is deleted permanently after 30 days. Until then any owner can restore it."
        }
        ApprovalAction::SecurityPolicy => {
            "Members without two-factor authentication may have to set it up before they can go on. You need it yourself, if the rule concerns you."
        }
        ApprovalAction::Slug => "Links with the old address redirect to the new one. No one else can take it.",
        ApprovalAction::Role | ApprovalAction::Removal | ApprovalAction::Suspension | ApprovalAction::Restoration => {
            "Takes effect on their next request. They get an email."
        }
    }
}

pub fn executed(organization: &str, zone: Zone, executed: &ExecutedChange) -> String {
    match executed {
        ExecutedChange::Transferred => format!("You’re the owner of {organization}"),
        ExecutedChange::DeletionScheduled(day) => format!("{organization} will be deleted on {}", day.date(zone)),
        ExecutedChange::DualControlTurnedOff => "Dual control is off".into(),
        ExecutedChange::SecurityPolicyChanged => "The security policy is changed".into(),
        ExecutedChange::SlugChanged(slug) => slug_changed(slug.as_str()),
        ExecutedChange::CompanyDeleted { name, until } => messages::company_deleted(name, *until, zone),
        ExecutedChange::RoleChanged { member, role } => format!("{member} is now {role}"),
        ExecutedChange::Removed { member, .. } => {
            format!("{member} was removed. You can undo this for 24 hours under “Recently removed”")
        }
        ExecutedChange::Suspended { member, .. } => format!("{member} is suspended"),
        ExecutedChange::Reinstated { member } => format!("{member} has access again"),
    }
}

pub fn slug_changed(slug: &str) -> String {
    format!("The web address is now /organizations/{slug}. The old one redirects here")
}

pub fn slug_taken(slug: &str) -> String {
    format!("“{slug}” is taken, choose another")
}

pub fn too_many_slugs() -> String {
    format!(
        "You changed the web address {} times in {} days. Go back to an earlier one, or wait",
        number(&SLUG_CHANGES),
        SLUG_CHANGES_WITHIN.as_seconds() / 86_400
    )
}

pub const SLUG_CHANGED_IN_BETWEEN: &str =
    "Someone changed the web address in the meantime. Check the new one and try again";

pub fn refusal(error: &DecisionError) -> String {
    match error {
        DecisionError::NotApplied(error) => not_applied(error),
        DecisionError::NotOpen | DecisionError::Failed(_) => "This was already decided".into(),
    }
}

/// Why an approved change was not applied.
pub fn not_applied(error: &ExecuteError) -> String {
    match error {
        ExecuteError::RequesterLeft => "The person who requested this no longer has access".into(),
        ExecuteError::RequesterNotAllowed(name) => format!("{name} no longer has permission to do this"),
        ExecuteError::RequesterNotOwner(name) => format!("{name} is no longer an owner"),
        ExecuteError::DualControlOn => "Dual control is on, so a second owner must approve new owners".into(),
        ExecuteError::DeletionScheduled => "The deletion is already scheduled".into(),
        ExecuteError::DualControlOff => "Dual control is already off".into(),
        ExecuteError::SlugChanged => "Someone changed the web address in the meantime".into(),
        ExecuteError::SlugTaken(slug) => slug_taken(slug),
        ExecuteError::PolicyNotMet => "Set up two-factor authentication for your account first".into(),
        ExecuteError::PolicyGone => "The policy can no longer be changed like this".into(),
        ExecuteError::CompanyGone => "It was already deleted or moved".into(),
        ExecuteError::CompanyNotArchived => "It is no longer archived. Archive it before you delete it".into(),
        ExecuteError::CompanyInUse => {
            "Invitations, links, groups, requests or a review name it. Resolve them, then try again".into()
        }
        ExecuteError::TooManySlugs => too_many_slugs(),
        ExecuteError::MemberLeft => "The person is no longer a member".into(),
        ExecuteError::RoleDeleted => "This role no longer exists".into(),
        ExecuteError::AlreadyHasRole { member, role } => format!("{member} is already {role}"),
        ExecuteError::AccessEnds => {
            "Your access has an end date, and an owner’s has none. Ask an owner to remove the end date".into()
        }
        ExecuteError::RoleNotAllowed(error) | ExecuteError::RoleNotChanged(error) => error.message().into(),
        ExecuteError::NotRemoved(error) => error.message().into(),
        ExecuteError::NotSuspended(error) => error.message().into(),
        ExecuteError::Conflict | ExecuteError::Failed(_) => {
            "Someone changed a role in the meantime. Check the roles and try again".into()
        }
    }
}
