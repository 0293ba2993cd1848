//! Answers in words.

use crate::auth::actor::Actor;
use crate::authz::decision::{AccessInputs, Reach};
use crate::authz::explain::{Answer, Effect, Link, Step};
use crate::authz::permission::Permission;
use crate::authz::permission::{ChangeRoles, ManageRoles, PermissionId, ViewAccess, ViewMembers};
use crate::authz::role::Role;
use crate::common::id::MembershipId;
use crate::db::types::organization::UnitLabel;
use crate::handlers::permissions::queries::{Group, Place};
use crate::models::access_request::Request;

/// A permission in the organization's own words.
pub fn label(permission: PermissionId, unit: UnitLabel) -> String {
    permission
        .label()
        .replace(" a company", &format!(" {}", unit.a()))
        .replace(" companies", &format!(" {}", unit.many()))
}

/// What a request asks for.
pub fn asked(request: &Request, unit: &UnitLabel) -> String {
    request
        .permission()
        .map_or_else(|| request.permission.clone(), |permission| label(permission, *unit))
}

/// A permission as something that somebody does, in one company: "edit Harbor Recovery’s settings".
fn verb(permission: PermissionId, unit: UnitLabel, company: Option<&str>) -> String {
    let text = match company {
        Some(name) if permission.label().contains(" a company") => permission.label().replace("a company", name),
        Some(name) => format!("{} in {name}", label(permission, unit)),
        None => label(permission, unit),
    };
    let mut letters = text.chars();
    let first = letters.next().map(|first| first.to_lowercase().to_string());
    first.unwrap_or_default() + letters.as_str()
}

/// Of whom an answer speaks, and what is known besides the grounds.
#[derive(Debug, Clone)]
pub struct About {
    pub id: MembershipId,
    pub name: String,
    /// Whether it is the reader.
    pub you: bool,
    /// The word for their own role.
    pub title: String,
    /// Whether their own role is one that the organization made, by its id.
    pub custom: Option<String>,
    pub groups: Vec<Group>,
    /// The company that is asked about: its name and path.
    pub company: Option<(String, String)>,
    /// The place in that company.
    pub place: Option<Place>,
    /// The groups that give the place.
    pub place_groups: Vec<String>,
    /// The organization's word for companies.
    pub unit: UnitLabel,
    /// Why the membership does not count.
    pub state: String,
}

/// A step in words.
#[derive(Debug, Clone)]
pub struct Line {
    /// Where it stands: "Role", "Group", …
    pub kind: &'static str,
    pub text: String,
    /// `success` when it gives the right, `danger` when it takes it, nothing otherwise.
    pub tone: &'static str,
    /// Whether it is the one that decides.
    pub decides: bool,
    /// Where it can be changed, with the words.
    pub href: Option<(String, &'static str)>,
}

/// The answer in words.
#[derive(Debug, Clone)]
pub struct Told {
    /// "Why can Noah Brandt edit Harbor Recovery’s settings?"
    pub question: String,
    /// "Yes", with how far.
    pub verdict: String,
    /// Whether the right is held.
    pub yes: bool,
    pub lines: Vec<Line>,
}

impl About {
    fn subject(&self) -> &str {
        if self.you { "you" } else { &self.name }
    }

    /// The whole answer. Links lead only where the reader may go.
    pub fn tell(&self, actor: &Actor, permission: PermissionId, answer: &Answer) -> Told {
        let company = self.company.as_ref().map(|(name, _)| name.as_str());
        let can = if answer.yes() { "can" } else { "can’t" };
        let doing = verb(permission, self.unit, company);
        let decisive = answer.decisive();
        Told {
            question: format!("Why {can} {} {doing}?", self.subject()),
            verdict: match answer.reach {
                Reach::Everywhere if company.is_some() => "Yes".into(),
                Reach::Everywhere => "Yes, in the whole organization".into(),
                Reach::OwnCompanies => format!("Yes, in assigned {}", self.unit.many()),
                Reach::Nowhere => "No".into(),
            },
            yes: answer.yes(),
            lines: answer
                .steps
                .iter()
                .flat_map(|step| self.lines(actor, step, decisive == Some(step)))
                .collect(),
        }
    }

    fn lines(&self, actor: &Actor, step: &Step, decides: bool) -> Vec<Line> {
        let (kind, text) = self.sentence(step);
        let line = Line {
            kind,
            text,
            tone: match step.effect {
                effect if effect.gives() => "success",
                effect if effect.takes() => "danger",
                _ => "",
            },
            decides,
            href: self.href(actor, step),
        };
        // The role and what the organization says of it are two links of the chain.
        let said = match step.effect {
            Effect::ByPolicy => "switches it on",
            Effect::OffByPolicy => "switches it off",
            _ => return vec![line],
        };
        let role = Line {
            tone: "",
            decides: false,
            text: match step.effect {
                Effect::ByPolicy => format!("{} does not have it by itself", self.holder(step)),
                _ => format!("{} would have it, or could be given it", self.holder(step)),
            },
            href: self.place_of(actor, step),
            ..line.clone()
        };
        let policy = Line {
            kind: "Policy",
            text: format!("A policy of {} {said} for this role", actor.organization_name),
            ..line
        };
        vec![role, policy]
    }

    /// Who or what gives the role: "The role Editor", "The group Support (Editor)", "Manager of Harbor Recovery".
    fn holder(&self, step: &Step) -> String {
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
                    let by = match (&self.place, self.place_groups.as_slice()) {
                        (Some(place), [_, ..]) if place.direct != Some(place.role) => {
                            format!(", by the group {}", self.place_groups.join(", "))
                        }
                        (Some(place), _) => format!(", {}", place.origin.label().to_lowercase()),
                        _ => String::new(),
                    };
                    format!("The role {} in {name}{by},", role.label())
                }
                None => format!("The role {} in some {}", role.label(), self.unit.many()),
            },
            Link::NoAssignment | Link::Override(_) | Link::ReadOnly | Link::OutOfForce => String::new(),
        }
    }

    fn sentence(&self, step: &Step) -> (&'static str, String) {
        let whom = self.subject();
        let kind = match step.link {
            Link::Role(_) => "Role",
            Link::Group(_) => "Group",
            Link::Assignment(_) => "Assignment",
            Link::NoAssignment => {
                let name = self.company.as_ref().map_or("", |(name, _)| name.as_str());
                let are = if self.you { "You are" } else { "Is" };
                return ("Assignment", format!("{are} not assigned to {name}"));
            }
            Link::Override(on) => {
                let done = if on { "on" } else { "off" };
                let text = match step.effect {
                    Effect::Denied => format!("Switched off for {whom}. This wins over what roles give"),
                    Effect::Without if on => {
                        format!("Switched on for {whom}, without effect: no role leaves it open")
                    }
                    Effect::Without => format!("Switched off for {whom}, without effect: a role has it always"),
                    _ => format!("Switched {done} for {whom}"),
                };
                return ("Override", text);
            }
            Link::ReadOnly => {
                let text = "The organization waits for its deletion. Until then nothing in it can be changed";
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
            Effect::Open => "does not have it. It can be switched on",
            _ => "does not have it",
        };
        (kind, format!("{} {does}", self.holder(step)))
    }

    fn href(&self, actor: &Actor, step: &Step) -> Option<(String, &'static str)> {
        let may = |permission| actor.permissions.reach(permission) == Reach::Everywhere;
        match step.effect {
            Effect::ByPolicy | Effect::OffByPolicy => {
                may(ManageRoles::ID).then(|| (actor.path("/settings/roles"), "Policies"))
            }
            _ => self.place_of(actor, step),
        }
    }

    fn place_of(&self, actor: &Actor, step: &Step) -> Option<(String, &'static str)> {
        let may = |permission| actor.permissions.reach(permission) == Reach::Everywhere;
        let profile = actor.path(&format!("/members/{}", self.id));
        match step.link {
            Link::Role(_) => match &self.custom {
                Some(id) if may(ManageRoles::ID) => Some((actor.path(&format!("/settings/roles/{id}")), "Role")),
                _ => (may(ViewMembers::ID) && may(ChangeRoles::ID)).then_some((profile, "Change role")),
            },
            Link::Group(role) => {
                let mut groups = self.groups.iter().filter(|group| group.role == role);
                let group = groups.next().filter(|_| may(ViewAccess::ID))?;
                Some((actor.path(&format!("/access/groups/{}", group.id)), "Group"))
            }
            Link::Assignment(_) | Link::NoAssignment => match &self.company {
                Some((_, path)) if may(ViewMembers::ID) => Some((path.clone(), "Open")),
                _ => may(ViewMembers::ID).then_some((profile, "Assignments")),
            },
            Link::Override(_) => (may(ManageRoles::ID) && !self.you)
                .then(|| (actor.path(&format!("/members/{}/overrides", self.id)), "Overrides")),
            Link::OutOfForce => may(ViewMembers::ID).then_some((profile, "Profile")),
            Link::ReadOnly => None,
        }
    }

    /// Where a right comes from, in few words: "Role Editor".
    pub fn source(&self, answer: &Answer) -> String {
        let Some(step) = answer.decisive() else {
            return String::new();
        };
        match (step.link, step.effect) {
            (_, Effect::OffByPolicy) => "Switched off by a policy".into(),
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
            (Link::Override(true), _) => "Switched on for this person".into(),
            (Link::Override(false), _) => "Switched off for this person".into(),
            (Link::ReadOnly, _) => "Waits for deletion".into(),
            (Link::OutOfForce, _) => self.state.clone(),
            (Link::NoAssignment, _) => "Not assigned".into(),
        }
    }
}

/// How far a right reaches, in few words.
pub fn reach(reach: Reach, unit: UnitLabel) -> String {
    match reach {
        Reach::Everywhere => "Everywhere".into(),
        Reach::OwnCompanies => format!("In assigned {}", unit.many()),
        Reach::Nowhere => "No".into(),
    }
}

/// Whether somebody with these grounds works in every company by their role.
pub fn inherits(inputs: &AccessInputs) -> Option<Role> {
    Some(inputs.role()).filter(|role| role.inherited().is_some())
}
