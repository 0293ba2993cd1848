//! The members who have custom roles.

use std::collections::HashMap;

use diesel::prelude::*;

use crate::common::id::CustomRoleId;
use crate::db::Conn;
use crate::db::schema::memberships;
use crate::db::types::MembershipStatus;
use crate::db::types::org_id::OrgId;

/// The number of members who have a role.
pub fn holders(conn: &mut Conn, organization: OrgId, id: CustomRoleId) -> QueryResult<i64> {
    memberships::table
        .filter(memberships::organization_id.eq(organization))
        .filter(memberships::custom_role_id.eq(id))
        .filter(memberships::status.ne(MembershipStatus::Removed))
        .count()
        .get_result(conn)
}

/// The number of members who have each role.
pub fn all_holders(conn: &mut Conn, organization: OrgId) -> QueryResult<HashMap<CustomRoleId, i64>> {
    let rows: Vec<(Option<CustomRoleId>, i64)> = memberships::table
        .filter(memberships::organization_id.eq(organization))
        .filter(memberships::custom_role_id.is_not_null())
        .filter(memberships::status.ne(MembershipStatus::Removed))
        .group_by(memberships::custom_role_id)
        .select((memberships::custom_role_id, diesel::dsl::count_star()))
        .load(conn)?;
    Ok(rows.into_iter().filter_map(|(id, n)| Some((id?, n))).collect())
}
