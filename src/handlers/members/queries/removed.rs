//! Who was removed within the last day, and can still be brought back.

use diesel::prelude::*;

use crate::authz::role::Role;
use crate::common::id::{MembershipId, UserId};
use crate::common::time::Time;
use crate::db::Conn;
use crate::db::schema::{memberships, users};
use crate::db::types::MembershipStatus;
use crate::db::types::org_id::OrgId;
use crate::handlers::members::queries::names;

/// So many are listed; who removes more within a day takes back the others by looking again.
pub const MOST: i64 = 500;

/// Somebody who was removed or left.
#[derive(Debug, Clone)]
pub struct Gone {
    pub id: MembershipId,
    pub name: String,
    pub email: String,
    /// The role that counted.
    pub role: Role,
    pub at: Time,
    /// Who removed them; nobody when they left.
    pub by: Option<String>,
    /// Until when it can be taken back.
    pub until: Time,
}

type Row = (
    MembershipId,
    UserId,
    String,
    String,
    Role,
    Option<Time>,
    Option<String>,
    Option<Time>,
);

/// Who can still be brought back, the latest first.
pub fn list(conn: &mut Conn, organization: OrgId, now: Time) -> QueryResult<Vec<Gone>> {
    let rows: Vec<Row> = memberships::table
        .inner_join(users::table)
        .filter(memberships::organization_id.eq(organization))
        .filter(memberships::restorable_until.ge(now))
        .filter(memberships::status.eq(MembershipStatus::Removed))
        .order((memberships::restorable_until.desc(), memberships::id))
        .limit(MOST)
        .select((
            memberships::id,
            users::id,
            users::name,
            users::email,
            memberships::role,
            memberships::removed_at,
            memberships::removed_by,
            memberships::restorable_until,
        ))
        .load(conn)?;
    let mut by: Vec<String> = rows.iter().filter_map(|row| row.6.clone()).collect();
    by.sort_unstable();
    by.dedup();
    let names = names(conn, &by)?;
    Ok(rows
        .into_iter()
        .map(|(id, user, name, email, role, at, by, until)| Gone {
            id,
            name,
            email,
            role,
            at: at.unwrap_or(now),
            by: by
                .filter(|by| *by != user.to_string())
                .and_then(|by| names.get(&by).cloned()),
            until: until.unwrap_or(now),
        })
        .collect())
}

/// How many can still be brought back, counted up to `MOST`.
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

/// The name of somebody who belongs to the organization, or did; also when it is too late to bring them back.
pub fn name(conn: &mut Conn, organization: OrgId, id: MembershipId) -> QueryResult<Option<String>> {
    memberships::table
        .inner_join(users::table)
        .filter(memberships::organization_id.eq(organization))
        .filter(memberships::id.eq(id))
        .select(users::name)
        .first(conn)
        .optional()
}
