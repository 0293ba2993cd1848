//! The members who were removed or left, and can be restored.

use diesel::prelude::*;

use crate::authz::role::Role;
use crate::common::id::{MembershipId, UserId};
use crate::common::time::Time;
use crate::db::Conn;
use crate::db::schema::{memberships, users};
use crate::db::types::MembershipStatus;
use crate::db::types::org_id::OrgId;
use crate::models::member_names::user_names;

/// How many are listed.
pub const MOST: i64 = 500;

#[derive(Debug, Clone)]
pub struct RemovedMember {
    pub id: MembershipId,
    pub name: String,
    pub email: String,
    /// The effective role that they had.
    pub role: Role,
    pub at: Time,
    /// The name of who removed them; `None` when they left.
    pub by: Option<String>,
    /// When the removal can no longer be undone.
    pub until: Time,
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = memberships)]
struct RemovedRow {
    id: MembershipId,
    user_id: UserId,
    #[diesel(select_expression = users::name, select_expression_type = users::name)]
    name: String,
    #[diesel(select_expression = users::email, select_expression_type = users::email)]
    email: String,
    role: Role,
    removed_at: Option<Time>,
    removed_by: Option<String>,
    restorable_until: Option<Time>,
}

/// The removed members, latest first.
pub fn list(conn: &mut Conn, organization: OrgId, now: Time) -> QueryResult<Vec<RemovedMember>> {
    let rows: Vec<RemovedRow> = memberships::table
        .inner_join(users::table)
        .filter(memberships::organization_id.eq(organization))
        .filter(memberships::restorable_until.ge(now))
        .filter(memberships::status.eq(MembershipStatus::Removed))
        .order((memberships::restorable_until.desc(), memberships::id))
        .limit(MOST)
        .select(RemovedRow::as_select())
        .load(conn)?;
    let mut by: Vec<String> = rows.iter().filter_map(|row| row.removed_by.clone()).collect();
    by.sort_unstable();
    by.dedup();
    let names = user_names(conn, &by)?;
    let removed = |row: RemovedRow| RemovedMember {
        by: row
            .removed_by
            .filter(|by| by != row.user_id.as_str())
            .and_then(|by| names.get(&by).cloned()),
        id: row.id,
        name: row.name,
        email: row.email,
        role: row.role,
        at: row.removed_at.unwrap_or(now),
        until: row.restorable_until.unwrap_or(now),
    };
    Ok(rows.into_iter().map(removed).collect())
}

/// The number of members who can be restored, at most `MOST`.
pub fn count(conn: &mut Conn, organization: OrgId, now: Time) -> QueryResult<usize> {
    let ids: Vec<MembershipId> = memberships::table
        .filter(memberships::organization_id.eq(organization))
        .filter(memberships::restorable_until.ge(now))
        .filter(memberships::status.eq(MembershipStatus::Removed))
        .limit(MOST)
        .select(memberships::id)
        .load(conn)?;
    Ok(ids.len())
}

/// The name of a current or former member.
pub fn name(conn: &mut Conn, organization: OrgId, id: MembershipId) -> QueryResult<Option<String>> {
    memberships::table
        .inner_join(users::table)
        .filter(memberships::organization_id.eq(organization))
        .filter(memberships::id.eq(id))
        .select(users::name)
        .first(conn)
        .optional()
}
