//! The words for invitations and for what went wrong with them.

use crate::auth::actor::Actor;
use crate::common::html::number;
use crate::common::zone::Zone;
use crate::db::types::organization::InvitationStatus;
use crate::services::invitations::allowance::{InvitationAllowance, InvitationLimit};
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
        InvitationStatus::Expired => "warning",
        InvitationStatus::Declined | InvitationStatus::Cancelled | InvitationStatus::Superseded => "",
    }
}

pub fn invite_error(error: &InviteError, actor: &Actor) -> String {
    match error {
        InviteError::RoleNotAllowed(role) => role_not_allowed(role.label()),
        InviteError::AlreadyMember => already_member(actor),
        InviteError::AlreadyInvited => "Already invited. Edit that invitation or send it again from the list".into(),
        InviteError::Duplicate => "Twice in the list".into(),
        InviteError::DailyLimit(allowance) => daily_limit(allowance, &actor.organization_name, actor.zone),
        InviteError::Blocked => BLOCKED.into(),
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
        ResendError::DailyLimit(allowance) => daily_limit(allowance, &actor.organization_name, actor.zone),
        ResendError::Blocked => BLOCKED.into(),
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

/// The same words whether the address blocked the organization or the inviter.
pub const BLOCKED: &str = "This address doesn’t accept invitations from you";

pub fn daily_limit(allowance: &InvitationAllowance, organization: &str, zone: Zone) -> String {
    let a_day = match allowance.a_day {
        1 => "1 invitation a day".to_owned(),
        n => format!("{} invitations a day", number(&n)),
    };
    let who = match allowance.of {
        InvitationLimit::Organization => format!("{organization} can send {a_day}"),
        InvitationLimit::Account => format!("You can send {a_day}, in all your organizations together"),
        InvitationLimit::Instance => format!("This instance can send {a_day}, for all organizations together"),
    };
    if allowance.a_day == 0 {
        return format!("{who}. Contact the operator of this instance");
    }
    format!("{who}. You can send the next one on {}", allowance.from.full(zone))
}
