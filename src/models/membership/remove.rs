//! Removing members. What they had is kept for 24 hours.

use diesel::prelude::*;
use serde::{Deserialize, Serialize};

use crate::app::Ctx;
use crate::authz::role::CompanyRole;
use crate::common::error::AppError;
use crate::common::id::{CompanyId, CustomRoleId, UserId};
use crate::common::time::{Span, Time};
use crate::db::Conn;
use crate::db::schema::{company_assignments, memberships};
use crate::db::types::MembershipStatus;
use crate::db::types::org_id::OrgId;
use crate::models::membership::counters::{CountedAs, drop_words, is_last_owner, recount, release_owner};
use crate::models::membership::record::Membership;
use crate::models::membership::{MembershipOutcome, Origin, current, group, owns};

/// How long a removal can be undone.
pub const UNDO: Span = Span::hours(24);

/// What a removed member had, stored until the removal can no longer be undone.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct RemovalSnapshot {
    pub(super) role: String,
    pub(super) custom_role: Option<String>,
    pub(super) overrides: String,
    pub(super) suspended: bool,
    pub(super) groups: Vec<String>,
    pub(super) companies: Vec<SnapshotAssignment>,
}

#[derive(Debug, Serialize, Deserialize)]
pub(super) struct SnapshotAssignment {
    pub(super) company: String,
    pub(super) role: String,
    pub(super) origin: String,
    /// In microseconds.
    pub(super) until: Option<i64>,
}

impl RemovalSnapshot {
    fn of(conn: &mut Conn, organization: OrgId, member: &Membership) -> QueryResult<Self> {
        let groups = group::of(conn, organization, member.id)?;
        let assignments: Vec<(CompanyId, Option<CompanyRole>, Origin, Option<Time>)> = company_assignments::table
            .filter(company_assignments::organization_id.eq(organization))
            .filter(company_assignments::membership_id.eq(member.id))
            .filter(company_assignments::direct_role.is_not_null())
            .order(company_assignments::company_id)
            .select((
                company_assignments::company_id,
                company_assignments::direct_role,
                company_assignments::origin,
                company_assignments::access_until,
            ))
            .load(conn)?;
        Ok(Self {
            role: member.access.direct_role.as_str().to_owned(),
            custom_role: member.access.custom_role.map(|id| id.to_string()),
            overrides: member.access.overrides.clone(),
            suspended: member.status == MembershipStatus::Suspended,
            groups: groups.iter().map(ToString::to_string).collect(),
            companies: assignments
                .into_iter()
                .filter_map(|(company, role, origin, until)| {
                    Some(SnapshotAssignment {
                        company: company.to_string(),
                        role: role?.as_str().to_owned(),
                        origin: origin.as_str().to_owned(),
                        until: until.map(|end| end.0),
                    })
                })
                .collect(),
        })
    }
}

/// Removes a member, also one who leaves. The row is kept, because other records name it.
pub fn remove(
    conn: &mut Conn,
    cx: &Ctx,
    organization: OrgId,
    member: &Membership,
    by: UserId,
) -> Result<MembershipOutcome, AppError> {
    if owns(member) && is_last_owner(conn, organization)? {
        return Ok(MembershipOutcome::LastOwner);
    }
    for id in group::of(conn, organization, member.id)? {
        group::lock_row(conn, organization, id)?;
    }
    let snapshot = RemovalSnapshot::of(conn, organization, member)?;
    let changed = diesel::update(current!(organization, member))
        .set((
            memberships::status.eq(MembershipStatus::Removed),
            memberships::removed_at.eq(Some(cx.now)),
            memberships::removed_by.eq(Some(by.to_string())),
            memberships::sort_name.eq(None::<Vec<u8>>),
            memberships::group_count.eq(0),
            memberships::overrides.eq(""),
            memberships::custom_role_id.eq(None::<CustomRoleId>),
            memberships::restorable_until.eq(Some(cx.now + UNDO)),
            memberships::removal_snapshot.eq(serde_json::to_string(&snapshot).map_err(AppError::internal)?),
        ))
        .execute(conn)?;
    if changed == 0 {
        return Ok(MembershipOutcome::Changed);
    }
    if owns(member) {
        release_owner(conn, organization)?;
    }
    let was = CountedAs {
        role: member.role,
        status: member.status,
    };
    recount(conn, organization, member.id, Some(was), None)?;
    group::forget(conn, organization, member.id)?;
    diesel::delete(
        company_assignments::table
            .filter(company_assignments::organization_id.eq(organization))
            .filter(company_assignments::membership_id.eq(member.id)),
    )
    .execute(conn)?;
    drop_words(conn, organization, member.id)?;
    Ok(MembershipOutcome::Done)
}

/// Deletes the snapshots of removals that can no longer be undone.
pub fn forget_removals(conn: &mut Conn, now: Time) -> QueryResult<usize> {
    diesel::update(memberships::table.filter(memberships::restorable_until.lt(now)))
        .set((
            memberships::restorable_until.eq(None::<Time>),
            memberships::removal_snapshot.eq(""),
        ))
        .execute(conn)
}
