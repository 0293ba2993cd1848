//! A deed in words.

use serde_json::Value;

use super::Action;
use crate::gate::role::Role;

/// The words of a deed, to stand behind the actor's name.
pub fn sentence(action: Action, label: &str, before: &Value, after: &Value) -> String {
    let role = |value: &Value| {
        let text = value.get("role").and_then(Value::as_str).unwrap_or_default();
        Role::parse(text).map_or(text.to_owned(), |role| role.label().to_owned())
    };
    let company = after
        .get("company")
        .or_else(|| before.get("company"))
        .and_then(Value::as_str)
        .unwrap_or_default();
    let text = |value: &Value, name: &str| value.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
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
        Action::MemberAccessEndChanged => format!("changed when the access of {label} ends"),
        Action::MemberAssigned => format!("assigned {label} to {company}"),
        Action::MemberUnassigned => format!("took {label} off {company}"),
        Action::MemberRemoved => format!("removed {label}"),
        Action::MemberLeft => "left the organization".into(),
        // Access
        // Access: end

        // Rights
        // Rights: end

        // People
        // People: end

        // Links
        // Links: end

        // General
        // General: end

        // Audit
        // Audit: end

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
        // Operator: end

        // Reviews
        // Reviews: end
        other => other.as_str().replace(['.', '_'], " "),
    }
}
