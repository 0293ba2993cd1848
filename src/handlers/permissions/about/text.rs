//! The steps in words.

use crate::authz::explain::{ExplanationStep, PermissionExplanation, StepEffect, StepSubject};
use crate::handlers::permissions::about::AboutMember;

impl AboutMember {
    /// What gives the permission: "The role Editor", "The group Support (Editor)", "Manager of Harbor Recovery".
    pub(super) fn holder(&self, step: &ExplanationStep) -> String {
        match step.link {
            StepSubject::Role(_) => format!("The role {}", self.title),
            StepSubject::Group(role) => {
                let names: Vec<&str> = self
                    .groups
                    .iter()
                    .filter(|group| group.role == role)
                    .map(|group| group.name.as_str())
                    .collect();
                match names.as_slice() {
                    [] => format!("A group that gives {}", role.label()),
                    [one] => format!("The group {one}, which gives {},", role.label()),
                    several => format!("The groups {}, which give {},", several.join(", "), role.label()),
                }
            }
            StepSubject::Assignment(role) => match &self.company {
                Some((name, _)) => {
                    let by = match (&self.assignment, self.assignment_groups.as_slice()) {
                        (Some(assignment), [_, ..]) if assignment.direct_role != Some(assignment.role) => {
                            format!(", by the group {}", self.assignment_groups.join(", "))
                        }
                        (Some(assignment), _) => format!(", {}", assignment.origin.label().to_lowercase()),
                        _ => String::new(),
                    };
                    format!("The role {} in {name}{by},", role.label())
                }
                None => format!("The role {} in some {}", role.label(), self.unit.many()),
            },
            StepSubject::NoAssignment | StepSubject::Override(_) | StepSubject::ReadOnly | StepSubject::OutOfForce => {
                String::new()
            }
        }
    }

    pub(super) fn text(&self, step: &ExplanationStep) -> (&'static str, String) {
        let whom = self.subject();
        let kind = match step.link {
            StepSubject::Role(_) => "Role",
            StepSubject::Group(_) => "Group",
            StepSubject::Assignment(_) => "Assignment",
            StepSubject::NoAssignment => {
                let name = self.company.as_ref().map_or("", |(name, _)| name.as_str());
                let are = if self.you { "You’re" } else { "They’re" };
                return ("Assignment", format!("{are} not assigned to {name}"));
            }
            StepSubject::Override(on) => {
                let done = if on { "Allowed" } else { "Denied" };
                let text = match step.effect {
                    StepEffect::Denied => format!("Denied for {whom}. Takes priority over roles and groups"),
                    StepEffect::Without if on => {
                        format!("Allowed for {whom}, without effect: no role leaves it open")
                    }
                    StepEffect::Without => format!("Denied for {whom}, without effect: a role always has it"),
                    _ => format!("{done} for {whom}"),
                };
                return ("Override", text);
            }
            StepSubject::ReadOnly => {
                let text = "The organization is pending deletion. Nothing in it can be changed";
                return ("State", text.into());
            }
            StepSubject::OutOfForce => return ("State", self.state.clone()),
        };
        let does = match step.effect {
            StepEffect::Always => "always has it",
            StepEffect::Gives => "has it",
            StepEffect::InCompanies if matches!(step.link, StepSubject::Assignment(_)) => "has it there",
            StepEffect::InCompanies => {
                let text = format!("{} has it in assigned {}", self.holder(step), self.unit.many());
                return (kind, text);
            }
            StepEffect::Open => "doesn’t have it, but an override can allow it",
            _ => "doesn’t have it",
        };
        (kind, format!("{} {does}", self.holder(step)))
    }

    /// Where a permission comes from, in short: "Role Editor".
    pub fn source(&self, answer: &PermissionExplanation) -> String {
        let Some(step) = answer.decisive() else {
            return String::new();
        };
        match (step.link, step.effect) {
            (_, StepEffect::OffByPolicy) => "Removed by a policy".into(),
            (StepSubject::Role(_), StepEffect::ByPolicy) => format!("{}, by a policy", self.title),
            (StepSubject::Role(_), _) => self.title.clone(),
            (StepSubject::Group(role), _) => {
                let group = self.groups.iter().find(|group| group.role == role);
                group.map_or_else(|| "A group".into(), |group| format!("Group {}", group.name))
            }
            (StepSubject::Assignment(role), _) => match &self.company {
                Some((name, _)) => format!("{} in {name}", role.label()),
                None => format!("{} there", role.label()),
            },
            (StepSubject::Override(true), _) => "Allowed by an override".into(),
            (StepSubject::Override(false), _) => "Denied by an override".into(),
            (StepSubject::ReadOnly, _) => "Pending deletion".into(),
            (StepSubject::OutOfForce, _) => self.state.clone(),
            (StepSubject::NoAssignment, _) => "Not assigned".into(),
        }
    }
}
