//! Names and email addresses of members.

use std::collections::HashMap;

use diesel::prelude::*;

use crate::authz::role::Role;
use crate::common::id::{MembershipId, UserId};
use crate::db::Conn;
use crate::db::schema::{memberships, users};
use crate::db::types::MembershipStatus;
use crate::db::types::org_id::OrgId;

/// The most owners and admins that get an email.
const MOST: i64 = 500;

/// Name and email address of the active owners and admins.
pub fn leaders(conn: &mut Conn, organization: OrgId) -> QueryResult<Vec<(String, String)>> {
    memberships::table
        .inner_join(users::table)
        .filter(memberships::organization_id.eq(organization))
        .filter(memberships::role.eq_any([Role::Owner, Role::Admin]))
        .filter(memberships::status.eq(MembershipStatus::Active))
        .filter(memberships::sort_name.is_not_null())
        .order((memberships::role.desc(), memberships::sort_name, memberships::id))
        .limit(MOST)
        .select((users::name, users::email))
        .load(conn)
}

/// The names of members, also of removed ones.
pub fn names(
    conn: &mut Conn,
    organization: OrgId,
    ids: Vec<MembershipId>,
) -> QueryResult<HashMap<MembershipId, String>> {
    let rows: Vec<(MembershipId, String)> = memberships::table
        .inner_join(users::table)
        .filter(memberships::organization_id.eq(organization))
        .filter(memberships::id.eq_any(ids))
        .select((memberships::id, users::name))
        .load(conn)?;
    Ok(rows.into_iter().collect())
}

/// The names of users, by user id.
pub fn user_names(conn: &mut Conn, ids: &[String]) -> QueryResult<HashMap<String, String>> {
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let rows: Vec<(UserId, String)> = users::table
        .filter(users::id.eq_any(ids))
        .select((users::id, users::name))
        .load(conn)?;
    Ok(rows.into_iter().map(|(id, name)| (id.to_string(), name)).collect())
}
