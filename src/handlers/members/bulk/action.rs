//! The bulk changes, and who may make them.

use crate::auth::actor::Actor;
use crate::authz::decision::Reach;
use crate::authz::permission::{AssignCompanies, ChangeRoles, Permission, PermissionId, RemoveMembers};
use crate::services::groups;

crate::text_enum! {
    /// A bulk change.
    pub enum BulkAction {
        Role = "role",
        Assign = "assign",
        Unassign = "take-off",
        AccessEnd = "access-end",
        Group = "group",
        Suspend = "suspend",
        Restore = "restore",
        Remove = "remove",
    }
}

impl BulkAction {
    pub fn label(self) -> &'static str {
        match self {
            Self::Role => "Change role",
            Self::Assign => "Assign",
            Self::Unassign => "Unassign",
            Self::AccessEnd => "Set end date",
            Self::Group => "Add to a group",
            Self::Suspend => "Suspend",
            Self::Restore => "Restore access",
            Self::Remove => "Remove",
        }
    }

    pub fn icon(self) -> &'static str {
        match self {
            Self::Role => "user-cog",
            Self::Assign => "building",
            Self::Unassign => "x",
            Self::AccessEnd => "calendar",
            Self::Group => "users",
            Self::Suspend => "lock",
            Self::Restore => "rotate-ccw",
            Self::Remove => "user-minus",
        }
    }

    pub fn permission(self) -> PermissionId {
        match self {
            Self::Role | Self::AccessEnd | Self::Group => ChangeRoles::ID,
            Self::Assign | Self::Unassign => AssignCompanies::ID,
            Self::Suspend | Self::Restore | Self::Remove => RemoveMembers::ID,
        }
    }

    /// Whether an actor may make it at all. Managers of single companies only assign members to these.
    pub fn open(self, actor: &Actor) -> bool {
        let reach = actor.permissions.reach(self.permission());
        match self {
            Self::Assign | Self::Unassign => reach != Reach::Nowhere,
            Self::Group => groups::missing_permission(actor).is_none(),
            _ => reach == Reach::Everywhere && actor.reach::<ChangeRoles>() == Reach::Everywhere,
        }
    }

    /// The changes that an actor may make, the usual ones first.
    pub fn of(actor: &Actor) -> Vec<Self> {
        Self::ALL.iter().copied().filter(|kind| kind.open(actor)).collect()
    }

    /// Whether something has to be chosen before the change can be shown.
    pub fn asks(self) -> bool {
        !matches!(self, Self::Suspend | Self::Restore | Self::Remove)
    }
}
