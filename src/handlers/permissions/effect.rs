//! What a change of someone's access gives them and takes from them, permission by permission.

use crate::authz::decision::{AccessInputs, Reach};
use crate::authz::permission::PermissionSet;
use crate::authz::role::CompanyRole;
use crate::db::types::organization::UnitLabel;
use crate::handlers::permissions::labels;

pub struct PermissionChange {
    pub label: String,
    pub was: String,
    pub is: String,
}

pub struct PermissionSection {
    pub label: String,
    pub changes: Vec<PermissionChange>,
}

/// What `permissions/_effect.html` shows.
pub struct PermissionEffect {
    /// "Leon Fischer", "You".
    who: String,
    you: bool,
    unit: UnitLabel,
    pub gained: Vec<PermissionSection>,
    pub lost: Vec<PermissionSection>,
    /// The role in every company, before and after.
    inherited: Option<CompanyRole>,
    inherits: Option<CompanyRole>,
}

impl PermissionEffect {
    pub fn of(who: &str, you: bool, before: &AccessInputs, after: &AccessInputs, unit: UnitLabel) -> Self {
        Self {
            who: if you { "You".to_owned() } else { who.to_owned() },
            you,
            unit,
            gained: sections(before, after, true, unit),
            lost: sections(before, after, false, unit),
            inherited: before.role().inherited(),
            inherits: after.role().inherited(),
        }
    }

    pub fn gains(&self) -> String {
        format!("{} {}", self.who, if self.you { "gain" } else { "gains" })
    }

    pub fn loses(&self) -> String {
        format!("{} {}", self.who, if self.you { "lose" } else { "loses" })
    }

    /// Whether access to every company begins.
    pub fn begins_everywhere(&self) -> bool {
        self.inherits.is_some() && self.inherits != self.inherited
    }

    /// Whether access to every company ends.
    pub fn ends_everywhere(&self) -> bool {
        self.inherits.is_none() && self.inherited.is_some()
    }

    pub fn everywhere(&self) -> String {
        let word = self.inherits.map_or("", CompanyRole::label);
        format!(
            "{word} of all {}, including future ones, without assignments.",
            self.unit.many()
        )
    }

    pub fn assigned(&self) -> String {
        format!("The current role gives access to all {}.", self.unit.many())
    }

    /// Every changed permission in words, to compare two plans.
    pub fn words(&self) -> String {
        let sections = self.gained.iter().chain(&self.lost);
        let changes = sections.flat_map(|section| &section.changes);
        let words: Vec<String> = changes
            .map(|change| format!("{}:{}:{}", change.label, change.was, change.is))
            .collect();
        words.join(";")
    }
}

fn sections(before: &AccessInputs, after: &AccessInputs, gained: bool, unit: UnitLabel) -> Vec<PermissionSection> {
    let (was, is) = (before.permissions(), after.permissions());
    let width = |reach| match reach {
        Reach::Everywhere => 2,
        Reach::OwnCompanies => 1,
        Reach::Nowhere => 0,
    };
    let differs = PermissionSet::ALL.iter().filter(|permission| {
        let (was, is) = (width(was.reach(*permission)), width(is.reach(*permission)));
        if gained { is > was } else { is < was }
    });
    PermissionSet::of(differs)
        .by_area()
        .into_iter()
        .map(|(area, permissions)| PermissionSection {
            label: labels::heading(area, unit),
            changes: permissions
                .into_iter()
                .map(|permission| PermissionChange {
                    label: labels::label(permission, unit),
                    was: labels::reach(was.reach(permission), unit),
                    is: labels::reach(is.reach(permission), unit),
                })
                .collect(),
        })
        .collect()
}
