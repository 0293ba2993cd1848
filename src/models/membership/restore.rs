//! Undoing a removal.

use diesel::prelude::*;

use crate::app::Ctx;
use crate::authz::role::{CompanyRole, Role};
use crate::common::error::AppError;
use crate::common::id::{CompanyId, CustomRoleId, GroupId, MembershipId, UserId};
use crate::common::search;
use crate::common::time::Time;
use crate::db::Conn;
use crate::db::schema::{companies, groups, memberships, users};
use crate::db::types::MembershipStatus;
use crate::db::types::org_id::OrgId;
use crate::models::custom_role;
use crate::models::membership::counters::{CountedAs, add_owner, put_words, recount};
use crate::models::membership::effective::recompute_effective;
use crate::models::membership::record::Membership;
use crate::models::membership::remove::{RemovalSnapshot, SnapshotAssignment};
use crate::models::membership::{DirectAssignment, Origin, group, restore_assignment};

/// Restores a removed member with role, custom role, overrides, groups and assignments, except what the organization no
/// longer has. `None` when it is too late or they joined again. The caller checks that the actor may grant all of it.
pub fn restore(
    conn: &mut Conn,
    cx: &Ctx,
    organization: OrgId,
    id: MembershipId,
) -> Result<Option<Membership>, AppError> {
    let found: Option<(String, UserId)> = memberships::table
        .filter(memberships::organization_id.eq(organization))
        .filter(memberships::id.eq(id))
        .filter(memberships::status.eq(MembershipStatus::Removed))
        .filter(memberships::restorable_until.ge(cx.now))
        .select((memberships::removal_snapshot, memberships::user_id))
        .first(conn)
        .optional()?;
    let Some((snapshot, user)) = found else {
        return Ok(None);
    };
    let snapshot: RemovalSnapshot = serde_json::from_str(&snapshot).map_err(AppError::internal)?;
    let (role, custom) = restored_role(conn, organization, &snapshot)?;
    let groups: Vec<GroupId> = snapshot.groups.iter().filter_map(|text| GroupId::parse(text)).collect();
    for group in &groups {
        group::lock_row(conn, organization, *group)?;
    }
    let status = if snapshot.suspended {
        MembershipStatus::Suspended
    } else {
        MembershipStatus::Active
    };
    if !write(
        conn,
        cx,
        (organization, id, user),
        CountedAs { role, status },
        custom,
        &snapshot,
    )? {
        return Ok(None);
    }
    for assignment in &snapshot.companies {
        restore_from_snapshot(conn, cx, organization, id, assignment)?;
    }
    for group in groups {
        let exists: Option<GroupId> = groups::table
            .find((organization, group))
            .select(groups::id)
            .first(conn)
            .optional()?;
        if exists.is_some() {
            group::put(conn, cx, organization, group, id)?;
        }
    }
    recompute_effective(conn, cx, organization, id)?;
    Ok(Some(Membership::find(conn, organization, id)?))
}

/// The direct role and the custom role to restore. A custom role that was deleted leaves the role Member; one that was
/// based on another role meanwhile has that role.
fn restored_role(
    conn: &mut Conn,
    organization: OrgId,
    snapshot: &RemovalSnapshot,
) -> Result<(Role, Option<CustomRoleId>), AppError> {
    let Some(custom) = snapshot.custom_role.as_deref() else {
        let role = Role::parse(&snapshot.role);
        return Ok((
            role.ok_or_else(|| AppError::internal("unknown role in a snapshot"))?,
            None,
        ));
    };
    let Some(id) = CustomRoleId::parse(custom) else {
        return Ok((Role::Member, None));
    };
    Ok(match custom_role::lock_row(conn, organization, id)? {
        Some(base) => (base, Some(id)),
        None => (Role::Member, None),
    })
}

/// Writes the membership with its counters; `false` when it is no longer removed.
fn write(
    conn: &mut Conn,
    cx: &Ctx,
    (organization, id, user): (OrgId, MembershipId, UserId),
    counted: CountedAs,
    custom: Option<CustomRoleId>,
    snapshot: &RemovalSnapshot,
) -> Result<bool, AppError> {
    let (full_name, email): (String, String) = users::table
        .find(user)
        .select((users::name, users::email))
        .first(conn)?;
    let CountedAs { role, status } = counted;
    let restored = diesel::update(
        memberships::table
            .filter(memberships::organization_id.eq(organization))
            .filter(memberships::id.eq(id))
            .filter(memberships::status.eq(MembershipStatus::Removed))
            .filter(memberships::restorable_until.ge(cx.now)),
    )
    .set((
        memberships::status.eq(status),
        memberships::role.eq(role),
        memberships::direct_role.eq(role),
        memberships::custom_role_id.eq(custom),
        memberships::overrides.eq(&snapshot.overrides),
        memberships::sort_name.eq(Some(search::sort_key(&full_name))),
        memberships::removed_at.eq(None::<Time>),
        memberships::removed_by.eq(None::<String>),
        memberships::restorable_until.eq(None::<Time>),
        memberships::removal_snapshot.eq(""),
    ))
    .execute(conn)?;
    if restored == 0 {
        return Ok(false);
    }
    recount(conn, organization, id, None, Some(counted))?;
    if role == Role::Owner && status == MembershipStatus::Active {
        add_owner(conn, organization)?;
    }
    put_words(conn, organization, id, &full_name, &email)?;
    Ok(true)
}

fn restore_from_snapshot(
    conn: &mut Conn,
    cx: &Ctx,
    organization: OrgId,
    id: MembershipId,
    assignment: &SnapshotAssignment,
) -> QueryResult<()> {
    let (Some(company), Some(role)) = (
        CompanyId::parse(&assignment.company),
        CompanyRole::parse(&assignment.role),
    ) else {
        return Ok(());
    };
    let exists: Option<CompanyId> = companies::table
        .find((organization, company))
        .select(companies::id)
        .first(conn)
        .optional()?;
    if exists.is_none() {
        return Ok(());
    }
    let direct = DirectAssignment {
        role,
        origin: Origin::parse(&assignment.origin).unwrap_or(Origin::Direct),
        until: assignment.until.map(Time),
    };
    restore_assignment(conn, cx, organization, id, company, direct)
}
