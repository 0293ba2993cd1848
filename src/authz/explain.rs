//! Why somebody can or cannot do something: the chain role → groups → assignment → override → policy → state, with the
//! verdict that follows from it. It is worked out step by step, apart from `AccessInputs::rights`; a test holds both together.

use crate::authz::decision::{AccessInputs, Overrides, Reach, RoleGrant};
use crate::authz::permission::{Column, Permission, PermissionId, ViewOrganization};
use crate::authz::role::{CompanyRole, Role};

/// Where a step stands in the chain.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Link {
    /// One's own role in the organization.
    Role(RoleGrant),
    /// The role that groups give.
    Group(Role),
    /// A role in a company.
    Assignment(CompanyRole),
    /// No role in the company that was asked for.
    NoAssignment,
    /// A cell switched for the person.
    Override(bool),
    /// The organization waits for its deletion.
    ReadOnly,
    /// The membership does not count.
    OutOfForce,
}

/// What a step does to the right.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Effect {
    /// Gives it, and nothing takes it away.
    Always,
    /// Gives it, unless it is switched off for the person.
    Gives,
    /// Gives it because the organization switched it on for the role.
    ByPolicy,
    /// Would give it, but the organization switched it off for the role.
    OffByPolicy,
    /// Does not give it; it can be switched on.
    Open,
    /// Gives it in own companies.
    InCompanies,
    /// Does not give it, and it cannot be switched on.
    Never,
    /// Switched on for the person.
    Allowed,
    /// Switched off for the person.
    Denied,
    /// Switched for the person without effect: the roles leave nothing open.
    Without,
    /// Everything stops here.
    Stops,
}

impl Effect {
    /// Whether the step gives the right.
    pub fn gives(self) -> bool {
        matches!(
            self,
            Self::Always | Self::Gives | Self::ByPolicy | Self::InCompanies | Self::Allowed
        )
    }

    /// Whether the step takes the right away.
    pub fn takes(self) -> bool {
        matches!(self, Self::OffByPolicy | Self::Denied | Self::Stops)
    }
}

/// One step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Step {
    /// Where it stands.
    pub link: Link,
    /// What it does.
    pub effect: Effect,
}

/// The answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// How far the right reaches; for a question about one company `Everywhere` or `Nowhere`.
    pub reach: Reach,
    /// The chain, in order.
    pub steps: Vec<Step>,
}

impl Answer {
    /// Whether the right is held.
    pub fn yes(&self) -> bool {
        self.reach != Reach::Nowhere
    }

    /// The step that decides: what gives the right, or what stops it; nothing when no step says anything.
    pub fn decisive(&self) -> Option<&Step> {
        if self.yes() {
            let widest = |step: &&Step| step.effect.gives() && step.effect != Effect::InCompanies;
            self.steps
                .iter()
                .find(widest)
                .or_else(|| self.steps.iter().find(|step| step.effect.gives()))
        } else {
            self.steps.iter().rfind(|step| step.effect.takes())
        }
    }
}

/// What the chain says so far.
#[expect(clippy::struct_excessive_bools, reason = "each is one thing that a step can say")]
#[derive(Default)]
struct Running {
    everywhere: bool,
    own: bool,
    /// The cell may be switched on in the whole organization, or in own companies.
    open: bool,
    open_own: bool,
    /// Nothing takes it away.
    fixed: bool,
    steps: Vec<Step>,
}

/// Explains a right: in general (`company` is `None`), or in one company, where the person has a role or none.
pub fn explain(inputs: &AccessInputs, permission: PermissionId, company: Option<Option<CompanyRole>>) -> Answer {
    let mut run = Running::default();
    for (at, held) in inputs.roles.iter().enumerate() {
        let link = if at == 0 {
            Link::Role(*held)
        } else {
            Link::Group(held.role)
        };
        run.role(
            *held,
            permission,
            inputs.policies.of(Column::Organization(held.role)),
            link,
        );
    }
    let companies: Vec<CompanyRole> = match company {
        None => inputs.companies.clone(),
        Some(role) => role.into_iter().collect(),
    };
    for role in companies {
        run.assignment(role, permission, inputs.policies.of(Column::Company(role)));
    }
    if company == Some(None) {
        run.steps.push(Step {
            link: Link::NoAssignment,
            effect: Effect::Never,
        });
    }
    run.switched(inputs.overrides.effect(permission));
    // The organization itself is nothing of a company: who works in one of its companies sees it.
    run.everywhere |= run.own && permission == ViewOrganization::ID;
    if inputs.read_only && !permission.only_reads() {
        run.stop(Link::ReadOnly);
    }
    if !inputs.in_force {
        run.stop(Link::OutOfForce);
    }
    let reach = match company {
        // Without an assignment no company is the person's own.
        Some(role) if run.everywhere || (run.own && role.is_some()) => Reach::Everywhere,
        None if run.everywhere => Reach::Everywhere,
        None if run.own => Reach::OwnCompanies,
        _ => Reach::Nowhere,
    };
    Answer {
        reach,
        steps: run.steps,
    }
}

impl Running {
    fn role(&mut self, held: RoleGrant, permission: PermissionId, policy: Overrides, link: Link) {
        let column = Column::Organization(held.role);
        let in_companies = column.marks().own.has(permission);
        let effect = if let Some(set) = held.custom {
            if permission == ViewOrganization::ID {
                Effect::Always
            } else if set.has(permission) {
                Effect::Gives
            } else if in_companies {
                Effect::InCompanies
            } else if crate::authz::decision::DELEGABLE.has(permission) {
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
        self.open |= match held.custom {
            Some(set) => crate::authz::decision::DELEGABLE.has(permission) && !set.has(permission),
            None => matches!(effect, Effect::Gives | Effect::ByPolicy | Effect::Open),
        };
        self.steps.push(Step { link, effect });
    }

    fn assignment(&mut self, role: CompanyRole, permission: PermissionId, policy: Overrides) {
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

    fn switched(&mut self, switch: Option<bool>) {
        let Some(on) = switch else { return };
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

    fn stop(&mut self, link: Link) {
        (self.everywhere, self.own) = (false, false);
        self.steps.push(Step {
            link,
            effect: Effect::Stops,
        });
    }
}

/// What a cell of the table gives under a policy.
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
