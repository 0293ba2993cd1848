//! Files with usage, as they are stored.

crate::text_enum! {
    /// What the rows of a file are.
    pub enum ImportKind {
        /// Usage events.
        Events = "events",
        /// The figures of companies by day.
        Facts = "facts",
    }
}

impl ImportKind {
    /// The words for people.
    pub fn label(self) -> &'static str {
        match self {
            Self::Events => "Usage",
            Self::Facts => "Daily figures",
        }
    }
}

crate::text_enum! {
    /// How far a file is.
    pub enum ImportStatus {
        /// Its columns and rows are being checked. Nothing counts yet.
        Draft = "draft",
        /// It was confirmed.
        Running = "running",
        Finished = "finished",
        /// Whoever confirmed it lost the permission in the meantime. What was imported before stays.
        Stopped = "stopped",
    }
}
