//! What an actor may do.

use crate::authz::permission::column::RoleColumn;
use crate::authz::permission::rows::CONSOLE;
use crate::authz::permission::set::PermissionSet;
use crate::authz::permission::{PermissionId, PermissionTable};

/// What a member may do: in the whole organization, and in the companies assigned to them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Permissions {
    everywhere: PermissionSet,
    own: PermissionSet,
}

/// How far a permission reaches.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reach {
    /// The whole organization.
    Everywhere,
    /// Only the companies assigned to the member.
    OwnCompanies,
    /// The member does not have it.
    Nowhere,
}

impl Permissions {
    /// Permissions in the whole organization, and in own companies.
    pub const fn new(everywhere: PermissionSet, own: PermissionSet) -> Self {
        Self { everywhere, own }
    }

    /// The permissions of an operator in a support session.
    pub fn of_support() -> Self {
        Self::new(CONSOLE.column(RoleColumn::Operator).support, PermissionSet::NONE)
    }

    /// Whether the member has the permission at all.
    pub fn has(self, permission: PermissionId) -> bool {
        self.everywhere.or(self.own).has(permission)
    }

    /// Whether the other has every permission of this one.
    pub fn within(self, other: Self) -> bool {
        self.everywhere.within(other.everywhere) && self.own.within(other.own.or(other.everywhere))
    }

    /// How far the permission reaches.
    pub fn reach(self, permission: PermissionId) -> Reach {
        if self.everywhere.has(permission) {
            Reach::Everywhere
        } else if self.own.has(permission) {
            Reach::OwnCompanies
        } else {
            Reach::Nowhere
        }
    }

    /// What the member has in the whole organization.
    pub fn everywhere(self) -> PermissionSet {
        self.everywhere
    }

    /// What the member has in own companies, whether or not also everywhere.
    pub fn own(self) -> PermissionSet {
        self.own
    }

    /// The same without one permission.
    #[must_use]
    pub fn without(self, permission: PermissionId) -> Self {
        let one = PermissionSet::NONE.with(permission);
        Self::new(self.everywhere.without(one), self.own.without(one))
    }

    /// The same while the organization is pending deletion: only what shows something.
    #[must_use]
    pub fn read_only(self) -> Self {
        self.read_only_by(&CONSOLE)
    }

    /// As `read_only`, by another table.
    #[must_use]
    pub fn read_only_by(self, table: &PermissionTable) -> Self {
        Self::new(self.everywhere.and(table.reading()), self.own.and(table.reading()))
    }
}
