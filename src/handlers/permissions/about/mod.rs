//! The explanation of a member's permission, in words.

mod links;
mod text;

use crate::auth::actor::Actor;
use crate::authz::decision::Reach;
use crate::authz::explain::{ExplanationStep, PermissionExplanation, StepEffect};
use crate::authz::permission::PermissionId;
use crate::common::id::MembershipId;
use crate::db::types::organization::UnitLabel;
use crate::handlers::permissions::labels;
use crate::handlers::permissions::queries::{MemberAssignment, MemberGroup};

/// The member that an answer is about.
#[derive(Debug, Clone)]
pub struct AboutMember {
    pub id: MembershipId,
    pub name: String,
    /// Whether it is the actor.
    pub you: bool,
    /// The label of their own role.
    pub title: String,
    /// The id of their own role, when it is a custom one.
    pub custom: Option<String>,
    pub groups: Vec<MemberGroup>,
    /// The company in question: its name and path.
    pub company: Option<(String, String)>,
    /// The assignment to that company.
    pub assignment: Option<MemberAssignment>,
    /// The groups that give the assignment.
    pub assignment_groups: Vec<String>,
    pub unit: UnitLabel,
    /// Why the membership is not active.
    pub state: String,
}

#[derive(Debug, Clone)]
pub struct AboutLine {
    /// "Role", "Group", …
    pub kind: &'static str,
    pub text: String,
    /// `success` when it gives the permission, `danger` when it removes it.
    pub tone: &'static str,
    /// Whether it is the one that decides.
    pub decides: bool,
    /// Where it can be changed: path and label.
    pub href: Option<(String, &'static str)>,
}

#[derive(Debug, Clone)]
pub struct AboutPermission {
    /// "Why can Noah Brandt edit Harbor Recovery’s settings?"
    pub question: String,
    /// "Yes", with the reach.
    pub verdict: String,
    pub yes: bool,
    pub lines: Vec<AboutLine>,
}

impl AboutMember {
    fn subject(&self) -> &str {
        if self.you { "you" } else { &self.name }
    }

    /// The whole answer. Links lead only to pages that the actor may view.
    pub fn tell(&self, actor: &Actor, permission: PermissionId, answer: &PermissionExplanation) -> AboutPermission {
        let company = self.company.as_ref().map(|(name, _)| name.as_str());
        let can = if answer.yes() { "can" } else { "can’t" };
        let doing = labels::verb(permission, self.unit, company);
        let decisive = answer.decisive();
        AboutPermission {
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

    fn lines(&self, actor: &Actor, step: &ExplanationStep, decides: bool) -> Vec<AboutLine> {
        let (kind, text) = self.text(step);
        let line = AboutLine {
            kind,
            text,
            tone: match step.effect {
                effect if effect.gives() => "success",
                effect if effect.takes() => "danger",
                _ => "",
            },
            decides,
            href: self.link(actor, step),
        };
        // The role and the policy for it are two links of the chain.
        let verb = match step.effect {
            StepEffect::ByPolicy => "allows it",
            StepEffect::OffByPolicy => "removes it",
            _ => return vec![line],
        };
        let role = AboutLine {
            tone: "",
            decides: false,
            text: match step.effect {
                StepEffect::ByPolicy => format!("{} doesn’t have it by default", self.holder(step)),
                _ => format!("{} has it by default, or can have it", self.holder(step)),
            },
            href: self.source_link(actor, step),
            ..line.clone()
        };
        let policy = AboutLine {
            kind: "Policy",
            text: format!("A policy of {} {verb} for this role", actor.organization_name),
            ..line
        };
        vec![role, policy]
    }
}
