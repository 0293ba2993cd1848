//! The words for invitations and for what went wrong with them.

use crate::auth::actor::Actor;
use crate::db::types::organization::InvitationStatus;
use crate::services::invitations::allowance::InvitationAllowance;
use crate::services::invitations::create::InviteError;
use crate::services::invitations::resend::ResendError;

pub fn label(status: InvitationStatus) -> &'static str {
    match status {
        InvitationStatus::Pending => "Pending",
        InvitationStatus::AwaitingApproval => "Waiting for approval",
        InvitationStatus::Accepted => "Accepted",
        InvitationStatus::Declined => "Declined",
        InvitationStatus::Cancelled => "Cancelled",
        InvitationStatus::Expired => "Expired",
        InvitationStatus::Superseded => "Joined another way",
    }
}

/// The color of the badge.
pub fn tone(status: InvitationStatus) -> &'static str {
    match status {
        InvitationStatus::Pending | InvitationStatus::AwaitingApproval => "info",
        InvitationStatus::Accepted => "success",
        InvitationStatus::Expired => "danger",
        InvitationStatus::Declined => "warning",
        InvitationStatus::Cancelled | InvitationStatus::Superseded => "",
    }
}

pub fn invite_error(error: &InviteError, actor: &Actor) -> String {
    match error {
        InviteError::RoleNotAllowed(role) => role_not_allowed(role.label()),
        InviteError::AlreadyMember => already_member(actor),
        InviteError::AlreadyInvited => "Already invited. Edit that invitation or send it again from the list".into(),
        InviteError::Duplicate => "Twice in the list".into(),
        InviteError::DailyLimit(allowance) => daily_limit(allowance, actor),
    }
}

pub fn resend_error(error: &ResendError, actor: &Actor) -> String {
    match error {
        ResendError::RoleNotAllowed(role) => role_not_allowed(role.label()),
        ResendError::Closed(status) => format!(
            "The invitation is {} and can’t be sent again",
            label(*status).to_lowercase()
        ),
        ResendError::NewerOpen => "This address has a newer invitation".into(),
        ResendError::AlreadyMember => already_member(actor),
        ResendError::AccessEnded(end) => format!(
            "The access of this invitation ended on {}. Send a new invitation",
            end.date(actor.org_zone)
        ),
        ResendError::Cooldown { seconds } => {
            format!("Was sent a moment ago. Send it again in {seconds} seconds")
        }
        ResendError::TooOften { times, from } => format!(
            "Was sent again {times} times within a day. Send it again on {}",
            from.full(actor.zone)
        ),
        ResendError::DailyLimit(allowance) => daily_limit(allowance, actor),
        ResendError::Changed => "Someone else changed this invitation. Reload the page and try again".into(),
        ResendError::Failed(_) => "Try again".into(),
    }
}

fn role_not_allowed(role: &str) -> String {
    format!("You can’t give the role {role}")
}

fn already_member(actor: &Actor) -> String {
    format!("Already a member of {}", actor.organization_name)
}

fn daily_limit(allowance: &InvitationAllowance, actor: &Actor) -> String {
    format!(
        "{} can send {} invitations a day. You can send the next one on {}",
        actor.organization_name,
        allowance.a_day,
        allowance.from.full(actor.zone)
    )
}
