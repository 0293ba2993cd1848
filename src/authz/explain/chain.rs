//! The chain, step by step.

use crate::authz::decision::{Overrides, RoleGrant};
use crate::authz::explain::{Effect, Link, Step};
use crate::authz::permission::{CONSOLE, Column, DELEGABLE, PermissionId};
use crate::authz::role::CompanyRole;

/// What the steps say so far.
#[expect(clippy::struct_excessive_bools, reason = "each is one thing that a step can say")]
#[derive(Default)]
pub(super) struct Chain {
    pub(super) everywhere: bool,
    pub(super) own: bool,
    /// An override can allow it in the whole organization, or in own companies.
    open: bool,
    open_own: bool,
    /// No override can deny it.
    fixed: bool,
    pub(super) steps: Vec<Step>,
}

impl Chain {
    pub(super) fn role(&mut self, grant: RoleGrant, permission: PermissionId, policy: Overrides, link: Link) {
        let column = Column::Organization(grant.role);
        let in_companies = column.marks().own.has(permission);
        let effect = if let Some(set) = grant.custom {
            if CONSOLE.implied().has(permission) {
                Effect::Always
            } else if set.has(permission) {
                Effect::Gives
            } else if in_companies {
                Effect::InCompanies
            } else if DELEGABLE.has(permission) {
                Effect::Open
            } else {
                Effect::Never
            }
        } else {
            mark(permission.mark(column), policy.effect(permission))
        };
        self.everywhere |= effect.gives() && effect != Effect::InCompanies;
        self.own |= in_companies;
        self.fixed |= effect == Effect::Always;
        self.open |= match grant.custom {
            Some(set) => DELEGABLE.has(permission) && !set.has(permission),
            None => matches!(effect, Effect::Gives | Effect::ByPolicy | Effect::Open),
        };
        self.steps.push(Step { link, effect });
    }

    pub(super) fn assignment(&mut self, role: CompanyRole, permission: PermissionId, policy: Overrides) {
        let effect = match mark(permission.mark(Column::Company(role)), policy.effect(permission)) {
            Effect::Always => Effect::InCompanies,
            effect => effect,
        };
        self.own |= effect.gives();
        self.open_own |= matches!(effect, Effect::Gives | Effect::ByPolicy | Effect::Open);
        self.steps.push(Step {
            link: Link::Assignment(role),
            effect,
        });
    }

    pub(super) fn overridden(&mut self, effect: Option<bool>) {
        let Some(on) = effect else { return };
        let effect = match on {
            true if self.open || self.open_own => {
                self.everywhere |= self.open;
                self.own |= self.open_own;
                Effect::Allowed
            }
            false if !self.fixed => {
                (self.everywhere, self.own) = (false, false);
                Effect::Denied
            }
            _ => Effect::Without,
        };
        self.steps.push(Step {
            link: Link::Override(on),
            effect,
        });
    }

    pub(super) fn stop(&mut self, link: Link) {
        (self.everywhere, self.own) = (false, false);
        self.steps.push(Step {
            link,
            effect: Effect::Stops,
        });
    }
}

/// What a mark of the table gives under a policy.
fn mark(mark: char, policy: Option<bool>) -> Effect {
    match (mark, policy) {
        ('●', _) => Effect::Always,
        ('◑' | '◐', Some(false)) => Effect::OffByPolicy,
        ('◐', Some(true)) => Effect::ByPolicy,
        ('◑', _) => Effect::Gives,
        ('◐', None) => Effect::Open,
        ('o', _) => Effect::InCompanies,
        _ => Effect::Never,
    }
}
