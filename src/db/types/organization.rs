//! The words in which an organization and its parts are described, each stored as one text.

crate::text_enum! {
    /// What kind of organization it is.
    pub enum OrganizationType {
        /// An agency that manages clients.
        Partner = "partner",
        /// A company with many locations.
        Enterprise = "enterprise",
        /// One business owner.
        Individual = "individual",
    }
}

impl OrganizationType {
    /// The words for people.
    pub fn label(self) -> &'static str {
        match self {
            Self::Partner => "Partner: an agency with clients",
            Self::Enterprise => "Enterprise: one company with many locations",
            Self::Individual => "Individual: one business",
        }
    }

    /// One word for people.
    pub fn title(self) -> &'static str {
        match self {
            Self::Partner => "Partner",
            Self::Enterprise => "Enterprise",
            Self::Individual => "Individual",
        }
    }

    /// The word for companies that the type begins with.
    pub fn unit(self) -> UnitLabel {
        match self {
            Self::Partner => UnitLabel::Client,
            Self::Enterprise => UnitLabel::Location,
            Self::Individual => UnitLabel::Business,
        }
    }
}

crate::text_enum! {
    /// The organization's own word for the unit that the code calls company.
    pub enum UnitLabel {
        Company = "company",
        Workspace = "workspace",
        Business = "business",
        App = "app",
        Location = "location",
        Client = "client",
    }
}

impl UnitLabel {
    /// "company".
    pub fn one(self) -> &'static str {
        self.as_str()
    }

    /// "companies".
    pub fn many(self) -> &'static str {
        match self {
            Self::Company => "companies",
            Self::Workspace => "workspaces",
            Self::Business => "businesses",
            Self::App => "apps",
            Self::Location => "locations",
            Self::Client => "clients",
        }
    }

    /// "Company", to begin a label.
    pub fn title(self) -> &'static str {
        match self {
            Self::Company => "Company",
            Self::Workspace => "Workspace",
            Self::Business => "Business",
            Self::App => "App",
            Self::Location => "Location",
            Self::Client => "Client",
        }
    }

    /// "Companies", to begin a label.
    pub fn titles(self) -> &'static str {
        match self {
            Self::Company => "Companies",
            Self::Workspace => "Workspaces",
            Self::Business => "Businesses",
            Self::App => "Apps",
            Self::Location => "Locations",
            Self::Client => "Clients",
        }
    }

    /// "a company", "an app".
    pub fn a(self) -> &'static str {
        match self {
            Self::Company => "a company",
            Self::Workspace => "a workspace",
            Self::Business => "a business",
            Self::App => "an app",
            Self::Location => "a location",
            Self::Client => "a client",
        }
    }

    /// "1 company", "6 companies".
    pub fn count(self, n: &i64) -> String {
        format!(
            "{} {}",
            crate::common::html::number(n),
            if *n == 1 { self.one() } else { self.many() }
        )
    }
}

crate::text_enum! {
    /// Where an organization's data is wanted; a distributed installation places it there.
    pub enum Region {
        Europe = "eu",
        UnitedStates = "us",
        AsiaPacific = "ap",
    }
}

impl Region {
    /// The words for people.
    pub fn label(self) -> &'static str {
        match self {
            Self::Europe => "Europe",
            Self::UnitedStates => "United States",
            Self::AsiaPacific => "Asia Pacific",
        }
    }
}

crate::text_enum! {
    /// Whether an organization works.
    pub enum OrganizationStatus {
        Active = "active",
        PastDue = "past_due",
        Suspended = "suspended",
        /// Read-only until it is deleted or restored.
        PendingDeletion = "pending_deletion",
        /// Only its addresses are left, so that no one else can use them.
        Deleted = "deleted",
    }
}

crate::text_enum! {
    /// Whether a company works.
    pub enum CompanyStatus {
        Active = "active",
        /// Read-only, out of roll-ups, restorable.
        Archived = "archived",
    }
}

crate::text_enum! {
    /// The invitation state machine's states.
    pub enum InvitationStatus {
        Pending = "pending",
        AwaitingApproval = "awaiting_approval",
        Accepted = "accepted",
        Declined = "declined",
        Cancelled = "cancelled",
        Expired = "expired",
        Superseded = "superseded",
    }
}
