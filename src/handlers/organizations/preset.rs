//! Presets of a new organization.

use crate::db::types::organization::{OrganizationType, UnitLabel};

crate::text_enum! {
    /// A type of organization together with a word for companies, which a new organization can begin with.
    pub enum OrganizationPreset {
        Agency = "agency",
        Teams = "teams",
        Simple = "simple",
        RollUp = "roll-up",
        Settings = "settings",
    }
}

impl OrganizationPreset {
    pub fn label(self) -> &'static str {
        match self {
            Self::Agency => "Agency: apps for each client",
            Self::Teams => "Teams: one workspace for each team",
            Self::Simple => "Simple: one business",
            Self::RollUp => "Roll-up: many companies, one view of all",
            Self::Settings => "Businesses: an agency that runs many small ones",
        }
    }

    pub fn gives(self) -> (OrganizationType, UnitLabel) {
        match self {
            Self::Agency => (OrganizationType::Partner, UnitLabel::App),
            Self::Teams => (OrganizationType::Enterprise, UnitLabel::Workspace),
            Self::Simple => (OrganizationType::Individual, UnitLabel::Business),
            Self::RollUp => (OrganizationType::Enterprise, UnitLabel::Company),
            Self::Settings => (OrganizationType::Partner, UnitLabel::Business),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_preset_gives_another_type_or_word() {
        let mut seen: Vec<_> = OrganizationPreset::ALL.iter().map(|preset| preset.gives()).collect();
        seen.dedup();
        assert_eq!(seen.len(), 5);
    }
}
