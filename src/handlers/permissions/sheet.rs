//! Everything that somebody can and cannot do, by area.

use crate::authz::area::Area;
use crate::authz::permission::PermissionSet;
use crate::db::types::organization::UnitLabel;
use crate::handlers::permissions::person::Subject;
use crate::handlers::permissions::words;

/// One permission.
pub struct Item {
    pub key: &'static str,
    pub label: String,
    /// How far it reaches.
    pub reach: String,
    /// Where it comes from.
    pub source: String,
}

/// An area with its permissions.
pub struct Section {
    pub label: String,
    pub items: Vec<Item>,
}

/// What somebody can do, and what not.
pub struct Sheet {
    /// What they can do.
    pub can: Vec<Section>,
    /// What they cannot do.
    pub cannot: Vec<Section>,
}

impl Sheet {
    /// Of somebody, in the whole organization or in the company to which was turned.
    pub fn of(subject: &Subject) -> Self {
        let held = PermissionSet::ALL
            .iter()
            .filter(|permission| subject.answer(*permission).yes());
        let held = PermissionSet::of(held);
        Self {
            can: sections(subject, held),
            cannot: sections(subject, PermissionSet::ALL.without(held)),
        }
    }
}

fn sections(subject: &Subject, set: PermissionSet) -> Vec<Section> {
    let unit = subject.about.unit;
    let areas = Area::split(set).into_iter();
    areas
        .map(|(area, permissions)| Section {
            label: heading(area, unit),
            items: permissions
                .into_iter()
                .map(|permission| {
                    let answer = subject.answer(permission);
                    Item {
                        key: permission.key(),
                        label: words::label(permission, unit),
                        reach: match &subject.about.company {
                            Some(_) => String::new(),
                            None => words::reach(answer.reach, unit),
                        },
                        source: subject.about.source(&answer),
                    }
                })
                .collect(),
        })
        .collect()
}

/// The heading of an area in the organization's own words.
pub fn heading(area: Area, unit: UnitLabel) -> String {
    area.label(unit.titles(), unit.one())
}
