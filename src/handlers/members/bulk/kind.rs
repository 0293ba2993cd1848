//! What many people can be changed by, and who may begin it.

use crate::auth::actor::Actor;
use crate::authz::decision::Reach;
use crate::authz::permission::{AssignCompanies, ChangeRoles, Permission, PermissionId, RemoveMembers};
use crate::services::groups;

crate::text_enum! {
    /// What many people are changed by.
    pub enum BulkAction {
        Role = "role",
        Assign = "assign",
        TakeOff = "take-off",
        AccessEnd = "access-end",
        Group = "group",
        Suspend = "suspend",
        Restore = "restore",
        Remove = "remove",
    }
}

impl BulkAction {
    /// The words on its button.
    pub fn label(self) -> &'static str {
        match self {
            Self::Role => "Change role",
            Self::Assign => "Assign",
            Self::TakeOff => "Take off",
            Self::AccessEnd => "Set end of access",
            Self::Group => "Put into a group",
            Self::Suspend => "Suspend",
            Self::Restore => "Give access back",
            Self::Remove => "Remove",
        }
    }

    /// The icon beside them.
    pub fn icon(self) -> &'static str {
        match self {
            Self::Role => "user-cog",
            Self::Assign => "building",
            Self::TakeOff => "x",
            Self::AccessEnd => "calendar",
            Self::Group => "users",
            Self::Suspend => "lock",
            Self::Restore => "rotate-ccw",
            Self::Remove => "user-minus",
        }
    }

    /// The right that it takes.
    pub fn permission(self) -> PermissionId {
        match self {
            Self::Role | Self::AccessEnd | Self::Group => ChangeRoles::ID,
            Self::Assign | Self::TakeOff => AssignCompanies::ID,
            Self::Suspend | Self::Restore | Self::Remove => RemoveMembers::ID,
        }
    }

    /// Whether a member may begin it at all. Who manages companies only assigns these.
    pub fn open(self, actor: &Actor) -> bool {
        let reach = actor.permissions.reach(self.permission());
        match self {
            Self::Assign | Self::TakeOff => reach != Reach::Nowhere,
            Self::Group => groups::lacking(actor).is_none(),
            _ => reach == Reach::Everywhere && actor.reach::<ChangeRoles>() == Reach::Everywhere,
        }
    }

    /// What a member may begin, the usual ones first.
    pub fn of(actor: &Actor) -> Vec<Self> {
        Self::ALL.iter().copied().filter(|kind| kind.open(actor)).collect()
    }

    /// Whether something has to be chosen before one can say what will happen.
    pub fn asks(self) -> bool {
        !matches!(self, Self::Suspend | Self::Restore | Self::Remove)
    }
}
