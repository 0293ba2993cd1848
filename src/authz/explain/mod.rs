//! Why a member can or can't do something: the chain role → groups → assignment → override → policy → state, and the result.
//! It is computed step by step, apart from `decide`; a test compares the two.

mod chain;

use crate::authz::decision::{AccessInputs, Reach, RoleGrant};
use crate::authz::explain::chain::ExplanationChain;
use crate::authz::permission::{CONSOLE, PermissionId, RoleColumn};
use crate::authz::role::{CompanyRole, Role};

/// What a step is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StepSubject {
    /// The member's own role in the organization.
    Role(RoleGrant),
    /// The role that groups give.
    Group(Role),
    /// A role in a company.
    Assignment(CompanyRole),
    /// No role in the company that was asked for.
    NoAssignment,
    /// An override of the member.
    Override(bool),
    /// The organization is pending deletion.
    ReadOnly,
    /// The membership is not active.
    OutOfForce,
}

/// What a step does to the permission.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StepEffect {
    /// Gives it, and no override can deny it.
    Always,
    /// Gives it, unless an override denies it.
    Gives,
    /// Gives it by a policy for the role.
    ByPolicy,
    /// Would give it, but a policy removed it from the role.
    OffByPolicy,
    /// Does not give it, but an override can allow it.
    Open,
    /// Gives it in own companies.
    InCompanies,
    /// Does not give it, and no override can allow it.
    Never,
    /// Allowed by an override.
    Allowed,
    /// Denied by an override.
    Denied,
    /// An override without effect: no role leaves the permission open.
    Without,
    /// Stops everything.
    Stops,
}

impl StepEffect {
    /// Whether the step gives the permission.
    pub fn gives(self) -> bool {
        matches!(
            self,
            Self::Always | Self::Gives | Self::ByPolicy | Self::InCompanies | Self::Allowed
        )
    }

    /// Whether the step removes the permission.
    pub fn takes(self) -> bool {
        matches!(self, Self::OffByPolicy | Self::Denied | Self::Stops)
    }
}

/// One step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ExplanationStep {
    /// What it is about.
    pub link: StepSubject,
    /// What it does.
    pub effect: StepEffect,
}

/// The answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PermissionExplanation {
    /// How far the permission reaches; for a question about one company `Everywhere` or `Nowhere`.
    pub reach: Reach,
    /// The chain, in order.
    pub steps: Vec<ExplanationStep>,
}

impl PermissionExplanation {
    /// Whether the member has the permission.
    pub fn yes(&self) -> bool {
        self.reach != Reach::Nowhere
    }

    /// The step that decides: what gives the permission, or what stops it.
    pub fn decisive(&self) -> Option<&ExplanationStep> {
        if self.yes() {
            let widest = |step: &&ExplanationStep| step.effect.gives() && step.effect != StepEffect::InCompanies;
            self.steps
                .iter()
                .find(widest)
                .or_else(|| self.steps.iter().find(|step| step.effect.gives()))
        } else {
            self.steps.iter().rfind(|step| step.effect.takes())
        }
    }
}

/// Explains a permission: in general (`company` is `None`), or in one company, where the member has a role or none.
pub fn explain(
    inputs: &AccessInputs,
    permission: PermissionId,
    company: Option<Option<CompanyRole>>,
) -> PermissionExplanation {
    let mut chain = ExplanationChain::default();
    for (at, grant) in inputs.roles.iter().enumerate() {
        let link = if at == 0 {
            StepSubject::Role(*grant)
        } else {
            StepSubject::Group(grant.role)
        };
        chain.role(
            *grant,
            permission,
            inputs.policies.of(RoleColumn::Organization(grant.role)),
            link,
        );
    }
    let companies: Vec<CompanyRole> = match company {
        None => inputs.companies.clone(),
        Some(role) => role.into_iter().collect(),
    };
    for role in companies {
        chain.assignment(role, permission, inputs.policies.of(RoleColumn::Company(role)));
    }
    if company == Some(None) {
        chain.steps.push(ExplanationStep {
            link: StepSubject::NoAssignment,
            effect: StepEffect::Never,
        });
    }
    chain.overridden(inputs.overrides.effect(permission));
    // A role in one company also implies what every member has in the organization itself.
    chain.everywhere |= chain.own && CONSOLE.implied().has(permission);
    if inputs.read_only && !permission.only_reads() {
        chain.stop(StepSubject::ReadOnly);
    }
    if !inputs.in_force {
        chain.stop(StepSubject::OutOfForce);
    }
    let reach = match company {
        // Without an assignment no company is the member's own.
        Some(role) if chain.everywhere || (chain.own && role.is_some()) => Reach::Everywhere,
        None if chain.everywhere => Reach::Everywhere,
        None if chain.own => Reach::OwnCompanies,
        _ => Reach::Nowhere,
    };
    PermissionExplanation {
        reach,
        steps: chain.steps,
    }
}
