//! Resources and settings of companies, as they are stored.

crate::text_enum! {
    /// What a resource is.
    pub enum ResourceKind {
        Agent = "agent",
        Campaign = "campaign",
        LeadList = "lead_list",
        PhoneNumber = "phone_number",
        KnowledgeSource = "knowledge_source",
        App = "app",
    }
}

impl ResourceKind {
    /// "Phone number".
    pub fn label(self) -> &'static str {
        match self {
            Self::Agent => "Agent",
            Self::Campaign => "Campaign",
            Self::LeadList => "Lead list",
            Self::PhoneNumber => "Phone number",
            Self::KnowledgeSource => "Knowledge source",
            Self::App => "App",
        }
    }

    /// "Phone numbers".
    pub fn plural(self) -> &'static str {
        match self {
            Self::Agent => "Agents",
            Self::Campaign => "Campaigns",
            Self::LeadList => "Lead lists",
            Self::PhoneNumber => "Phone numbers",
            Self::KnowledgeSource => "Knowledge sources",
            Self::App => "Apps",
        }
    }

    /// What it is for, in the choice of a new one.
    pub fn hint(self) -> &'static str {
        match self {
            Self::Agent => "Calls, answers or writes to people",
            Self::Campaign => "Contacts people for one purpose",
            Self::LeadList => "People to contact",
            Self::PhoneNumber => "Receives calls and messages",
            Self::KnowledgeSource => "What agents know: a website, a file or a text",
            Self::App => "A program of your own or of a provider",
        }
    }

    /// Its icon in the sprite.
    pub fn icon(self) -> &'static str {
        match self {
            Self::Agent => "user-cog",
            Self::Campaign => "send",
            Self::LeadList => "users",
            Self::PhoneNumber => "smartphone",
            Self::KnowledgeSource => "info",
            Self::App => "code-xml",
        }
    }
}

crate::text_enum! {
    /// Whether a resource itself is in use.
    pub enum ResourceState {
        Active = "active",
        Archived = "archived",
    }
}

crate::text_enum! {
    /// The list that has a resource. It follows from the resource and from its company.
    pub enum ResourceListing {
        Active = "active",
        /// The resource or its company is archived.
        Archived = "archived",
        /// Its company is deleted, and can be restored.
        Deleted = "deleted",
    }
}

crate::text_enum! {
    /// What a knowledge source is read from.
    pub enum SourceType {
        Url = "url",
        File = "file",
        Text = "text",
    }
}

impl SourceType {
    /// The label.
    pub fn label(self) -> &'static str {
        match self {
            Self::Url => "Website",
            Self::File => "File",
            Self::Text => "Text",
        }
    }
}

crate::text_enum! {
    /// How the last synchronization of a knowledge source went, as the program that reads it reports.
    pub enum SyncStatus {
        Pending = "pending",
        Synced = "synced",
        Failed = "failed",
    }
}

impl SyncStatus {
    /// The label and the tone of its badge.
    pub fn badge(self) -> (&'static str, &'static str) {
        match self {
            Self::Pending => ("Sync pending", "info"),
            Self::Synced => ("Synced", "success"),
            Self::Failed => ("Sync failed", "danger"),
        }
    }
}

crate::text_enum! {
    /// When phone agents answer.
    pub enum AgentHours {
        Always = "always",
        OpeningHours = "opening_hours",
        Never = "never",
    }
}

impl AgentHours {
    /// The label.
    pub fn label(self) -> &'static str {
        match self {
            Self::Always => "At any time",
            Self::OpeningHours => "During opening hours",
            Self::Never => "Never",
        }
    }
}

crate::text_enum! {
    /// Which knowledge sources a company uses.
    pub enum KnowledgeUse {
        Shared = "shared",
        Own = "own",
    }
}

impl KnowledgeUse {
    /// The label.
    pub fn label(self) -> &'static str {
        match self {
            Self::Shared => "The organization’s and its own",
            Self::Own => "Only its own",
        }
    }
}
