//! A row of a list of members.

use diesel::prelude::*;

use crate::authz::role::Role;
use crate::common::id::{CustomRoleId, MembershipId};
use crate::common::time::Time;
use crate::db::Conn;
use crate::db::schema::{memberships, users};
use crate::db::types::MembershipStatus;
use crate::db::types::org_id::OrgId;
use crate::models::custom_role;
use crate::models::custom_role::CustomRole;
use crate::models::member_search::filter::AccessStatus;

/// A member in a list. A list column needs its field here and its cell in the template.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = memberships)]
pub struct MemberRow {
    pub id: MembershipId,
    #[diesel(select_expression = users::name, select_expression_type = users::name)]
    pub name: String,
    #[diesel(select_expression = users::email, select_expression_type = users::email)]
    pub email: String,
    /// The effective role.
    pub role: Role,
    pub status: MembershipStatus,
    pub access_until: Option<Time>,
    pub joined_at: Time,
    pub last_seen_at: Option<Time>,
    /// The user id of who invited them.
    pub invited_by: Option<String>,
    /// The custom role that replaces the direct role.
    #[diesel(column_name = custom_role_id)]
    pub custom_role: Option<CustomRoleId>,
    /// Whether the account has an authenticator app or a passkey.
    pub second_factor: bool,
    pub(super) sort_name: Option<Vec<u8>>,
}

impl MemberRow {
    /// The name of the effective role, or of the custom role.
    pub fn title<'a>(&self, customs: &'a [CustomRole]) -> &'a str {
        let own = customs.iter().find(|custom| Some(custom.id) == self.custom_role);
        own.filter(|custom| custom.base == self.role)
            .map_or_else(|| self.role.label(), |custom| custom.name.as_str())
    }

    pub fn access_status(&self, now: Time) -> AccessStatus {
        if self.access_until.is_some_and(|end| end < now) {
            AccessStatus::Ended
        } else if self.status == MembershipStatus::Suspended {
            AccessStatus::Suspended
        } else {
            AccessStatus::Active
        }
    }
}

/// The custom roles for `MemberRow::title`. Reads nothing when no row has one.
pub fn customs(conn: &mut Conn, organization: OrgId, rows: &[MemberRow]) -> QueryResult<Vec<CustomRole>> {
    if rows.iter().all(|row| row.custom_role.is_none()) {
        return Ok(Vec::new());
    }
    custom_role::all(conn, organization)
}

/// A member who has not been removed.
pub fn find(conn: &mut Conn, organization: OrgId, id: MembershipId) -> QueryResult<MemberRow> {
    memberships::table
        .inner_join(users::table)
        .filter(memberships::organization_id.eq(organization))
        .filter(memberships::id.eq(id))
        .filter(memberships::status.ne(MembershipStatus::Removed))
        .select(MemberRow::as_select())
        .first(conn)
}
