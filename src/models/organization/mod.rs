//! What an organization is, how it begins, what it says of itself, and how it ends.

pub mod contact;
pub mod create;
pub mod deletion;
pub mod heading;
pub mod profile;
pub mod slug;

use diesel::prelude::*;

pub use crate::models::organization::create::{CreateRefused, NewOrganization, create};
pub use crate::models::organization::profile::{
    Control, Profile, control, profile, set_control, set_policies, set_profile,
};
pub use crate::models::organization::slug::moved;
pub use crate::models::organization::slug::{CHANGES, CHANGES_IN, Moved, change_slug, former, is_free};

use crate::db::Conn;
use crate::db::schema::organizations;
use crate::db::types::org_id::OrgId;

/// Keeps the numbers of active and archived companies; called with each change of a company's state.
pub fn count_companies(conn: &mut Conn, organization: OrgId, active: i64, archived: i64) -> QueryResult<()> {
    diesel::update(organizations::table.find(organization))
        .set((
            organizations::active_companies.eq(organizations::active_companies + active),
            organizations::archived_companies.eq(organizations::archived_companies + archived),
        ))
        .execute(conn)?;
    Ok(())
}
