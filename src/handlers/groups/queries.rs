//! The members of a group.

use std::collections::HashSet;

use diesel::prelude::*;

use crate::authz::role::Role;
use crate::common::id::{GroupId, MembershipId};
use crate::common::paging::{Cursor, Direction};
use crate::db::Conn;
use crate::db::schema::{group_members, memberships, users};
use crate::db::types::MembershipStatus;
use crate::db::types::org_id::OrgId;

#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = memberships)]
pub struct GroupMember {
    pub id: MembershipId,
    #[diesel(select_expression = users::name, select_expression_type = users::name)]
    pub name: String,
    #[diesel(select_expression = users::email, select_expression_type = users::email)]
    pub email: String,
    /// The effective role.
    pub role: Role,
    pub status: MembershipStatus,
    pub sort_name: Option<Vec<u8>>,
}

/// The members of a group by name, from `cursor` on, one more than `size`.
pub fn members(
    conn: &mut Conn,
    organization: OrgId,
    group: GroupId,
    cursor: Option<&Cursor>,
    size: usize,
) -> QueryResult<Vec<GroupMember>> {
    let mut query = group_members::table
        .inner_join(
            memberships::table.on(memberships::organization_id
                .eq(group_members::organization_id)
                .and(memberships::id.eq(group_members::membership_id))),
        )
        .inner_join(users::table.on(users::id.eq(memberships::user_id)))
        .filter(group_members::organization_id.eq(organization))
        .filter(group_members::group_id.eq(group))
        .select(GroupMember::as_select())
        .into_boxed();
    let backwards = cursor.is_some_and(|cursor| cursor.direction == Direction::Previous);
    if let Some(cursor) = cursor {
        let (key, id) = (cursor.key.clone(), cursor.id.clone());
        query = if backwards {
            query.filter(
                memberships::sort_name
                    .lt(key.clone())
                    .or(memberships::sort_name.eq(key).and(memberships::id.lt(id))),
            )
        } else {
            query.filter(
                memberships::sort_name
                    .gt(key.clone())
                    .or(memberships::sort_name.eq(key).and(memberships::id.gt(id))),
            )
        };
    }
    query = if backwards {
        query.order((memberships::sort_name.desc(), memberships::id.desc()))
    } else {
        query.order((memberships::sort_name, memberships::id))
    };
    query.limit(i64::try_from(size + 1).unwrap_or(i64::MAX)).load(conn)
}

/// Which of the members are in a group.
pub fn among(
    conn: &mut Conn,
    organization: OrgId,
    group: GroupId,
    ids: &[MembershipId],
) -> QueryResult<HashSet<MembershipId>> {
    let ids: Vec<MembershipId> = group_members::table
        .filter(group_members::organization_id.eq(organization))
        .filter(group_members::group_id.eq(group))
        .filter(group_members::membership_id.eq_any(ids))
        .select(group_members::membership_id)
        .load(conn)?;
    Ok(ids.into_iter().collect())
}
