//! Permissions in groups, for pages that list them.

/// A group of permissions. Each row of the permission table names its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Area {
    /// The organization itself.
    Organization,
    /// Overview and reporting.
    Reporting,
    /// Creating and archiving companies.
    Companies,
    /// Members and their access.
    People,
    /// Money.
    Billing,
    /// Keys, webhooks, integrations.
    Developers,
    /// Security, privacy and the audit log.
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

    /// The heading. `titles` is the organization's word for companies, capitalized; `a_company` the word for one with its article.
    pub fn label(self, titles: &str, a_company: &str) -> String {
        match self {
            Self::Organization => "Organization".into(),
            Self::Reporting => "Overview and reporting".into(),
            Self::Companies => titles.to_owned(),
            Self::People => "People and access".into(),
            Self::Billing => "Billing".into(),
            Self::Developers => "Developers".into(),
            Self::Security => "Security and privacy".into(),
            Self::Company => format!("Work in {a_company}"),
        }
    }
}
