//! What an actor may do. One pure function answers it, for the gate, for every page that explains it, for previews and for
//! tests. `AccessInputs` brings everything that the database knows; `PermissionTable` says what the roles give.

mod authority;
mod grant;
mod limit;
mod overrides;

pub use crate::authz::decision::authority::Authority;
pub use crate::authz::decision::grant::RoleGrant;
pub use crate::authz::decision::limit::KeyLimit;
pub use crate::authz::decision::overrides::{Overrides, RolePolicies};
pub use crate::authz::permission::{Permissions, Reach};

use crate::authz::decision::grant::{given_in_company, open_in_company};
use crate::authz::permission::{CONSOLE, PermissionSet, PermissionTable, RoleColumn};
use crate::authz::role::{CompanyRole, Role};

/// Everything that decides what an actor may do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccessInputs {
    /// Whether the membership is active: not suspended, removed or expired.
    pub in_force: bool,
    /// Whether the organization is pending deletion.
    pub read_only: bool,
    /// The member's own role, then those of their groups.
    pub roles: Vec<RoleGrant>,
    /// The distinct roles in companies.
    pub companies: Vec<CompanyRole>,
    /// The member's overrides.
    pub overrides: Overrides,
    /// The organization's policies.
    pub policies: RolePolicies,
    /// What an API key leaves; `None` for a person.
    pub limit: Option<KeyLimit>,
}

/// What an actor may do by a permission table: organization role ∪ company roles ∪ groups, + allow, − deny (deny takes
/// priority), ∩ policy and state, ∩ what an API key leaves.
pub fn decide(table: &PermissionTable, inputs: &AccessInputs) -> Permissions {
    if !inputs.in_force {
        return Permissions::default();
    }
    let policies = &inputs.policies;
    let (mut given, mut open, mut fixed) = (PermissionSet::NONE, PermissionSet::NONE, PermissionSet::NONE);
    let (mut own, mut open_own) = (PermissionSet::NONE, PermissionSet::NONE);
    for grant in &inputs.roles {
        given = given.or(grant.gives_by(table, policies));
        open = open.or(grant.grantable_by(table, policies));
        fixed = fixed.or(grant.fixed_by(table));
        own = own.or(table.column(RoleColumn::Organization(grant.role)).own);
    }
    for role in &inputs.companies {
        own = own.or(given_in_company(table, policies, *role));
        open_own = open_own.or(open_in_company(table, policies, *role));
    }
    let denied = inputs.overrides.deny.without(fixed);
    let own = own.or(inputs.overrides.allow.and(open_own)).without(denied);
    // A role in one company also implies what every member has in the organization itself.
    let everywhere = given
        .or(inputs.overrides.allow.and(open))
        .without(denied)
        .or(own.and(table.implied()));
    let permissions = Permissions::new(everywhere, own);
    let permissions = if inputs.read_only {
        permissions.read_only_by(table)
    } else {
        permissions
    };
    match inputs.limit {
        Some(limit) => limit.of(permissions, table.implied(), !inputs.companies.is_empty()),
        None => permissions,
    }
}

impl Permissions {
    /// What a role gives by itself, with roles in companies: no policy, no override, no group.
    pub fn of(role: Role, companies: &[CompanyRole]) -> Self {
        AccessInputs::of(role, companies).permissions()
    }
}

impl AccessInputs {
    /// An active member with a built-in role and nothing else.
    pub fn of(role: Role, companies: &[CompanyRole]) -> Self {
        Self {
            in_force: true,
            read_only: false,
            roles: vec![role.into()],
            companies: companies.to_vec(),
            overrides: Overrides::NONE,
            policies: RolePolicies::default(),
            limit: None,
        }
    }

    /// Someone without a membership, such as an operator in a support session.
    pub fn of_no_member(read_only: bool) -> Self {
        Self {
            read_only,
            roles: Vec::new(),
            ..Self::of(Role::Member, &[])
        }
    }

    /// What the actor may do in the console.
    pub fn permissions(&self) -> Permissions {
        decide(&CONSOLE, self)
    }

    /// What the actor may do in one company, where they have this role (`None`: not assigned).
    pub fn in_company(&self, company: Option<CompanyRole>) -> Permissions {
        let here = Self {
            companies: company.into_iter().collect(),
            ..self.clone()
        };
        let permissions = here.permissions();
        // Without an assignment no company is the member's own. A key that is limited to one company is asked for no other.
        let own = if company.is_some() || self.limit.is_some_and(|limit| limit.one_company) {
            permissions.own()
        } else {
            PermissionSet::NONE
        };
        Permissions::new(permissions.everywhere().or(own), PermissionSet::NONE)
    }

    /// What can be overridden for this member: what the table leaves open in one of their roles, and none always has.
    pub fn open(&self) -> PermissionSet {
        let (mut open, mut fixed) = (PermissionSet::NONE, PermissionSet::NONE);
        for grant in &self.roles {
            let deniable = grant.gives(&self.policies).without(grant.fixed());
            open = open.or(grant.grantable(&self.policies)).or(deniable);
            fixed = fixed.or(grant.fixed());
        }
        for role in &self.companies {
            open = open.or(open_in_company(&CONSOLE, &self.policies, *role));
        }
        open.without(fixed)
    }

    /// The role that gives the rank: the highest of the member's own and their groups'.
    pub fn role(&self) -> Role {
        let mut roles = self.roles.iter().map(|grant| grant.role);
        roles.next().map_or(Role::Member, |own| Role::highest(own, roles))
    }

    /// What this member may grant.
    pub fn authority(&self) -> Authority {
        Authority {
            role: self.role(),
            permissions: self.permissions(),
            policies: self.policies,
        }
    }
}

#[cfg(test)]
mod tests;
