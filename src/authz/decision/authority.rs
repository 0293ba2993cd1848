//! What an actor may grant to others.

use crate::authz::decision::AccessInputs;
use crate::authz::decision::grant::RoleGrant;
use crate::authz::decision::overrides::RolePolicies;
use crate::authz::permission::{ChangeRoles, GrantAdmin, GrantOwner, Permission, PermissionSet, Permissions};
use crate::authz::role::{CompanyRole, Role};

/// What an actor may grant: never more than they have, never above their rank.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Authority {
    /// The role that gives the rank.
    pub role: Role,
    /// The effective permissions.
    pub permissions: Permissions,
    /// The organization's policies, for what a role would give.
    pub policies: RolePolicies,
}

impl Authority {
    /// The authority of a role by itself.
    pub fn of(role: Role, companies: &[CompanyRole]) -> Self {
        AccessInputs::of(role, companies).authority()
    }

    /// What may be granted in the whole organization. A User admin may also grant what the roles below them have, although
    /// a User admin does not have it.
    pub fn ceiling(&self) -> PermissionSet {
        let permissions = self.permissions.everywhere();
        if self.role == Role::UserAdmin && permissions.has(ChangeRoles::ID) {
            [Role::Editor, Role::Viewer, Role::Member]
                .into_iter()
                .fold(permissions, |set, role| {
                    set.or(RoleGrant::from(role).gives(&self.policies))
                })
        } else {
            permissions
        }
    }

    /// What a role gives by itself under these policies.
    pub fn role_permissions(&self, grant: impl Into<RoleGrant>) -> Permissions {
        let grant = grant.into();
        let inputs = AccessInputs {
            roles: vec![grant],
            policies: self.policies,
            ..AccessInputs::of(grant.role, &[])
        };
        inputs.permissions()
    }

    /// Whether the actor may grant a role, and so change a member who has it: strictly lower ones, Admin with
    /// `members.grant_admin`, Owner with `members.grant_owner`; and never what the actor does not have.
    pub fn may_grant(&self, wanted: impl Into<RoleGrant>) -> bool {
        let wanted = wanted.into();
        let in_rank = match wanted.role {
            Role::Owner => return wanted.custom.is_none() && self.permissions.has(GrantOwner::ID),
            Role::Admin => self.permissions.has(GrantAdmin::ID) && self.role.rank() >= Role::Admin.rank(),
            role => self.role.rank() > role.rank(),
        };
        in_rank && wanted.gives(&self.policies).within(self.ceiling())
    }
}
