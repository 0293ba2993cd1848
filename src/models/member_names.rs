//! The people whom settings are about.

use std::collections::HashMap;

use diesel::prelude::*;

use crate::authz::role::Role;
use crate::common::id::MembershipId;
use crate::db::Conn;
use crate::db::schema::{memberships, users};
use crate::db::types::MembershipStatus;
use crate::db::types::org_id::OrgId;

/// So many owners and admins get a letter.
const LETTERS: i64 = 500;

/// The active owners and admins, by name: name and address.
pub fn leaders(conn: &mut Conn, organization: OrgId) -> QueryResult<Vec<(String, String)>> {
    memberships::table
        .inner_join(users::table)
        .filter(memberships::organization_id.eq(organization))
        .filter(memberships::role.eq_any([Role::Owner, Role::Admin]))
        .filter(memberships::status.eq(MembershipStatus::Active))
        .filter(memberships::sort_name.is_not_null())
        .order((memberships::role.desc(), memberships::sort_name, memberships::id))
        .limit(LETTERS)
        .select((users::name, users::email))
        .load(conn)
}

/// The names behind memberships, also of people who were removed.
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
