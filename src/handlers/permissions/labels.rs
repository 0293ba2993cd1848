//! Permissions in the organization's own words.

use crate::authz::area::Area;
use crate::authz::decision::Reach;
use crate::authz::permission::{PermissionId, PermissionSet};
use crate::db::types::organization::UnitLabel;

pub fn label(permission: PermissionId, unit: UnitLabel) -> String {
    permission.label_with(unit.a(), unit.many())
}

/// A permission as a verb, in one company: "edit Harbor Recovery’s settings".
pub fn verb(permission: PermissionId, unit: UnitLabel, company: Option<&str>) -> String {
    let text = match company {
        Some(name) if permission.label().contains(" a company") => permission.label().replace("a company", name),
        Some(name) => format!("{} in {name}", label(permission, unit)),
        None => label(permission, unit),
    };
    let mut characters = text.chars();
    let first = characters.next().map(|first| first.to_lowercase().to_string());
    first.unwrap_or_default() + characters.as_str()
}

pub fn heading(area: Area, unit: UnitLabel) -> String {
    area.label(unit.titles(), unit.a())
}

pub fn reach(reach: Reach, unit: UnitLabel) -> String {
    match reach {
        Reach::Everywhere => "Everywhere".into(),
        Reach::OwnCompanies => format!("In assigned {}", unit.many()),
        Reach::Nowhere => "No".into(),
    }
}

/// Permissions to choose from: the area, then key and label.
pub type PermissionChoices = Vec<(String, Vec<(&'static str, String)>)>;

/// The permissions to choose from, by area.
pub fn choices(unit: UnitLabel) -> PermissionChoices {
    PermissionSet::AVAILABLE
        .by_area()
        .into_iter()
        .map(|(area, permissions)| {
            let permissions = permissions
                .into_iter()
                .map(|permission| (permission.key(), label(permission, unit)));
            (heading(area, unit), permissions.collect())
        })
        .collect()
}
