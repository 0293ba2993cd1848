//! The cells of the matrix: the current role, where it comes from, and the roles to choose from.

use std::collections::HashMap;

use crate::auth::actor::Actor;
use crate::authz::permission::{AssignCompanies, Permission};
use crate::authz::role::CompanyRole;
use crate::common::id::{CompanyId, MembershipId};
use crate::handlers::access::matrix::MatrixInput;
use crate::handlers::access::messages;
use crate::handlers::access::queries::{GroupGrants, ListedAssignment, MemberGrants};
use crate::models::company_choice::CompanyChoice;
use crate::models::member_search::MemberRow;
use crate::services::access_matrix::CellKey;
use crate::services::assignments;
use crate::services::assignments::AssignmentCheck;
use crate::services::members::role::Title;
use crate::services::members::rules;
use crate::services::members::rules::{ActorRank, MemberTarget};

#[derive(Debug)]
pub struct RoleOption {
    pub value: String,
    pub label: String,
    pub chosen: bool,
}

/// The role in a company or in the organization.
#[derive(Debug)]
pub struct MatrixCell {
    /// The control's name: `r-3`, `c-3-0`.
    pub name: String,
    /// Empty when the actor can't change it.
    pub options: Vec<RoleOption>,
    /// The effective role, when it can't be changed.
    pub text: String,
    /// Where it comes from, when it is not the member's own.
    pub note: String,
    /// Why it was not saved.
    pub fault: Option<String>,
    /// Whether the form changes it.
    pub changed: bool,
}

impl MatrixCell {
    /// What the member has by their groups, when it is too long for its column.
    pub fn cut(&self) -> Option<&str> {
        let without = self.options.first().filter(|option| option.value.is_empty())?;
        (without.label.chars().count() > 16).then_some(without.label.as_str())
    }
}

#[derive(Debug)]
pub struct MatrixLine {
    pub id: MembershipId,
    pub name: String,
    pub email: String,
    /// What the cells were, so that a change by someone else is noticed.
    pub shown: String,
    pub picked: bool,
    pub role: MatrixCell,
    pub cells: Vec<MatrixCell>,
}

/// What every cell needs.
pub struct MatrixReader<'a> {
    pub actor: &'a Actor,
    pub rank: ActorRank,
    pub titles: Vec<Title>,
    /// The companies that the actor manages by assignment.
    pub own: Vec<CompanyId>,
    pub grants: HashMap<MembershipId, MemberGrants>,
    pub assignments: HashMap<MembershipId, Vec<ListedAssignment>>,
    pub groups: GroupGrants,
    pub sent: &'a MatrixInput,
}

impl MatrixReader<'_> {
    pub fn line(&self, at: usize, row: &MemberRow, columns: &[CompanyChoice]) -> Option<MatrixLine> {
        let grants = self.grants.get(&row.id)?;
        let own = grants
            .custom_role
            .map_or_else(|| grants.direct_role.to_string(), |custom| custom.to_string());
        let mut shown = vec![own.clone()];
        let mut cells = Vec::with_capacity(columns.len());
        for (column, company) in columns.iter().enumerate() {
            let assignment = self.assignments.get(&row.id).into_iter().flatten();
            let assignment = assignment
                .into_iter()
                .find(|assignment| assignment.company == company.id);
            let direct = assignment.and_then(|assignment| assignment.direct_role);
            shown.push(direct.map(|role| role.to_string()).unwrap_or_default());
            cells.push(self.cell(format!("c-{at}-{column}"), row, company, assignment));
        }
        Some(MatrixLine {
            id: row.id,
            name: row.name.clone(),
            email: row.email.clone(),
            shown: shown.join(","),
            picked: self.sent.picked.contains(&row.id),
            role: self.title(format!("r-{at}"), row, grants, &own),
            cells,
        })
    }

    fn title(&self, name: String, row: &MemberRow, grants: &MemberGrants, own: &str) -> MatrixCell {
        let target = MemberTarget {
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
            .filter(|title| title.value() == own || rules::may_give(&self.rank, &target, title.grant()))
            .collect();
        let by_group = (grants.direct_role != row.role).then(|| self.groups.role(row.id, row.role));
        let key = (row.id, None);
        let chosen = self.sent.chosen.get(&key).map_or(own, String::as_str);
        // A single option is the current role.
        let options = if offered.len() > 1 {
            let option = |title: &&Title| RoleOption {
                value: title.value(),
                label: title.label().to_owned(),
                chosen: title.value() == chosen,
            };
            offered.iter().map(option).collect()
        } else {
            Vec::new()
        };
        MatrixCell {
            options,
            text: label_of(own),
            note: match by_group.flatten() {
                Some(group) => format!("{} by group {group}", row.role.label()),
                None => String::new(),
            },
            fault: self.fault(key),
            changed: chosen != own,
            name,
        }
    }

    fn cell(
        &self,
        name: String,
        row: &MemberRow,
        company: &CompanyChoice,
        assignment: Option<&ListedAssignment>,
    ) -> MatrixCell {
        let direct = assignment.and_then(|assignment| assignment.direct_role);
        let by_role = row.role.inherited();
        let by_group = assignment
            .filter(|assignment| assignment.by_group())
            .map(|assignment| assignment.role);
        let group = self.groups.in_company(row.id, company.id).map(|(_, name)| name);
        // What gives a role besides the member's own, and why.
        let beside = match (by_role, by_group) {
            (Some(role), group) if group.is_none_or(|group| role <= group) => Some((role, "by role".to_owned())),
            (_, Some(role)) => Some((role, group.map_or("by group".into(), |name| format!("by group {name}")))),
            (_, None) => None,
        };
        let check = AssignmentCheck::of(self.actor, AssignCompanies::ID, row.id, row.role);
        let (own, present) = (
            self.own.contains(&company.id),
            assignment.map(|assignment| assignment.role),
        );
        let useless = by_role == Some(CompanyRole::Manager) && direct.is_none();
        let open = !useless && check.give(own, present, CompanyRole::Viewer).is_ok();
        let key = (row.id, Some(company.id));
        let current = direct.map(|role| role.to_string()).unwrap_or_default();
        let chosen = self.sent.chosen.get(&key).cloned().unwrap_or_else(|| current.clone());
        // What the member has without a role of their own.
        let without = beside.as_ref().map(|(role, why)| format!("{} {why}", role.label()));
        let mut options = Vec::new();
        if open {
            options.push(RoleOption {
                chosen: chosen.is_empty(),
                value: String::new(),
                label: without.clone().unwrap_or_else(|| "–".into()),
            });
            let roles = assignments::grantable(self.actor.permissions.reach(AssignCompanies::ID));
            options.extend(roles.iter().rev().map(|role| RoleOption {
                value: role.to_string(),
                label: role.label().to_owned(),
                chosen: role.as_str() == chosen,
            }));
        }
        MatrixCell {
            text: match direct {
                Some(role) => role.label().to_owned(),
                None => without.clone().unwrap_or_else(|| "–".into()),
            },
            note: direct.and(without).unwrap_or_default(),
            fault: self.fault(key),
            changed: open && chosen != current,
            options,
            name,
        }
    }

    fn fault(&self, key: CellKey) -> Option<String> {
        let fault = self.sent.faults.iter().find(|fault| fault.cell == key);
        fault.map(|fault| messages::fault(&fault.reason, self.actor.unit))
    }
}
