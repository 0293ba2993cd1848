//! What the pages of members read.

pub mod frame;
pub mod impact;
pub mod removed;

use diesel::prelude::*;

use crate::common::id::MembershipId;
use crate::common::time::Time;
use crate::db::Conn;
use crate::db::schema::memberships;
use crate::db::types::org_id::OrgId;

/// Why a member is suspended.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = memberships)]
pub struct SuspensionDetails {
    #[diesel(column_name = suspended_at)]
    pub at: Option<Time>,
    /// The user id of who suspended them; `None` when their access ended.
    #[diesel(column_name = suspended_by)]
    pub by: Option<String>,
    #[diesel(column_name = suspend_reason)]
    pub reason: String,
}

pub fn suspension(conn: &mut Conn, organization: OrgId, member: MembershipId) -> QueryResult<SuspensionDetails> {
    memberships::table
        .find((organization, member))
        .select(SuspensionDetails::as_select())
        .first(conn)
}
