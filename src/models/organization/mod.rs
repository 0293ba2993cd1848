pub mod contact;
pub mod create;
pub mod deletion;
pub mod draft;
pub mod heading;
pub mod intake;
pub mod of_user;
pub mod profile;
pub mod slug;

use diesel::prelude::*;

pub use crate::models::organization::create::{NewOrganization, insert};
pub use crate::models::organization::profile::{
    DualControl, OrganizationProfile, control, profile, set_control, set_policies, set_profile,
};
pub use crate::models::organization::slug::{
    SLUG_CHANGES, SLUG_CHANGES_WITHIN, SlugChange, change_slug, former, free_like, is_free, moved,
};

use crate::db::Conn;
use crate::db::schema::organizations;
use crate::db::types::org_id::OrgId;

/// Adds to the numbers of active and archived companies, with each change of a company's status.
pub fn count_companies(conn: &mut Conn, organization: OrgId, active: i64, archived: i64) -> QueryResult<()> {
    diesel::update(organizations::table.find(organization))
        .set((
            organizations::active_companies.eq(organizations::active_companies + active),
            organizations::archived_companies.eq(organizations::archived_companies + archived),
        ))
        .execute(conn)?;
    Ok(())
}
