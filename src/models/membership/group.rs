//! Changes of groups and their members.

use diesel::prelude::*;

use crate::app::Ctx;
use crate::authz::role::{CompanyRole, Role};
use crate::common::id::{CompanyId, GroupId, MembershipId, UserId};
use crate::db::Conn;
use crate::db::schema::{group_grants, group_members, groups, memberships};
use crate::db::types::MembershipStatus;
use crate::db::types::org_id::OrgId;
use crate::models::membership::effective::{lock_members, recompute_effective};
use crate::on_each;

/// What a group is and gives.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GroupTerms {
    /// Unique in the organization.
    pub name: String,
    pub description: String,
    /// Never Owner. Member gives nothing.
    pub role: Role,
    pub companies: Vec<(CompanyId, CompanyRole)>,
}

/// Creates a group; `None` when the name is taken.
pub fn create(
    conn: &mut Conn,
    cx: &Ctx,
    organization: OrgId,
    by: UserId,
    terms: &GroupTerms,
) -> QueryResult<Option<GroupId>> {
    let id = GroupId::fresh();
    let row = (
        groups::organization_id.eq(organization),
        groups::id.eq(id),
        groups::name.eq(&terms.name),
        groups::description.eq(&terms.description),
        groups::role.eq(terms.role),
        groups::created_by.eq(by.to_string()),
        groups::created_at.eq(cx.now),
    );
    let placed =
        on_each!(conn, c => diesel::insert_into(groups::table).values(row).on_conflict_do_nothing().execute(c))?;
    if placed == 0 {
        return Ok(None);
    }
    set_grants(conn, organization, id, &terms.companies)?;
    Ok(Some(id))
}

/// Changes a group, and with it what its members inherit; `false` when the name is taken or the group no longer exists.
pub fn edit(conn: &mut Conn, cx: &Ctx, organization: OrgId, id: GroupId, terms: &GroupTerms) -> QueryResult<bool> {
    lock_row(conn, organization, id)?;
    let taken: bool = diesel::select(diesel::dsl::exists(
        groups::table
            .filter(groups::organization_id.eq(organization))
            .filter(groups::name.eq(&terms.name))
            .filter(groups::id.ne(id)),
    ))
    .get_result(conn)?;
    if taken {
        return Ok(false);
    }
    let changed = diesel::update(groups::table.find((organization, id)))
        .set((
            groups::name.eq(&terms.name),
            groups::description.eq(&terms.description),
            groups::role.eq(terms.role),
        ))
        .execute(conn)?;
    if changed == 0 {
        return Ok(false);
    }
    set_grants(conn, organization, id, &terms.companies)?;
    recompute_members(conn, cx, organization, id)?;
    Ok(true)
}

/// Deletes a group; its members lose what only it gave them. `false` when it no longer exists.
pub fn delete(conn: &mut Conn, cx: &Ctx, organization: OrgId, id: GroupId) -> QueryResult<bool> {
    lock_row(conn, organization, id)?;
    let members = people(conn, organization, id)?;
    lock_members(conn, organization, &members)?;
    for member in members {
        take(conn, cx, organization, id, member)?;
    }
    set_grants(conn, organization, id, &[])?;
    let gone = diesel::delete(groups::table.find((organization, id))).execute(conn)?;
    Ok(gone == 1)
}

/// Adds a member to a group; `false` when they are in it or no longer a member.
pub fn put(conn: &mut Conn, cx: &Ctx, organization: OrgId, id: GroupId, member: MembershipId) -> QueryResult<bool> {
    lock_row(conn, organization, id)?;
    let row = (
        group_members::organization_id.eq(organization),
        group_members::group_id.eq(id),
        group_members::membership_id.eq(member),
        group_members::added_at.eq(cx.now),
    );
    let placed =
        on_each!(conn, c => diesel::insert_into(group_members::table).values(row).on_conflict_do_nothing().execute(c))?;
    if placed == 0 {
        return Ok(false);
    }
    let changed = diesel::update(
        memberships::table
            .filter(memberships::organization_id.eq(organization))
            .filter(memberships::id.eq(member))
            .filter(memberships::status.ne(MembershipStatus::Removed)),
    )
    .set(memberships::group_count.eq(memberships::group_count + 1))
    .execute(conn)?;
    if changed == 0 {
        diesel::delete(group_members::table.find((organization, id, member))).execute(conn)?;
        return Ok(false);
    }
    count(conn, organization, id, 1)?;
    recompute_effective(conn, cx, organization, member)?;
    Ok(true)
}

/// Removes a member from a group; `false` when they are not in it.
pub fn take(conn: &mut Conn, cx: &Ctx, organization: OrgId, id: GroupId, member: MembershipId) -> QueryResult<bool> {
    lock_row(conn, organization, id)?;
    let taken = diesel::delete(group_members::table.find((organization, id, member))).execute(conn)?;
    if taken == 0 {
        return Ok(false);
    }
    diesel::update(memberships::table.find((organization, member)))
        .set(memberships::group_count.eq(memberships::group_count - 1))
        .execute(conn)?;
    count(conn, organization, id, -1)?;
    recompute_effective(conn, cx, organization, member)?;
    Ok(true)
}

/// The members of a group.
pub fn people(conn: &mut Conn, organization: OrgId, id: GroupId) -> QueryResult<Vec<MembershipId>> {
    group_members::table
        .filter(group_members::organization_id.eq(organization))
        .filter(group_members::group_id.eq(id))
        .order(group_members::membership_id)
        .select(group_members::membership_id)
        .load(conn)
}

/// The groups of a member.
pub fn of(conn: &mut Conn, organization: OrgId, member: MembershipId) -> QueryResult<Vec<GroupId>> {
    group_members::table
        .filter(group_members::organization_id.eq(organization))
        .filter(group_members::membership_id.eq(member))
        .order(group_members::group_id)
        .select(group_members::group_id)
        .load(conn)
}

/// Removes a removed member from all groups.
pub fn forget(conn: &mut Conn, organization: OrgId, member: MembershipId) -> QueryResult<()> {
    for id in of(conn, organization, member)? {
        diesel::delete(group_members::table.find((organization, id, member))).execute(conn)?;
        count(conn, organization, id, -1)?;
    }
    Ok(())
}

/// Locks the group's row. Always before a membership's row.
pub fn lock_row(conn: &mut Conn, organization: OrgId, id: GroupId) -> QueryResult<()> {
    count(conn, organization, id, 0)
}

fn count(conn: &mut Conn, organization: OrgId, id: GroupId, by: i64) -> QueryResult<()> {
    diesel::update(groups::table.find((organization, id)))
        .set(groups::member_count.eq(groups::member_count + by))
        .execute(conn)?;
    Ok(())
}

fn set_grants(
    conn: &mut Conn,
    organization: OrgId,
    id: GroupId,
    companies: &[(CompanyId, CompanyRole)],
) -> QueryResult<()> {
    diesel::delete(
        group_grants::table
            .filter(group_grants::organization_id.eq(organization))
            .filter(group_grants::group_id.eq(id)),
    )
    .execute(conn)?;
    for (company, role) in companies {
        diesel::insert_into(group_grants::table)
            .values((
                group_grants::organization_id.eq(organization),
                group_grants::group_id.eq(id),
                group_grants::company_id.eq(*company),
                group_grants::role.eq(*role),
            ))
            .execute(conn)?;
    }
    Ok(())
}

fn recompute_members(conn: &mut Conn, cx: &Ctx, organization: OrgId, id: GroupId) -> QueryResult<()> {
    let members = people(conn, organization, id)?;
    lock_members(conn, organization, &members)?;
    for member in members {
        recompute_effective(conn, cx, organization, member)?;
    }
    Ok(())
}
