//! Everything that a member can and can't do, by area.

use crate::authz::permission::PermissionSet;
use crate::handlers::permissions::labels;
use crate::handlers::permissions::person::PermissionSubject;

pub struct SheetItem {
    pub key: &'static str,
    pub label: String,
    pub reach: String,
    /// Where it comes from.
    pub source: String,
}

pub struct SheetSection {
    pub label: String,
    pub items: Vec<SheetItem>,
}

pub struct PermissionSheet {
    pub can: Vec<SheetSection>,
    pub cannot: Vec<SheetSection>,
}

impl PermissionSheet {
    pub fn of(subject: &PermissionSubject) -> Self {
        let has = PermissionSet::AVAILABLE
            .iter()
            .filter(|permission| subject.answer(*permission).yes());
        let has = PermissionSet::of(has);
        Self {
            can: sections(subject, has),
            cannot: sections(subject, PermissionSet::AVAILABLE.without(has)),
        }
    }
}

fn sections(subject: &PermissionSubject, set: PermissionSet) -> Vec<SheetSection> {
    let unit = subject.about.unit;
    let areas = set.by_area().into_iter();
    areas
        .map(|(area, permissions)| SheetSection {
            label: labels::heading(area, unit),
            items: permissions
                .into_iter()
                .map(|permission| {
                    let answer = subject.answer(permission);
                    SheetItem {
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
