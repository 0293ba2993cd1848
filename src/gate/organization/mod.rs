//! What an organization is, how it begins, what it says of itself, and how it ends.

pub mod contact;
mod create;
pub mod deletion;
mod profile;
mod slug;
mod words;

use diesel::prelude::*;

pub use self::create::{CreateRefused, NewOrganization, create};
pub use self::profile::{Control, Profile, control, profile, set_control, set_policies, set_profile};
pub(super) use self::slug::moved;
pub use self::slug::{CHANGES, CHANGES_IN, Moved, change_slug, former, is_free};
pub use self::words::{CompanyStatus, InvitationStatus, OrganizationStatus, OrganizationType, Region, UnitLabel};

use super::db::Conn;
use super::member::OrgId;
use super::schema::organizations;

/// Keeps the numbers of active and archived companies; called with each change of a company's state.
///
/// # Errors
/// When the database fails.
pub fn count_companies(conn: &mut Conn, organization: OrgId, active: i64, archived: i64) -> QueryResult<()> {
    diesel::update(organizations::table.find(organization))
        .set((
            organizations::active_companies.eq(organizations::active_companies + active),
            organizations::archived_companies.eq(organizations::archived_companies + archived),
        ))
        .execute(conn)?;
    Ok(())
}
