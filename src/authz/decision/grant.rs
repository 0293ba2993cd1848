//! What one role gives by a permission table.

use crate::authz::decision::overrides::RolePolicies;
use crate::authz::permission::{CONSOLE, PermissionSet, PermissionTable, RoleColumn};
use crate::authz::role::{CompanyRole, Role};

/// A role in the organization. A custom role replaces the table's permissions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RoleGrant {
    /// The built-in role, or the level of a custom role: it gives the rank.
    pub role: Role,
    /// The permissions of a custom role.
    pub custom: Option<PermissionSet>,
}

impl From<Role> for RoleGrant {
    fn from(role: Role) -> Self {
        Self { role, custom: None }
    }
}

impl RoleGrant {
    /// What it gives in the whole organization under these policies.
    pub fn gives(self, policies: &RolePolicies) -> PermissionSet {
        self.gives_by(&CONSOLE, policies)
    }

    /// What an override can allow.
    pub fn grantable(self, policies: &RolePolicies) -> PermissionSet {
        self.grantable_by(&CONSOLE, policies)
    }

    /// What can't be denied by an override.
    pub fn fixed(self) -> PermissionSet {
        self.fixed_by(&CONSOLE)
    }

    /// As `gives`, by another table.
    pub(super) fn gives_by(self, table: &PermissionTable, policies: &RolePolicies) -> PermissionSet {
        match self.custom {
            Some(set) => set.or(table.implied()),
            None => given(table, policies, RoleColumn::Organization(self.role)),
        }
    }

    /// As `grantable`, by another table.
    pub(super) fn grantable_by(self, table: &PermissionTable, policies: &RolePolicies) -> PermissionSet {
        match self.custom {
            Some(set) => table.delegable().without(set),
            None => open(table, policies, RoleColumn::Organization(self.role)),
        }
    }

    /// As `fixed`, by another table.
    pub(super) fn fixed_by(self, table: &PermissionTable) -> PermissionSet {
        match self.custom {
            Some(_) => table.implied(),
            None => table.column(RoleColumn::Organization(self.role)).always,
        }
    }
}

/// What a column gives under these policies.
fn given(table: &PermissionTable, policies: &RolePolicies, column: RoleColumn) -> PermissionSet {
    let (marks, policy) = (table.column(column), policies.of(column));
    marks
        .always
        .or(marks.on.without(policy.deny))
        .or(marks.off.and(policy.allow).without(policy.deny))
}

/// What the table leaves open in a column under these policies.
fn open(table: &PermissionTable, policies: &RolePolicies, column: RoleColumn) -> PermissionSet {
    let marks = table.column(column);
    marks.on.or(marks.off).without(policies.of(column).deny)
}

/// What a role in a company gives there under these policies.
pub(super) fn given_in_company(table: &PermissionTable, policies: &RolePolicies, role: CompanyRole) -> PermissionSet {
    let column = RoleColumn::Company(role);
    table.column(column).own.or(given(table, policies, column))
}

/// What the table leaves open for a role in a company under these policies.
pub(super) fn open_in_company(table: &PermissionTable, policies: &RolePolicies, role: CompanyRole) -> PermissionSet {
    open(table, policies, RoleColumn::Company(role))
}
