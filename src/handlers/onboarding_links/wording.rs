//! The words for links and for what went wrong with requests to join.

use crate::db::types::organization::UnitLabel;
use crate::models::onboarding_link::{LinkPurpose, OnboardingLink};
use crate::services::onboarding_links::decide::DecisionError;
use crate::services::onboarding_links::status::LinkStatus;

pub fn label(status: LinkStatus) -> &'static str {
    match status {
        LinkStatus::Open => "Active",
        LinkStatus::Paused => "Paused",
        LinkStatus::Expired => "Expired",
        LinkStatus::UsedUp => "Used up",
        LinkStatus::Disabled => "Disabled",
        LinkStatus::Closed => "Closed",
        LinkStatus::Replaced => "Replaced",
    }
}

/// The color of the badge.
pub fn tone(status: LinkStatus) -> &'static str {
    match status {
        LinkStatus::Open => "success",
        LinkStatus::Paused => "warning",
        _ => "",
    }
}

/// "Member, Manager of the new client", "Viewer", "Member, Editor in 3 clients".
pub fn access(link: &OnboardingLink, unit: UnitLabel) -> String {
    let (role, company) = (link.role.label(), link.company_role.label());
    let count = i64::try_from(link.companies().len()).unwrap_or_default();
    match link.purpose {
        LinkPurpose::NewCompany => format!("{role}, {company} of the new {}", unit.one()),
        LinkPurpose::Join if count == 0 => role.to_owned(),
        LinkPurpose::Join => format!("{role}, {company} in {}", unit.count(&count)),
    }
}

/// "After approval, for addresses at acme.com".
pub fn audience(link: &OnboardingLink) -> String {
    let how = if link.approval {
        "After approval"
    } else {
        "Without approval"
    };
    match link.domains().as_slice() {
        [] => how.to_owned(),
        [only] => format!("{how}, for addresses at {only}"),
        [first, more @ ..] => format!("{how}, for addresses at {first} and {} more", more.len()),
    }
}

pub fn decision_error(error: &DecisionError, unit: UnitLabel) -> String {
    match error {
        DecisionError::Answered => "This request was answered or withdrawn already".into(),
        DecisionError::RoleNotAllowed(role) => format!(
            "You don’t have permission to add people as {}. Ask a member who has it",
            role.label()
        ),
        DecisionError::CompanyNotAllowed => format!(
            "You don’t have permission to create {}, and the link is paused. Ask a member who has it",
            unit.many()
        ),
        DecisionError::EmailNotAllowed { email } => {
            format!("The link is not for {email}. Decline the request or change the link")
        }
        DecisionError::Suspended { name } => format!("{name} is suspended. Restore their access instead"),
        DecisionError::AlreadyMember { name } => format!("{name} is a member already. Decline the request"),
        DecisionError::UsedUp => "The link reached its maximum uses. Raise the limit first".into(),
        DecisionError::NoCompanyName { name } => {
            format!("{name} entered no name for the {}. Decline the request", unit.one())
        }
        DecisionError::Failed(_) => "Try again".into(),
    }
}
