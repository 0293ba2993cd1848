//! A membership with the user's name and email address.

use diesel::prelude::*;

use crate::authz::role::Role;
use crate::common::error::AppError;
use crate::common::id::{MembershipId, UserId};
use crate::common::time::Time;
use crate::db::Conn;
use crate::db::schema::{memberships, users};
use crate::db::types::MembershipStatus;
use crate::db::types::org_id::OrgId;
use crate::mail::message::Recipient;
use crate::models::membership::access::MembershipAccess;

#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = memberships)]
pub struct Membership {
    pub id: MembershipId,
    #[diesel(column_name = user_id)]
    pub user: UserId,
    #[diesel(select_expression = users::name, select_expression_type = users::name)]
    pub name: String,
    #[diesel(select_expression = users::email, select_expression_type = users::email)]
    pub email: String,
    /// The effective role: the higher of the direct role and those of groups.
    pub role: Role,
    pub status: MembershipStatus,
    pub access_until: Option<Time>,
    pub joined_at: Time,
    /// When they were last active in this organization.
    pub last_seen_at: Option<Time>,
    /// The user id of who invited them.
    pub invited_by: Option<String>,
    /// The user id of who suspended them; `None` when their access ended.
    pub suspended_by: Option<String>,
    #[diesel(embed)]
    pub access: MembershipAccess,
}

impl Membership {
    /// Whether they are suspended because their access ended.
    pub fn ended(&self) -> bool {
        self.status == MembershipStatus::Suspended && self.suspended_by.is_none()
    }

    pub fn recipient(&self) -> Recipient {
        Recipient::stored(&self.name, &self.email)
    }

    /// A member who has not been removed.
    pub fn find(conn: &mut Conn, organization: OrgId, id: MembershipId) -> Result<Self, AppError> {
        Ok(memberships::table
            .inner_join(users::table)
            .filter(memberships::organization_id.eq(organization))
            .filter(memberships::id.eq(id))
            .filter(memberships::status.ne(MembershipStatus::Removed))
            .select(Self::as_select())
            .first(conn)?)
    }
}

/// Whether an account is a member of an organization, in whatever status but removed.
pub fn belongs(conn: &mut Conn, organization: OrgId, user: UserId) -> QueryResult<bool> {
    diesel::select(diesel::dsl::exists(
        memberships::table
            .filter(memberships::organization_id.eq(organization))
            .filter(memberships::user_id.eq(user))
            .filter(memberships::status.ne(MembershipStatus::Removed)),
    ))
    .get_result(conn)
}
