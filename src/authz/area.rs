//! Permissions in groups, for whoever reads or picks them.

use crate::authz::permission::{PermissionId, PermissionSet};

/// A group of permissions that concern one thing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Area {
    /// The organization itself.
    Organization,
    /// Overview and reporting.
    Reporting,
    /// Which companies there are.
    Companies,
    /// People and what they may do.
    People,
    /// Money.
    Billing,
    /// Keys, webhooks, integrations.
    Developers,
    /// Security, privacy and the log.
    Security,
    /// Work in one company.
    Company,
}

impl Area {
    /// Every area, in the order of the table.
    pub const ALL: [Self; 8] = [
        Self::Organization,
        Self::Reporting,
        Self::Companies,
        Self::People,
        Self::Billing,
        Self::Developers,
        Self::Security,
        Self::Company,
    ];

    /// Where a permission belongs.
    pub fn of(permission: PermissionId) -> Self {
        match permission.key().split('.').next().unwrap_or_default() {
            "overview" | "reporting" => Self::Reporting,
            "company" | "onboarding" => Self::Companies,
            "members" | "access" | "requests" | "roles" => Self::People,
            "billing" | "budgets" | "wallet" => Self::Billing,
            "keys" | "webhooks" | "integrations" => Self::Developers,
            "security" | "notifications" | "privacy" | "audit" => Self::Security,
            "co" => Self::Company,
            _ => Self::Organization,
        }
    }

    /// The heading. `titles` is the organization's word for companies, in capitals; `one` the word for one.
    pub fn label(self, titles: &str, one: &str) -> String {
        match self {
            Self::Organization => "Organization".into(),
            Self::Reporting => "Overview and reporting".into(),
            Self::Companies => titles.to_owned(),
            Self::People => "People and access".into(),
            Self::Billing => "Billing".into(),
            Self::Developers => "Developers".into(),
            Self::Security => "Security and privacy".into(),
            Self::Company => format!("Work in a {one}"),
        }
    }

    /// The permissions of a set by area, areas without any left out.
    pub fn split(set: PermissionSet) -> Vec<(Self, Vec<PermissionId>)> {
        let permissions = |area| {
            set.iter()
                .filter(|permission| Self::of(*permission) == area)
                .collect::<Vec<_>>()
        };
        Self::ALL
            .into_iter()
            .map(|area| (area, permissions(area)))
            .filter(|(_, permissions)| !permissions.is_empty())
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_permission_stands_in_one_area() {
        let split = Area::split(PermissionSet::ALL);
        assert_eq!(split.len(), Area::ALL.len());
        assert_eq!(
            split.iter().map(|(_, permissions)| permissions.len()).sum::<usize>(),
            50
        );
    }
}
