//! The chain, step by step.

use crate::authz::decision::{Overrides, RoleGrant};
use crate::authz::explain::{ExplanationStep, StepEffect, StepSubject};
use crate::authz::permission::{CONSOLE, DELEGABLE, PermissionId, RoleColumn};
use crate::authz::role::CompanyRole;

/// What the steps say so far.
#[expect(clippy::struct_excessive_bools, reason = "each is one thing that a step can say")]
#[derive(Default)]
pub(super) struct ExplanationChain {
    pub(super) everywhere: bool,
    pub(super) own: bool,
    /// An override can allow it in the whole organization, or in own companies.
    open: bool,
    open_own: bool,
    /// No override can deny it.
    fixed: bool,
    pub(super) steps: Vec<ExplanationStep>,
}

impl ExplanationChain {
    pub(super) fn role(&mut self, grant: RoleGrant, permission: PermissionId, policy: Overrides, link: StepSubject) {
        let column = RoleColumn::Organization(grant.role);
        let in_companies = column.marks().own.has(permission);
        let effect = if let Some(set) = grant.custom {
            if CONSOLE.implied().has(permission) {
                StepEffect::Always
            } else if set.has(permission) {
                StepEffect::Gives
            } else if in_companies {
                StepEffect::InCompanies
            } else if DELEGABLE.has(permission) {
                StepEffect::Open
            } else {
                StepEffect::Never
            }
        } else {
            mark(permission.mark(column), policy.effect(permission))
        };
        self.everywhere |= effect.gives() && effect != StepEffect::InCompanies;
        self.own |= in_companies;
        self.fixed |= effect == StepEffect::Always;
        self.open |= match grant.custom {
            Some(set) => DELEGABLE.has(permission) && !set.has(permission),
            None => matches!(effect, StepEffect::Gives | StepEffect::ByPolicy | StepEffect::Open),
        };
        self.steps.push(ExplanationStep { link, effect });
    }

    pub(super) fn assignment(&mut self, role: CompanyRole, permission: PermissionId, policy: Overrides) {
        let effect = match mark(permission.mark(RoleColumn::Company(role)), policy.effect(permission)) {
            StepEffect::Always => StepEffect::InCompanies,
            effect => effect,
        };
        self.own |= effect.gives();
        self.open_own |= matches!(effect, StepEffect::Gives | StepEffect::ByPolicy | StepEffect::Open);
        self.steps.push(ExplanationStep {
            link: StepSubject::Assignment(role),
            effect,
        });
    }

    pub(super) fn overridden(&mut self, effect: Option<bool>) {
        let Some(on) = effect else { return };
        let effect = match on {
            true if self.open || self.open_own => {
                self.everywhere |= self.open;
                self.own |= self.open_own;
                StepEffect::Allowed
            }
            false if !self.fixed => {
                (self.everywhere, self.own) = (false, false);
                StepEffect::Denied
            }
            _ => StepEffect::Without,
        };
        self.steps.push(ExplanationStep {
            link: StepSubject::Override(on),
            effect,
        });
    }

    pub(super) fn stop(&mut self, link: StepSubject) {
        (self.everywhere, self.own) = (false, false);
        self.steps.push(ExplanationStep {
            link,
            effect: StepEffect::Stops,
        });
    }
}

/// What a mark of the table gives under a policy.
fn mark(mark: char, policy: Option<bool>) -> StepEffect {
    match (mark, policy) {
        ('●', _) => StepEffect::Always,
        ('◑' | '◐', Some(false)) => StepEffect::OffByPolicy,
        ('◐', Some(true)) => StepEffect::ByPolicy,
        ('◑', _) => StepEffect::Gives,
        ('◐', None) => StepEffect::Open,
        ('o', _) => StepEffect::InCompanies,
        _ => StepEffect::Never,
    }
}
