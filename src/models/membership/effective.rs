//! Effective roles and assignments: the higher of what a member has directly and through groups. Every change of either
//! recomputes them.

use std::collections::BTreeMap;

use diesel::prelude::*;

use crate::app::Ctx;
use crate::authz::role::{CompanyRole, Role};
use crate::common::id::{CompanyId, MembershipId};
use crate::db::Conn;
use crate::db::schema::{company_assignments, group_grants, group_members, groups, memberships, organizations};
use crate::db::types::MembershipStatus;
use crate::db::types::org_id::OrgId;
use crate::models::membership::Origin;
use crate::models::membership::counters::{CountedAs, count_in, recount};

/// Locks several memberships before any counter changes, so that concurrent changes wait here. The organization is locked
/// first, because it counts the owners.
pub fn lock_members(conn: &mut Conn, organization: OrgId, members: &[MembershipId]) -> QueryResult<()> {
    diesel::update(organizations::table.find(organization))
        .set(organizations::owner_count.eq(organizations::owner_count))
        .execute(conn)?;
    for some in members.chunks(1_000) {
        diesel::update(
            memberships::table
                .filter(memberships::organization_id.eq(organization))
                .filter(memberships::id.eq_any(some)),
        )
        .set(memberships::group_count.eq(memberships::group_count))
        .execute(conn)?;
    }
    Ok(())
}

#[derive(Queryable)]
struct EffectiveRow {
    role: Role,
    direct_role: Role,
    status: MembershipStatus,
    groups: i32,
    sort_name: Option<Vec<u8>>,
}

/// An assignment as stored, and what it follows from.
#[derive(Default)]
struct AssignmentSources {
    stored: Option<(CompanyRole, Origin)>,
    direct: Option<CompanyRole>,
    by_group: Option<CompanyRole>,
}

/// Recomputes the effective role and assignments. The caller has locked the membership by writing it.
pub fn recompute_effective(conn: &mut Conn, cx: &Ctx, organization: OrgId, id: MembershipId) -> QueryResult<()> {
    let row: EffectiveRow = memberships::table
        .find((organization, id))
        .select((
            memberships::role,
            memberships::direct_role,
            memberships::status,
            memberships::group_count,
            memberships::sort_name,
        ))
        .first(conn)?;
    if row.status == MembershipStatus::Removed {
        return Ok(());
    }
    let (roles, granted) = if row.groups > 0 {
        inherited(conn, organization, id)?
    } else {
        (Vec::new(), Vec::new())
    };
    let role = Role::highest(row.direct_role, roles);
    let counted = |role| CountedAs {
        role,
        status: row.status,
    };
    if role != row.role {
        diesel::update(memberships::table.find((organization, id)))
            .set(memberships::role.eq(role))
            .execute(conn)?;
        recount(conn, organization, id, Some(counted(row.role)), Some(counted(role)))?;
    }
    let mut assignments = assignments_of(conn, organization, id)?;
    for (company, role) in granted {
        let assignment = assignments.entry(company).or_default();
        assignment.by_group = assignment.by_group.into_iter().chain([role]).min();
    }
    let sort_name = row.sort_name.unwrap_or_default();
    for (company, assignment) in assignments {
        let change = put(conn, cx, (organization, id, company), &assignment, &sort_name)?;
        if change != 0 && counted(role).in_companies() {
            count_in(conn, organization, company, change)?;
        }
    }
    Ok(())
}

type InheritedAssignments = Vec<(CompanyId, CompanyRole)>;

/// What a member's groups give.
fn inherited(conn: &mut Conn, organization: OrgId, id: MembershipId) -> QueryResult<(Vec<Role>, InheritedAssignments)> {
    let mine = group_members::organization_id
        .eq(organization)
        .and(group_members::membership_id.eq(id));
    let roles = groups::table
        .inner_join(
            group_members::table.on(group_members::organization_id
                .eq(groups::organization_id)
                .and(group_members::group_id.eq(groups::id))),
        )
        .filter(mine)
        .select(groups::role)
        .load(conn)?;
    let granted = group_grants::table
        .inner_join(
            group_members::table.on(group_members::organization_id
                .eq(group_grants::organization_id)
                .and(group_members::group_id.eq(group_grants::group_id))),
        )
        .filter(mine)
        .select((group_grants::company_id, group_grants::role))
        .load(conn)?;
    Ok((roles, granted))
}

/// The stored assignments, ordered by company, so that concurrent changes cannot deadlock.
fn assignments_of(
    conn: &mut Conn,
    organization: OrgId,
    id: MembershipId,
) -> QueryResult<BTreeMap<CompanyId, AssignmentSources>> {
    type EffectiveRow = (CompanyId, CompanyRole, Option<CompanyRole>, Origin);
    let rows: Vec<EffectiveRow> = company_assignments::table
        .filter(company_assignments::organization_id.eq(organization))
        .filter(company_assignments::membership_id.eq(id))
        .select((
            company_assignments::company_id,
            company_assignments::role,
            company_assignments::direct_role,
            company_assignments::origin,
        ))
        .load(conn)?;
    let assignment = |(company, role, direct, origin): EffectiveRow| {
        let assignment = AssignmentSources {
            stored: Some((role, origin)),
            direct,
            by_group: None,
        };
        (company, assignment)
    };
    Ok(rows.into_iter().map(assignment).collect())
}

/// Stores an assignment as it follows; 1 when one was added, -1 when one was deleted.
fn put(
    conn: &mut Conn,
    cx: &Ctx,
    key: (OrgId, MembershipId, CompanyId),
    assignment: &AssignmentSources,
    sort_name: &[u8],
) -> QueryResult<i64> {
    let follows = assignment.direct.into_iter().chain(assignment.by_group).min();
    match (assignment.stored, follows) {
        (None, Some(role)) => {
            let (organization, id, company) = key;
            diesel::insert_into(company_assignments::table)
                .values((
                    company_assignments::organization_id.eq(organization),
                    company_assignments::membership_id.eq(id),
                    company_assignments::company_id.eq(company),
                    company_assignments::role.eq(role),
                    company_assignments::direct_role.eq(None::<CompanyRole>),
                    company_assignments::origin.eq(Origin::Group),
                    company_assignments::sort_name.eq(sort_name),
                    company_assignments::created_at.eq(cx.now),
                ))
                .execute(conn)?;
            Ok(1)
        }
        (Some(_), None) => {
            diesel::delete(company_assignments::table.find(key)).execute(conn)?;
            Ok(-1)
        }
        (Some((stored, origin)), Some(role)) => {
            let origin_now = if assignment.direct.is_none() {
                Origin::Group
            } else {
                origin
            };
            if (stored, origin) != (role, origin_now) {
                diesel::update(company_assignments::table.find(key))
                    .set((
                        company_assignments::role.eq(role),
                        company_assignments::origin.eq(origin_now),
                    ))
                    .execute(conn)?;
            }
            Ok(0)
        }
        (None, None) => Ok(0),
    }
}
