//! What an actor may grant to others.

use crate::auth::actor::Actor;
use crate::authz::decision::{AccessInputs, Authority, Reach};
use crate::authz::permission::{ChangeRoles, GrantAdmin, GrantOwner, Permission};
use crate::authz::role::Role;

impl Actor {
    /// What this actor may grant. A key grants what its owner may grant, but makes no one an owner.
    pub fn authority(&self) -> Authority {
        let mut permissions = self.permissions;
        if self.key.is_some() {
            let owner = AccessInputs {
                limit: None,
                ..self.inputs.clone()
            };
            permissions = owner.permissions().without(GrantOwner::ID);
            if !self.permissions.has(GrantAdmin::ID) {
                permissions = permissions.without(GrantAdmin::ID);
            }
        }
        Authority {
            role: self.role,
            permissions,
            policies: self.inputs.policies,
        }
    }

    /// Whether the actor may grant a role, and so change a member who has it.
    pub fn may_grant(&self, role: Role) -> bool {
        match self.reach::<ChangeRoles>() {
            Reach::Everywhere => self.authority().may_grant(role),
            // A company manager only adds members to the company.
            Reach::OwnCompanies => role == Role::Member,
            Reach::Nowhere => false,
        }
    }

    /// The roles that the actor may grant, highest first.
    pub fn grantable(&self) -> Vec<Role> {
        Role::ALL.iter().copied().filter(|role| self.may_grant(*role)).collect()
    }
}
