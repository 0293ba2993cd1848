//! Column types that belong to the domain.

pub mod org_id;
pub mod organization;

crate::text_enum! {
    /// Whether a membership counts.
    pub enum MembershipStatus {
        Active = "active",
        Suspended = "suspended",
        Removed = "removed",
    }
}
