//! Column types that belong to the domain.

pub mod inventory;
pub mod org_id;
pub mod organization;
pub mod usage;
pub mod usage_import;

crate::text_enum! {
    pub enum MembershipStatus {
        Active = "active",
        Suspended = "suspended",
        Removed = "removed",
    }
}
