//! Filters of the list of members that a member saved under a name, for themselves.

use diesel::prelude::*;

use crate::common::id::{MemberViewId, MembershipId};
use crate::common::time::Time;
use crate::db::Conn;
use crate::db::schema::member_views;
use crate::db::types::org_id::OrgId;
use crate::on_each;

/// The most saved views of one member.
pub const MOST: i64 = 20;

#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = member_views)]
pub struct MemberView {
    pub id: MemberViewId,
    pub name: String,
    /// The query of the list's address, without the question mark.
    pub query: String,
}

pub fn count(conn: &mut Conn, organization: OrgId, member: MembershipId) -> QueryResult<i64> {
    member_views::table
        .filter(member_views::organization_id.eq(organization))
        .filter(member_views::membership_id.eq(member))
        .count()
        .get_result(conn)
}

/// Saves a view; `None` when the member has one of this name.
pub fn save(
    conn: &mut Conn,
    organization: OrgId,
    member: MembershipId,
    name: &str,
    query: &str,
    now: Time,
) -> QueryResult<Option<MemberViewId>> {
    let id = MemberViewId::fresh();
    let row = (
        member_views::organization_id.eq(organization),
        member_views::id.eq(id),
        member_views::membership_id.eq(member),
        member_views::name.eq(name),
        member_views::query.eq(query),
        member_views::created_at.eq(now),
    );
    let saved = on_each!(conn, c => diesel::insert_into(member_views::table)
        .values(row)
        .on_conflict_do_nothing()
        .execute(c))?;
    Ok((saved == 1).then_some(id))
}

/// Deletes a view of a member, and returns its name; `None` when they have none with this id.
pub fn delete(
    conn: &mut Conn,
    organization: OrgId,
    member: MembershipId,
    id: MemberViewId,
) -> QueryResult<Option<String>> {
    let name: Option<String> = member_views::table
        .find((organization, id))
        .filter(member_views::membership_id.eq(member))
        .select(member_views::name)
        .first(conn)
        .optional()?;
    if name.is_some() {
        diesel::delete(member_views::table.find((organization, id))).execute(conn)?;
    }
    Ok(name)
}
