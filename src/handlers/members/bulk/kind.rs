//! What many people can be changed by, and who may begin it.

use crate::auth::actor::Member;
use crate::authz::decision::Reach;
use crate::authz::permission::{AssignCompanies, ChangeRoles, Permission, RemoveMembers, Right};
use crate::services::groups;

crate::text_enum! {
    /// What many people are changed by.
    pub enum Kind {
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

impl Kind {
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
    pub fn right(self) -> Right {
        match self {
            Self::Role | Self::AccessEnd | Self::Group => ChangeRoles::RIGHT,
            Self::Assign | Self::TakeOff => AssignCompanies::RIGHT,
            Self::Suspend | Self::Restore | Self::Remove => RemoveMembers::RIGHT,
        }
    }

    /// Whether a member may begin it at all. Who manages companies only assigns these.
    pub fn open(self, member: &Member) -> bool {
        let reach = member.rights.reach(self.right());
        match self {
            Self::Assign | Self::TakeOff => reach != Reach::Nowhere,
            Self::Group => groups::lacking(member).is_none(),
            _ => reach == Reach::Everywhere && member.reach::<ChangeRoles>() == Reach::Everywhere,
        }
    }

    /// What a member may begin, the usual ones first.
    pub fn of(member: &Member) -> Vec<Self> {
        Self::ALL.iter().copied().filter(|kind| kind.open(member)).collect()
    }

    /// Whether something has to be chosen before one can say what will happen.
    pub fn asks(self) -> bool {
        !matches!(self, Self::Suspend | Self::Restore | Self::Remove)
    }
}
