//! Roles in an organization and in a company, and who may grant which.

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
    /// The name for people.
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

    /// What the role can do, without a full stop. `many` is the organization's word for companies.
    pub fn can(self, many: &str) -> String {
        self.described(many, "them")
    }

    /// The same, said to the person who has the role.
    pub fn you_can(self, many: &str) -> String {
        self.described(many, "you")
    }

    fn described(self, many: &str, whom: &str) -> String {
        match self {
            Self::Owner => format!("Do everything: {many}, members, billing and settings"),
            Self::Admin => format!("Manage all {many}, members and most settings"),
            Self::BillingAdmin => "Manage billing, wallet and budgets".into(),
            Self::UserAdmin => "Invite, assign and remove members below Admin".into(),
            Self::Editor => format!("Edit all {many} and their content"),
            Self::Viewer => format!("See all {many} without changing anything"),
            Self::Member => format!("Work in the {many} assigned to {whom}"),
        }
    }

    /// Whether it is Owner or Admin.
    pub fn is_owner_or_admin(self) -> bool {
        matches!(self, Self::Owner | Self::Admin)
    }

    /// The level: no one changes a member with a higher rank.
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

    /// The role that gives the rank, of a member's own role and those of their groups. At the same rank it is their own.
    pub fn highest(own: Self, others: impl IntoIterator<Item = Self>) -> Self {
        let other = others
            .into_iter()
            .max_by_key(|role| (role.rank(), std::cmp::Reverse(*role)));
        other.filter(|role| role.rank() > own.rank()).unwrap_or(own)
    }

    /// The role that it has in every company, future ones included.
    pub fn inherited(self) -> Option<CompanyRole> {
        match self {
            Self::Owner | Self::Admin => Some(CompanyRole::Manager),
            Self::Editor => Some(CompanyRole::Editor),
            Self::Viewer => Some(CompanyRole::Viewer),
            Self::BillingAdmin | Self::UserAdmin | Self::Member => None,
        }
    }
}

impl CompanyRole {
    /// The name for people.
    pub fn label(self) -> &'static str {
        match self {
            Self::Manager => "Manager",
            Self::Editor => "Editor",
            Self::Viewer => "Viewer",
        }
    }

    /// What the role can do there, without a full stop.
    pub fn can(self) -> &'static str {
        match self {
            Self::Manager => "Edit it and manage its people",
            Self::Editor => "Edit it",
            Self::Viewer => "See it",
        }
    }
}
