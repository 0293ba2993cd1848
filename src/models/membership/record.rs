//! Another member, as a list or a rule needs them.

use diesel::prelude::*;

use crate::authz::role::Role;
use crate::common::error::AppError;
use crate::common::id::{MembershipId, UserId};
use crate::common::time::Time;
use crate::db::Conn;
use crate::db::schema::{memberships, users};
use crate::db::types::MembershipStatus;
use crate::db::types::org_id::OrgId;
use crate::models::membership::access::{FACTS, MembershipAccess};

/// What a list or a rule needs of another member.
#[derive(Debug, Clone, Queryable)]
pub struct Membership {
    pub id: MembershipId,
    pub user: UserId,
    pub name: String,
    pub email: String,
    /// The role that counts: the highest of their own and their groups'.
    pub role: Role,
    /// Whether it counts.
    pub status: MembershipStatus,
    /// The end of access.
    pub access_until: Option<Time>,
    pub joined_at: Time,
    /// When last seen in this organization.
    pub last_seen_at: Option<Time>,
    /// Who invited them, by account.
    pub invited_by: Option<String>,
    /// Who shut them out, by account; nobody when time did.
    pub suspended_by: Option<String>,
    /// What else their rights follow from.
    pub access: MembershipAccess,
}

impl Membership {
    /// Whether they are shut out because their access ended.
    pub fn ended(&self) -> bool {
        self.status == MembershipStatus::Suspended && self.suspended_by.is_none()
    }

    /// Finds somebody of the organization who has not been removed.
    pub fn find(conn: &mut Conn, organization: OrgId, id: MembershipId) -> Result<Self, AppError> {
        Ok(memberships::table
            .inner_join(users::table)
            .filter(memberships::organization_id.eq(organization))
            .filter(memberships::id.eq(id))
            .filter(memberships::status.ne(MembershipStatus::Removed))
            .select((
                memberships::id,
                users::id,
                users::name,
                users::email,
                memberships::role,
                memberships::status,
                memberships::access_until,
                memberships::joined_at,
                memberships::last_seen_at,
                memberships::invited_by,
                memberships::suspended_by,
                FACTS,
            ))
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
