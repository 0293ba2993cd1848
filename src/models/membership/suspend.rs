//! Suspending members and restoring their access.

use diesel::prelude::*;

use crate::app::Ctx;
use crate::authz::role::Role;
use crate::common::id::{MembershipId, UserId};
use crate::common::time::Time;
use crate::db::schema::memberships;
use crate::db::types::MembershipStatus;
use crate::db::types::org_id::OrgId;
use crate::db::{Conn, affected};
use crate::models::membership::counters::{CountedAs, add_owner, is_last_owner, recount, release_owner};
use crate::models::membership::record::Membership;
use crate::models::membership::{MembershipOutcome, current, owns};

fn moved(
    conn: &mut Conn,
    organization: OrgId,
    member: &Membership,
    from: MembershipStatus,
    to: MembershipStatus,
) -> QueryResult<()> {
    let counted = |status| CountedAs {
        role: member.role,
        status,
    };
    recount(conn, organization, member.id, Some(counted(from)), Some(counted(to)))
}

/// Suspends a member. Role, assignments and groups are kept. `by` is `None` when their access ended.
pub fn suspend(
    conn: &mut Conn,
    cx: &Ctx,
    organization: OrgId,
    member: &Membership,
    by: Option<UserId>,
    reason: &str,
) -> QueryResult<MembershipOutcome> {
    if member.status != MembershipStatus::Active {
        return Ok(MembershipOutcome::Changed);
    }
    if owns(member) && is_last_owner(conn, organization)? {
        return Ok(MembershipOutcome::LastOwner);
    }
    let changed = diesel::update(current!(organization, member))
        .set((
            memberships::status.eq(MembershipStatus::Suspended),
            memberships::suspended_at.eq(Some(cx.now)),
            memberships::suspended_by.eq(by.map(|by| by.to_string())),
            memberships::suspend_reason.eq(reason),
        ))
        .execute(conn)?;
    if changed == 0 {
        return Ok(MembershipOutcome::Changed);
    }
    if owns(member) {
        release_owner(conn, organization)?;
    }
    moved(
        conn,
        organization,
        member,
        MembershipStatus::Active,
        MembershipStatus::Suspended,
    )?;
    Ok(MembershipOutcome::Done)
}

/// Restores a suspended member's access. An end date that has passed is removed.
pub fn reinstate(
    conn: &mut Conn,
    cx: &Ctx,
    organization: OrgId,
    member: &Membership,
) -> QueryResult<MembershipOutcome> {
    let until = member.access_until.filter(|end| *end >= cx.now);
    activate(conn, organization, member, until)
}

fn activate(
    conn: &mut Conn,
    organization: OrgId,
    member: &Membership,
    until: Option<Time>,
) -> QueryResult<MembershipOutcome> {
    if member.status != MembershipStatus::Suspended {
        return Ok(MembershipOutcome::Changed);
    }
    let changed = diesel::update(current!(organization, member))
        .set((
            memberships::status.eq(MembershipStatus::Active),
            memberships::suspended_at.eq(None::<Time>),
            memberships::suspended_by.eq(None::<String>),
            memberships::suspend_reason.eq(""),
            memberships::access_until.eq(until),
        ))
        .execute(conn)?;
    if changed == 0 {
        return Ok(MembershipOutcome::Changed);
    }
    if member.access.direct_role == Role::Owner {
        add_owner(conn, organization)?;
    }
    moved(
        conn,
        organization,
        member,
        MembershipStatus::Suspended,
        MembershipStatus::Active,
    )?;
    Ok(MembershipOutcome::Done)
}

/// Changes when a member's access ends. If it had ended, they get it back.
pub fn set_access_until(
    conn: &mut Conn,
    organization: OrgId,
    member: &Membership,
    until: Option<Time>,
) -> QueryResult<MembershipOutcome> {
    affected::member(organization, member.id);
    if member.ended() {
        return activate(conn, organization, member, until);
    }
    let changed = diesel::update(current!(organization, member))
        .set(memberships::access_until.eq(until))
        .execute(conn)?;
    Ok(if changed == 0 {
        MembershipOutcome::Changed
    } else {
        MembershipOutcome::Done
    })
}

/// Active members whose access has ended, at most `limit`.
pub fn due_to_end(conn: &mut Conn, now: Time, limit: i64) -> QueryResult<Vec<(OrgId, MembershipId)>> {
    memberships::table
        .filter(memberships::status.eq(MembershipStatus::Active))
        .filter(memberships::access_until.lt(now))
        .order((memberships::organization_id, memberships::id))
        .limit(limit)
        .select((memberships::organization_id, memberships::id))
        .load(conn)
}
