//! A deed in words.

use serde_json::Value;

use crate::audit::Action;
use crate::authz::permission::{Column, PermissionId};
use crate::authz::role::Role;

/// The first field of an object with its text.
fn one(value: &Value) -> Option<(&str, Option<&str>)> {
    let (key, value) = value.as_object()?.iter().next()?;
    Some((key, value.as_str()))
}

/// The words of a deed, to stand behind the actor's name.
#[expect(clippy::too_many_lines, reason = "a line for each kind of deed")]
pub fn describe(action: Action, label: &str, before: &Value, after: &Value) -> String {
    let role = |value: &Value| {
        let text = value.get("role").and_then(Value::as_str).unwrap_or_default();
        Role::parse(text).map_or(text.to_owned(), |role| role.label().to_owned())
    };
    let permission =
        |key: &str| PermissionId::parse(key).map_or_else(|| key.to_owned(), |permission| permission.label().to_owned());
    let wanted = |value: &Value| {
        let text = |field: &str| value.get(field).and_then(Value::as_str).unwrap_or_default().to_owned();
        let place = match text("company") {
            company if company.is_empty() => String::new(),
            company => format!(" in {company}"),
        };
        format!("“{}”{place}", permission(&text("permission")))
    };
    let company = after
        .get("company")
        .or_else(|| before.get("company"))
        .and_then(Value::as_str)
        .unwrap_or_default();
    let text = |value: &Value, name: &str| value.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
    let link = |value: &Value| value.get("link").and_then(Value::as_str).unwrap_or_default().to_owned();
    let group = |value: &Value| {
        let name = value.get("group").and_then(Value::as_str);
        name.unwrap_or_default().to_owned()
    };
    match action {
        Action::OrganizationCreated => format!("created the organization {label}"),
        Action::OrganizationEdited => "changed the organization’s settings".into(),
        Action::CompanyCreated => format!("created {label}"),
        Action::CompanyEdited => match before.get("name").and_then(Value::as_str) {
            Some(name) if name != label => format!("renamed {name} to {label}"),
            _ => format!("changed the settings of {label}"),
        },
        Action::CompanyArchived => format!("archived {label}"),
        Action::CompanyRestored => format!("restored {label}"),
        Action::CompanyMovedAway => format!("moved {label} to {}", text(after, "organization")),
        Action::CompanyMovedIn => format!("moved {label} here from {}", text(before, "organization")),
        Action::MemberInvited => format!("invited {label} as {}", role(after)),
        Action::InvitationResent => format!("sent the invitation of {label} again"),
        Action::InvitationEdited => format!("changed the invitation of {label}"),
        Action::InvitationCancelled => format!("cancelled the invitation of {label}"),
        Action::InvitationAccepted => format!("joined as {}", role(after)),
        // Who declines by the link alone has no account to name.
        Action::InvitationDeclined if after.get("by").and_then(Value::as_str) == Some("link") => {
            format!("noted that {label} declined the invitation")
        }
        Action::InvitationDeclined => "declined the invitation".into(),
        Action::InvitationExpired => format!("let the invitation of {label} expire"),
        Action::InvitationSuperseded => format!("closed the invitation of {label}, a member already"),
        // The actor is who accepted; the label names who stepped down.
        Action::OwnershipHandedOver => format!("took the organization over from {label}"),
        Action::MemberRoleChanged => format!("changed {label} from {} to {}", role(before), role(after)),
        Action::MemberAccessEndChanged if !company.is_empty() => {
            format!("changed when the place of {label} in {company} ends")
        }
        Action::MemberAccessEndChanged => format!("changed when the access of {label} ends"),
        Action::MemberAssigned => format!("assigned {label} to {company}"),
        Action::MemberUnassigned => format!("took {label} off {company}"),
        Action::MemberRemoved => format!("removed {label}"),
        Action::MemberLeft => "left the organization".into(),
        // Access
        Action::AccessImported => {
            let count = |what: &str| after.get(what).and_then(Value::as_u64).unwrap_or_default();
            format!(
                "took in a sheet of roles: {} added, {} changed, {} taken off",
                count("added"),
                count("changed"),
                count("removed")
            )
        }

        // Rights
        Action::OverridesChanged => match (one(after), after.as_object().map_or(0, serde_json::Map::len)) {
            (Some((key, Some("allow"))), 1) => format!("switched on “{}” for {label}", permission(key)),
            (Some((key, Some("deny"))), 1) => format!("switched off “{}” for {label}", permission(key)),
            (Some((key, _)), 1) => format!("gave “{}” of {label} back to the role", permission(key)),
            (_, n) => format!("switched {n} permissions for {label}"),
        },
        Action::PolicyChanged => match (one(after), after.as_object().map_or(0, serde_json::Map::len)) {
            (Some((cell, Some(on))), 1) => {
                let (column, key) = cell.split_once(' ').unwrap_or_default();
                let column = Column::parse(column).map_or_else(String::new, Column::label);
                format!("switched {on} “{}” for the role {column}", permission(key))
            }
            (_, n) => format!("switched {n} permissions of roles"),
        },
        Action::CustomRoleCreated => format!("made the role {label}"),
        Action::CustomRoleEdited => match before.get("name").and_then(Value::as_str) {
            Some(name) if name != label => format!("changed the role {name}, now {label}"),
            _ => format!("changed the role {label}"),
        },
        Action::CustomRoleDeleted => format!("deleted the role {label}"),
        Action::AccessRequested => format!("asked for {}", wanted(after)),
        Action::AccessGranted => format!("granted {label} {}", wanted(before)),
        Action::AccessDenied => format!("denied {label} {}", wanted(before)),
        Action::AccessWithdrawn => format!("no longer asks for {}", wanted(before)),

        // People
        Action::MemberSuspended => format!("suspended {label}"),
        Action::MemberRestored => format!("gave {label} access again"),
        Action::MemberAccessEnded => format!("ended the access of {label}, whose last day had passed"),
        Action::MemberRemovalUndone => format!("took back the removal of {label}"),
        Action::GroupCreated => format!("made the group {label}"),
        Action::GroupEdited => format!("changed the group {label}"),
        Action::GroupDeleted => format!("deleted the group {label}"),
        Action::GroupMemberAdded => format!("put {label} into the group {}", group(after)),
        Action::GroupMemberRemoved => format!("took {label} out of the group {}", group(before)),

        // Links
        Action::LinkCreated => format!("made the onboarding link {label}"),
        Action::LinkEdited => format!("changed the onboarding link {label}"),
        Action::LinkRotated => format!("gave the onboarding link {label} a new address"),
        Action::LinkDisabled => format!("switched the onboarding link {label} off"),
        Action::LinkEnabled => format!("switched the onboarding link {label} on"),
        Action::JoinRequested => format!("asked to come in by the onboarding link {}", link(after)),
        Action::JoinApproved => format!("let {label} in as {}", role(after)),
        Action::JoinDenied => format!("declined that {label} comes in"),
        Action::JoinWithdrawn => "withdrew the request to come in".into(),
        Action::JoinExpired => format!("let the request of {label} expire"),
        Action::MemberJoined => format!("joined as {} by the onboarding link {}", role(after), link(after)),

        // General

        // Audit
        Action::AuditExported => match after.get("format").and_then(Value::as_str) {
            Some(format) => format!("exported the audit log as {}", format.to_uppercase()),
            None => "exported the audit log".into(),
        },
        Action::SignedUp => "signed up".into(),
        Action::EmailVerified => format!("confirmed the address {label}"),
        Action::SignedIn => "signed in".into(),
        Action::SignedOut => "signed out".into(),
        // Nobody proved to be anybody: the actor is the house.
        Action::SignInFailed => format!("refused a sign-in as {label}: the password was wrong"),
        Action::AccountLocked => format!("locked the account {label} after too many wrong passwords"),
        Action::AccountUnlocked => format!("opened the account {label} again"),
        Action::PasswordResetRequested => format!("sent {label} a link for a new password"),
        Action::PasswordReset => "chose a new password by the mailed link".into(),
        Action::PasswordChanged => "changed their password".into(),
        Action::NameChanged => match after.get("name").and_then(Value::as_str) {
            Some(name) => format!("changed their name to {name}"),
            None => "changed their name".into(),
        },
        Action::EmailChangeRequested => "asked to change their address".into(),
        Action::EmailChanged => "changed their address".into(),
        Action::SessionEnded => "ended one of their sessions".into(),
        Action::OtherSessionsEnded => "ended all of their other sessions".into(),
        Action::VerificationRequested => "asked for another letter to confirm their address".into(),
        Action::OrganizationRequested => "asked to create another organization".into(),

        // Operator
        Action::SupportConsentChanged if after.get("allowed").and_then(Value::as_bool) == Some(true) => {
            "allowed operators to look in by support sessions".into()
        }
        Action::SupportConsentChanged => "took back that operators may look in".into(),
        Action::SupportBegan => format!("began a support session: {}", text(after, "reason")),
        Action::SupportEnded => format!("ended the support session of {label} ({})", text(after, "how")),
        Action::MailRetried => format!("sent the email “{label}” again"),
        Action::LimitChanged => format!("changed how many organizations {label} may create"),
        Action::OperatorAppointed => format!("made {label} an operator"),
        Action::OperatorDismissed => format!("dismissed {label} as an operator"),

        // Reviews
        Action::ReviewStarted => format!("started the access review “{label}”"),
        Action::ReviewDecided => format!("decided on people of {company} in the access review “{label}”"),
        Action::ReviewClosed => format!("closed the access review “{label}”"),
        Action::ReviewCancelled => format!("cancelled the access review “{label}”"),
        other => whole(other, label, before, after).unwrap_or_else(|| other.as_str().replace(['.', '_'], " ")),
    }
}

/// What was done with an organization as a whole, and what waited for somebody else.
fn whole(action: Action, label: &str, before: &Value, after: &Value) -> Option<String> {
    let text = |value: &Value, name: &str| value.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
    Some(match action {
        Action::SlugChanged => format!(
            "changed the address from {} to {}",
            text(before, "slug"),
            text(after, "slug")
        ),
        Action::ContactAsked => format!("entered {} as the {}", text(after, "email"), label.to_lowercase()),
        Action::ContactProven => format!("confirmed {} as the {}", text(after, "email"), label.to_lowercase()),
        Action::ContactRemoved => format!("removed the {}", label.to_lowercase()),
        Action::TransferProposed => format!("asked {label} to become the owner"),
        Action::TransferRefused => "refused to become the owner".into(),
        Action::DeletionAsked | Action::DeletionScheduled => format!("decided to delete {label}"),
        Action::DeletionStopped => format!("restored {label}"),
        Action::OrganizationDeleted => format!("saw {label} deleted after 30 days"),
        Action::DualControlChanged if after.get("dual_control") == Some(&Value::Bool(true)) => {
            "switched dual control on".into()
        }
        Action::DualControlChanged => "switched dual control off".into(),
        Action::ApprovalAsked => format!("asked another owner to confirm: {label}"),
        Action::ApprovalGiven => format!("confirmed: {label}"),
        Action::ApprovalRefused => format!("refused: {label}"),
        Action::ApprovalWithdrawn => format!("withdrew: {label}"),
        Action::ApprovalExpired => format!("closed, because it can no longer be done: {label}"),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_action_has_a_sentence() {
        let nothing = Value::Object(serde_json::Map::new());
        for action in Action::ALL {
            let words = describe(*action, "Label", &nothing, &nothing);
            let fallen = words == action.as_str().replace(['.', '_'], " ");
            assert!(!fallen, "{action} has no sentence");
        }
    }
}
