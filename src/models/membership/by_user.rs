//! Memberships by the account that has them.

use diesel::prelude::*;

use crate::authz::role::Role;
use crate::common::id::{MembershipId, UserId};
use crate::common::time::Time;
use crate::db::Conn;
use crate::db::schema::{memberships, users};
use crate::db::types::MembershipStatus;
use crate::db::types::org_id::OrgId;

/// The active membership of an account. Its access may be over.
pub fn active_id(conn: &mut Conn, organization: OrgId, user: UserId) -> QueryResult<Option<MembershipId>> {
    memberships::table
        .filter(memberships::organization_id.eq(organization))
        .filter(memberships::user_id.eq(user))
        .filter(memberships::status.eq(MembershipStatus::Active))
        .select(memberships::id)
        .first(conn)
        .optional()
}

/// Whether an account is a member, suspended or not.
pub fn is_member(conn: &mut Conn, organization: OrgId, user: UserId) -> QueryResult<bool> {
    let memberships: i64 = memberships::table
        .filter(memberships::organization_id.eq(organization))
        .filter(memberships::user_id.eq(user))
        .filter(memberships::status.ne(MembershipStatus::Removed))
        .count()
        .get_result(conn)?;
    Ok(memberships > 0)
}

/// Which of these addresses belong to members.
pub fn members_among(conn: &mut Conn, organization: OrgId, emails: &[&str]) -> QueryResult<Vec<String>> {
    memberships::table
        .inner_join(users::table)
        .filter(memberships::organization_id.eq(organization))
        .filter(memberships::status.ne(MembershipStatus::Removed))
        .filter(users::email.eq_any(emails))
        .select(users::email)
        .load(conn)
}

/// What an account is in an organization.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MembershipState {
    /// Not a member; also someone who left.
    Stranger,
    /// Removed by another member.
    Removed,
    Member,
    /// Suspended, or the access is over.
    Suspended,
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = memberships)]
struct StandingRow {
    id: MembershipId,
    role: Role,
    status: MembershipStatus,
    access_until: Option<Time>,
    removed_by: Option<String>,
}

/// The membership of an account, unless it was removed, and what the account is in the organization.
pub fn state(
    conn: &mut Conn,
    organization: OrgId,
    user: UserId,
    now: Time,
) -> QueryResult<(Option<(MembershipId, Role)>, MembershipState)> {
    let row: Option<StandingRow> = memberships::table
        .filter(memberships::organization_id.eq(organization))
        .filter(memberships::user_id.eq(user))
        .select(StandingRow::as_select())
        .first(conn)
        .optional()?;
    let Some(row) = row else {
        return Ok((None, MembershipState::Stranger));
    };
    let membership = Some((row.id, row.role));
    Ok(match row.status {
        MembershipStatus::Removed if row.removed_by.as_deref() == Some(user.as_str()) => {
            (None, MembershipState::Stranger)
        }
        MembershipStatus::Removed => (None, MembershipState::Removed),
        MembershipStatus::Active if row.access_until.is_none_or(|end| end >= now) => {
            (membership, MembershipState::Member)
        }
        _ => (membership, MembershipState::Suspended),
    })
}

/// An active member with the account's name and address.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = memberships)]
pub struct RoleHolder {
    pub id: MembershipId,
    #[diesel(column_name = user_id)]
    pub user: UserId,
    #[diesel(select_expression = users::name)]
    pub name: String,
    #[diesel(select_expression = users::email)]
    pub email: String,
}

/// The active members with a role, by name.
pub fn role_holders(conn: &mut Conn, organization: OrgId, role: Role, limit: i64) -> QueryResult<Vec<RoleHolder>> {
    memberships::table
        .inner_join(users::table)
        .filter(memberships::organization_id.eq(organization))
        .filter(memberships::role.eq(role))
        .filter(memberships::status.eq(MembershipStatus::Active))
        .filter(memberships::sort_name.is_not_null())
        .order((memberships::sort_name, memberships::id))
        .limit(limit)
        .select(RoleHolder::as_select())
        .load(conn)
}
