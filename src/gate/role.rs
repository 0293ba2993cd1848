//! Roles in an organization and in a company, and who may grant which.

use super::permission::{GrantAdmin, GrantOwner, ManageBilling, Permission, Rights};

crate::text_enum! {
    /// A role in an organization.
    pub enum Role {
        Owner = "owner",
        Admin = "admin",
        BillingAdmin = "billing_admin",
        UserAdmin = "user_admin",
        Editor = "editor",
        Viewer = "viewer",
        Member = "member",
    }
}

crate::text_enum! {
    /// A role in one company.
    pub enum CompanyRole {
        Manager = "manager",
        Editor = "editor",
        Viewer = "viewer",
    }
}

impl Role {
    /// The word for people.
    pub fn label(self) -> &'static str {
        match self {
            Self::Owner => "Owner",
            Self::Admin => "Admin",
            Self::BillingAdmin => "Billing admin",
            Self::UserAdmin => "User admin",
            Self::Editor => "Editor",
            Self::Viewer => "Viewer",
            Self::Member => "Member",
        }
    }

    /// What the role can do, in one sentence without a full stop. `many` is the organization's word for companies.
    pub fn can(self, many: &str) -> String {
        match self {
            Self::Owner => format!("Do everything: {many}, members, billing and settings"),
            Self::Admin => format!("Manage all {many}, members and most settings"),
            Self::BillingAdmin => "Manage billing, wallet and budgets".into(),
            Self::UserAdmin => "Invite, assign and remove members below Admin".into(),
            Self::Editor => format!("Edit all {many} and their content"),
            Self::Viewer => format!("See all {many} without changing anything"),
            Self::Member => format!("Work in the {many} assigned to them"),
        }
    }

    /// Height in the order of command; nobody acts on somebody higher.
    pub fn rank(self) -> u8 {
        match self {
            Self::Owner => 6,
            Self::Admin => 5,
            Self::UserAdmin | Self::BillingAdmin => 4,
            Self::Editor => 3,
            Self::Viewer => 2,
            Self::Member => 1,
        }
    }

    /// Whether the role acts in every company, future ones included, and as what there.
    pub fn inherited(self) -> Option<CompanyRole> {
        match self {
            Self::Owner | Self::Admin => Some(CompanyRole::Manager),
            Self::Editor => Some(CompanyRole::Editor),
            Self::Viewer => Some(CompanyRole::Viewer),
            Self::BillingAdmin | Self::UserAdmin | Self::Member => None,
        }
    }

    /// Whether a member of this role and these rights may grant `other`, and so touch somebody who has it:
    /// strictly lower roles; Admin by who holds `members.grant_admin`, Owner by who holds `members.grant_owner`;
    /// Billing admin by who may manage billing, since nobody grants what they do not hold.
    pub fn may_grant(self, rights: Rights, other: Role) -> bool {
        match other {
            Role::Owner => rights.has(GrantOwner::RIGHT),
            Role::Admin => rights.has(GrantAdmin::RIGHT),
            Role::BillingAdmin => self.rank() > other.rank() && rights.has(ManageBilling::RIGHT),
            _ => self.rank() > other.rank(),
        }
    }
}

impl CompanyRole {
    /// The word for people.
    pub fn label(self) -> &'static str {
        match self {
            Self::Manager => "Manager",
            Self::Editor => "Editor",
            Self::Viewer => "Viewer",
        }
    }

    /// What the role can do there, in one sentence without a full stop.
    pub fn can(self) -> &'static str {
        match self {
            Self::Manager => "Edit it and manage its people",
            Self::Editor => "Edit it",
            Self::Viewer => "See it",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_grants_above_themselves_and_only_an_owner_makes_an_owner() {
        for role in Role::ALL {
            let rights = Rights::of(*role, &[]);
            for other in Role::ALL {
                if role.may_grant(rights, *other) {
                    assert!(role.rank() >= other.rank(), "{role} grants {other}");
                    assert!(*other != Role::Owner || *role == Role::Owner);
                }
            }
        }
        let granted = |role: Role| {
            Role::ALL
                .iter()
                .filter(|other| role.may_grant(Rights::of(role, &[]), **other))
                .map(|r| r.as_str())
                .collect::<Vec<_>>()
        };
        assert_eq!(granted(Role::Owner).len(), 7);
        assert_eq!(
            granted(Role::Admin),
            ["admin", "user_admin", "editor", "viewer", "member"]
        );
        assert_eq!(granted(Role::UserAdmin), ["editor", "viewer", "member"]);
    }
}
