//! Everything that a member can and can't do, by area.

use crate::authz::permission::PermissionSet;
use crate::handlers::permissions::labels;
use crate::handlers::permissions::person::Subject;

pub struct Item {
    pub key: &'static str,
    pub label: String,
    pub reach: String,
    /// Where it comes from.
    pub source: String,
}

pub struct Section {
    pub label: String,
    pub items: Vec<Item>,
}

pub struct Sheet {
    pub can: Vec<Section>,
    pub cannot: Vec<Section>,
}

impl Sheet {
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
    let areas = set.by_area().into_iter();
    areas
        .map(|(area, permissions)| Section {
            label: labels::heading(area, unit),
            items: permissions
                .into_iter()
                .map(|permission| {
                    let answer = subject.answer(permission);
                    Item {
                        key: permission.key(),
                        label: labels::label(permission, unit),
                        reach: match &subject.about.company {
                            Some(_) => String::new(),
                            None => labels::reach(answer.reach, unit),
                        },
                        source: subject.about.source(&answer),
                    }
                })
                .collect(),
        })
        .collect()
}
