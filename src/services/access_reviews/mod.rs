//! Access reviews: Managers confirm by a date who keeps access to their companies.
//!
//! A review lists every assignment that exists when it starts. Managers answer for their companies, but never for themselves;
//! owners and admins answer what Managers cannot. An answer takes effect immediately. At the end, assignments without an answer
//! are removed, and plain Members left with no access are suspended; both can be restored. Roles in the organization are not
//! reviewed. The result is a signed report that never changes.

pub mod advance;
pub mod cancel;
pub mod close;
pub mod decide;
pub mod effects;
pub mod email;
pub mod notify;
pub mod offer;
pub mod permission;
pub mod remind;
pub mod restore;
pub mod start;
