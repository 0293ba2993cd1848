//! A row of the list.

use std::collections::HashMap;

use crate::auth::actor::Actor;
use crate::common::id::MembershipId;
use crate::models::custom_role::CustomRole;
use crate::models::member_search::{AccessStatus, MemberRow};
use crate::services::members::bulk;

/// A row as the page shows it.
#[derive(Debug)]
pub struct MemberLine {
    pub row: MemberRow,
    pub href: String,
    pub role: String,
    pub you: bool,
    /// Badge and its tone, for members without access.
    pub out: Option<(&'static str, &'static str)>,
    pub companies: String,
    /// Whether the row can be selected for a bulk change.
    pub chosen: bool,
}

impl MemberLine {
    pub fn of(
        row: MemberRow,
        actor: &Actor,
        names: &HashMap<MembershipId, Vec<String>>,
        customs: &[CustomRole],
    ) -> Self {
        Self {
            href: format!("members/{}", row.id),
            you: row.id == actor.id,
            out: match row.access_status(actor.cx.now) {
                AccessStatus::Active | AccessStatus::Ending => None,
                status @ AccessStatus::Suspended => Some((status_label(status), "danger")),
                status @ AccessStatus::Ended => Some((status_label(status), "warning")),
            },
            companies: match (row.role.inherited(), names.get(&row.id)) {
                (Some(_), _) => format!("All {}", actor.unit.many()),
                (None, None) => "None".into(),
                (None, Some(names)) => first_two(names),
            },
            chosen: bulk::offers(actor, row.id, row.role),
            role: row.title(customs).to_owned(),
            row,
        }
    }

    pub fn badge(&self) -> &'static str {
        if self.you { "You" } else { "" }
    }
}

pub fn status_label(status: AccessStatus) -> &'static str {
    match status {
        AccessStatus::Active => "Active",
        AccessStatus::Ending => "Access ends soon",
        AccessStatus::Suspended => "Suspended",
        AccessStatus::Ended => "Access ended",
    }
}

fn first_two(names: &[String]) -> String {
    let text = names.iter().take(2).map(String::as_str).collect::<Vec<_>>().join(", ");
    if names.len() > 2 {
        format!("{text} +{}", names.len() - 2)
    } else {
        text
    }
}
