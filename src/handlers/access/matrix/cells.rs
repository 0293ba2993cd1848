//! The cells of the matrix: what counts at a crossing, why, and what may be chosen there.

use std::collections::HashMap;

use crate::auth::actor::Actor;
use crate::authz::permission::{AssignCompanies, Permission};
use crate::authz::role::CompanyRole;
use crate::common::id::{CompanyId, MembershipId};
use crate::handlers::access::matrix::Sent;
use crate::handlers::access::queries::{GrantFacts, Inherited, Place as Held};
use crate::models::company_choice::CompanyChoice;
use crate::models::member_search::MemberRow;
use crate::services::assignments;
use crate::services::assignments::AssignmentCheck;
use crate::services::members::access_matrix::CellKey;
use crate::services::members::role::Title;
use crate::services::members::rules;
use crate::services::members::rules::{ActorRank, Target};

/// A form's value with its word, and whether it is chosen.
#[derive(Debug)]
pub struct Choosable {
    pub value: String,
    pub label: String,
    pub chosen: bool,
}

/// One crossing, or the role in the organization.
#[derive(Debug)]
pub struct Cell {
    /// The control's name: `r-3`, `c-3-0`.
    pub name: String,
    /// For whom and where, for who hears the page.
    pub label: String,
    /// What can be chosen; nothing where the reader may change nothing.
    pub options: Vec<Choosable>,
    /// What counts, where nothing can be chosen.
    pub text: String,
    /// Where it comes from, when it is not the person's own.
    pub note: String,
    /// Why it was not saved.
    pub fault: Option<String>,
    /// Whether it differs from what stands.
    pub changed: bool,
}

/// A person with all cells of the page.
#[derive(Debug)]
pub struct Line {
    pub id: MembershipId,
    pub name: String,
    pub email: String,
    /// What stands in the person's cells, so that a change by somebody else in between is seen.
    pub shown: String,
    pub picked: bool,
    pub role: Cell,
    pub cells: Vec<Cell>,
}

/// What is the same for every cell.
pub struct Reader<'a> {
    pub actor: &'a Actor,
    pub rank: ActorRank,
    pub titles: Vec<Title>,
    /// The companies that the reader manages by assignment.
    pub own: Vec<CompanyId>,
    pub facts: HashMap<MembershipId, GrantFacts>,
    pub places: HashMap<MembershipId, Vec<Held>>,
    pub inherited: Inherited,
    pub sent: &'a Sent,
}

impl Reader<'_> {
    /// The cells of a person.
    pub fn line(&self, at: usize, row: &MemberRow, columns: &[CompanyChoice]) -> Option<Line> {
        let facts = self.facts.get(&row.id)?;
        let own = facts
            .custom_role
            .map_or_else(|| facts.direct_role.to_string(), |custom| custom.to_string());
        let mut shown = vec![own.clone()];
        let mut cells = Vec::with_capacity(columns.len());
        for (column, company) in columns.iter().enumerate() {
            let held = self.places.get(&row.id).into_iter().flatten();
            let held = held.into_iter().find(|held| held.company == company.id);
            let direct = held.and_then(|held| held.direct);
            shown.push(direct.map(|role| role.to_string()).unwrap_or_default());
            cells.push(self.cell(format!("c-{at}-{column}"), row, company, held));
        }
        Some(Line {
            id: row.id,
            name: row.name.clone(),
            email: row.email.clone(),
            shown: shown.join(","),
            picked: self.sent.picked.contains(&row.id),
            role: self.title(format!("r-{at}"), row, facts, &own),
            cells,
        })
    }

    fn title(&self, name: String, row: &MemberRow, facts: &GrantFacts, own: &str) -> Cell {
        let target = Target {
            id: row.id,
            role: row.role,
            access_until: row.access_until,
        };
        let label_of = |value: &str| {
            let title = self.titles.iter().find(|title| title.value() == value);
            title.map_or_else(|| value.to_owned(), |title| title.label().to_owned())
        };
        let offered: Vec<&Title> = self
            .titles
            .iter()
            .filter(|title| title.value() == own || rules::may_give(&self.rank, &target, title.held()))
            .collect();
        let by_group = (facts.direct_role != row.role).then(|| self.inherited.role(row.id, row.role));
        let spot = (row.id, None);
        let chosen = self.sent.chosen.get(&spot).map_or(own, String::as_str);
        // A single one is the present one: nothing can be chosen then.
        let options = if offered.len() > 1 {
            let option = |title: &&Title| Choosable {
                value: title.value(),
                label: title.label().to_owned(),
                chosen: title.value() == chosen,
            };
            offered.iter().map(option).collect()
        } else {
            Vec::new()
        };
        Cell {
            label: format!("Role of {} in the organization", row.name),
            options,
            text: label_of(own),
            note: match by_group.flatten() {
                Some(group) => format!("{} by group {group}", row.role.label()),
                None => String::new(),
            },
            fault: self.fault(spot),
            changed: chosen != own,
            name,
        }
    }

    fn cell(&self, name: String, row: &MemberRow, company: &CompanyChoice, held: Option<&Held>) -> Cell {
        let direct = held.and_then(|held| held.direct);
        let by_role = row.role.inherited();
        let by_group = held.filter(|held| held.by_group()).map(|held| held.role);
        let group = self.inherited.place(row.id, company.id).map(|(_, name)| name);
        // What counts besides the own role, and why.
        let beside = match (by_role, by_group) {
            (Some(role), group) if group.is_none_or(|group| role <= group) => Some((role, "by role".to_owned())),
            (_, Some(role)) => Some((role, group.map_or("by group".into(), |name| format!("by group {name}")))),
            (_, None) => None,
        };
        let attempt = AssignmentCheck::of(self.actor, AssignCompanies::ID, row.id, row.role);
        let (own, present) = (self.own.contains(&company.id), held.map(|held| held.role));
        let useless = by_role == Some(CompanyRole::Manager) && direct.is_none();
        let open = !useless && attempt.give(own, present, CompanyRole::Viewer).is_ok();
        let spot = (row.id, Some(company.id));
        let stands = direct.map(|role| role.to_string()).unwrap_or_default();
        let chosen = self.sent.chosen.get(&spot).cloned().unwrap_or_else(|| stands.clone());
        let mut options = Vec::new();
        if open {
            options.push(Choosable {
                chosen: chosen.is_empty(),
                value: String::new(),
                label: "–".into(),
            });
            let roles = assignments::grantable(self.actor.permissions.reach(AssignCompanies::ID));
            options.extend(roles.iter().rev().map(|role| Choosable {
                value: role.to_string(),
                label: role.label().to_owned(),
                chosen: role.as_str() == chosen,
            }));
        }
        let counts = match (&beside, direct) {
            (Some((role, _)), Some(direct)) => Some((*role).min(direct)),
            (Some((role, _)), None) => Some(*role),
            (None, direct) => direct,
        };
        Cell {
            label: format!("Role of {} in {}", row.name, company.name),
            text: counts.map_or("–", CompanyRole::label).into(),
            note: match beside {
                Some((role, why)) if open || direct.is_some() => format!("{} {why}", role.label()),
                Some((_, why)) => why,
                None => String::new(),
            },
            fault: self.fault(spot),
            changed: open && chosen != stands,
            options,
            name,
        }
    }

    fn fault(&self, spot: CellKey) -> Option<String> {
        let fault = self.sent.faults.iter().find(|fault| fault.spot == spot);
        fault.map(|fault| fault.sentence.clone())
    }
}
