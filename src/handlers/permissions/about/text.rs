//! The steps in words.

use crate::authz::explain::{Answer, Effect, Link, Step};
use crate::handlers::permissions::about::About;

impl About {
    /// What gives the permission: "The role Editor", "The group Support (Editor)", "Manager of Harbor Recovery".
    pub(super) fn holder(&self, step: &Step) -> String {
        match step.link {
            Link::Role(_) => format!("The role {}", self.title),
            Link::Group(role) => {
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
            Link::Assignment(role) => match &self.company {
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
            Link::NoAssignment | Link::Override(_) | Link::ReadOnly | Link::OutOfForce => String::new(),
        }
    }

    pub(super) fn text(&self, step: &Step) -> (&'static str, String) {
        let whom = self.subject();
        let kind = match step.link {
            Link::Role(_) => "Role",
            Link::Group(_) => "Group",
            Link::Assignment(_) => "Assignment",
            Link::NoAssignment => {
                let name = self.company.as_ref().map_or("", |(name, _)| name.as_str());
                let are = if self.you { "You’re" } else { "They’re" };
                return ("Assignment", format!("{are} not assigned to {name}"));
            }
            Link::Override(on) => {
                let done = if on { "Allowed" } else { "Denied" };
                let text = match step.effect {
                    Effect::Denied => format!("Denied for {whom}. Takes priority over roles and groups"),
                    Effect::Without if on => {
                        format!("Allowed for {whom}, without effect: no role leaves it open")
                    }
                    Effect::Without => format!("Denied for {whom}, without effect: a role always has it"),
                    _ => format!("{done} for {whom}"),
                };
                return ("Override", text);
            }
            Link::ReadOnly => {
                let text = "The organization is pending deletion. Nothing in it can be changed";
                return ("State", text.into());
            }
            Link::OutOfForce => return ("State", self.state.clone()),
        };
        let does = match step.effect {
            Effect::Always => "always has it",
            Effect::Gives => "has it",
            Effect::InCompanies if matches!(step.link, Link::Assignment(_)) => "has it there",
            Effect::InCompanies => {
                let text = format!("{} has it in assigned {}", self.holder(step), self.unit.many());
                return (kind, text);
            }
            Effect::Open => "doesn’t have it, but an override can allow it",
            _ => "doesn’t have it",
        };
        (kind, format!("{} {does}", self.holder(step)))
    }

    /// Where a permission comes from, in short: "Role Editor".
    pub fn source(&self, answer: &Answer) -> String {
        let Some(step) = answer.decisive() else {
            return String::new();
        };
        match (step.link, step.effect) {
            (_, Effect::OffByPolicy) => "Removed by a policy".into(),
            (Link::Role(_), Effect::ByPolicy) => format!("{}, by a policy", self.title),
            (Link::Role(_), _) => self.title.clone(),
            (Link::Group(role), _) => {
                let group = self.groups.iter().find(|group| group.role == role);
                group.map_or_else(|| "A group".into(), |group| format!("Group {}", group.name))
            }
            (Link::Assignment(role), _) => match &self.company {
                Some((name, _)) => format!("{} in {name}", role.label()),
                None => format!("{} there", role.label()),
            },
            (Link::Override(true), _) => "Allowed by an override".into(),
            (Link::Override(false), _) => "Denied by an override".into(),
            (Link::ReadOnly, _) => "Pending deletion".into(),
            (Link::OutOfForce, _) => self.state.clone(),
            (Link::NoAssignment, _) => "Not assigned".into(),
        }
    }
}
