//! Memberships and their assignments to companies. Only this module writes these tables.

pub mod access;
pub mod access_everywhere;
pub mod add;
pub mod assigned;
pub mod assignment;
pub mod by_user;
pub mod counters;
pub mod effective;
pub mod group;
pub mod held;
pub mod parked;
pub mod record;
pub mod remove;
pub mod restore;
pub mod role_counts;
pub mod sent_invitations;
pub mod suspend;

use diesel::prelude::*;

pub use crate::models::membership::add::{NewMembership, add};
pub use crate::models::membership::assignment::{
    DirectAssignment, assign, direct_assignment, due_assignments, names_of, restore_assignment, set_assignment_end,
    unassign,
};
pub use crate::models::membership::effective::lock_members;
pub use crate::models::membership::remove::{UNDO, forget_removals, remove};
pub use crate::models::membership::restore::restore;
pub use crate::models::membership::suspend::{due_to_end, reinstate, set_access_until, suspend};

use crate::app::Ctx;
use crate::authz::decision::Overrides;
use crate::authz::role::Role;
use crate::common::id::{CustomRoleId, MembershipId, UserId};
use crate::common::search;
use crate::common::time::{Span, Time};
use crate::db::schema::{company_assignments, memberships};
use crate::db::types::MembershipStatus;
use crate::db::types::org_id::OrgId;
use crate::db::{Conn, affected};
use crate::models::custom_role;
use crate::models::membership::counters::{add_owner, drop_words, is_last_owner, put_words, release_owner};
use crate::models::membership::effective::recompute_effective;
use crate::models::membership::record::Membership;

crate::text_enum! {
    /// What an assignment comes from.
    pub enum Origin {
        Direct = "direct",
        Invite = "invite",
        Group = "group",
        Sso = "sso",
        Link = "link",
    }
}

impl Origin {
    pub fn label(self) -> &'static str {
        match self {
            Self::Direct => "Direct",
            Self::Invite => "By invitation",
            Self::Group => "By group",
            Self::Sso => "By single sign-on",
            Self::Link => "By link",
        }
    }
}

/// How a change ended. Nothing was written unless it is `Done`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[must_use]
pub enum MembershipOutcome {
    Done,
    /// The organization would have no owner.
    LastOwner,
    /// The member changed after they were read.
    Changed,
}

// The row as it was read. After a concurrent change it matches nothing.
macro_rules! current {
    ($organization:expr, $member:expr) => {
        memberships::table
            .filter(memberships::organization_id.eq($organization))
            .filter(memberships::id.eq($member.id))
            .filter(memberships::role.eq($member.role))
            .filter(memberships::direct_role.eq($member.access.direct_role))
            .filter(memberships::status.eq($member.status))
    };
}
use current;

/// Changes a member's direct role. Groups may give a higher one.
pub fn set_role(
    conn: &mut Conn,
    cx: &Ctx,
    organization: OrgId,
    member: &Membership,
    role: Role,
) -> QueryResult<MembershipOutcome> {
    put_role(conn, cx, organization, member, role, None)
}

/// Gives a member a custom role; `base` is the built-in role it is based on, never Owner.
pub fn set_custom_role(
    conn: &mut Conn,
    cx: &Ctx,
    organization: OrgId,
    member: &Membership,
    role: CustomRoleId,
    base: Role,
) -> QueryResult<MembershipOutcome> {
    // The lock keeps the role from being edited or deleted meanwhile.
    if custom_role::lock_row(conn, organization, role)? != Some(base) {
        return Ok(MembershipOutcome::Changed);
    }
    put_role(conn, cx, organization, member, base, Some(role))
}

fn put_role(
    conn: &mut Conn,
    cx: &Ctx,
    organization: OrgId,
    member: &Membership,
    role: Role,
    custom: Option<CustomRoleId>,
) -> QueryResult<MembershipOutcome> {
    let becomes_owner = role == Role::Owner;
    let steps_down = owns(member) && !becomes_owner;
    if steps_down && is_last_owner(conn, organization)? {
        return Ok(MembershipOutcome::LastOwner);
    }
    let changed = diesel::update(current!(organization, member))
        .set((
            memberships::direct_role.eq(role),
            memberships::custom_role_id.eq(custom),
        ))
        .execute(conn)?;
    if changed == 0 {
        return Ok(MembershipOutcome::Changed);
    }
    if steps_down {
        release_owner(conn, organization)?;
    }
    let active = member.status == MembershipStatus::Active;
    if becomes_owner && member.access.direct_role != Role::Owner && active {
        add_owner(conn, organization)?;
    }
    recompute_effective(conn, cx, organization, member.id)?;
    Ok(MembershipOutcome::Done)
}

/// Whether the member is one of the owners that the organization counts.
fn owns(member: &Membership) -> bool {
    member.access.direct_role == Role::Owner && member.status == MembershipStatus::Active
}

/// Sets the permission overrides of a member.
pub fn set_overrides(
    conn: &mut Conn,
    organization: OrgId,
    member: &Membership,
    cells: Overrides,
) -> QueryResult<MembershipOutcome> {
    let changed =
        diesel::update(current!(organization, member).filter(memberships::overrides.eq(&member.access.overrides)))
            .set(memberships::overrides.eq(cells.text()))
            .execute(conn)?;
    Ok(if changed == 0 {
        MembershipOutcome::Changed
    } else {
        MembershipOutcome::Done
    })
}

/// Updates sort keys and search terms of a user's memberships after a new name or email address.
pub fn rename(conn: &mut Conn, user: UserId, full_name: &str, email: &str) -> QueryResult<()> {
    let sort_name = search::sort_key(full_name);
    let found: Vec<(OrgId, MembershipId)> = memberships::table
        .filter(memberships::user_id.eq(user))
        .filter(memberships::status.ne(MembershipStatus::Removed))
        .select((memberships::organization_id, memberships::id))
        .load(conn)?;
    for (organization, membership) in found {
        diesel::update(memberships::table.find((organization, membership)))
            .set(memberships::sort_name.eq(Some(&sort_name)))
            .execute(conn)?;
        diesel::update(
            company_assignments::table
                .filter(company_assignments::organization_id.eq(organization))
                .filter(company_assignments::membership_id.eq(membership)),
        )
        .set(company_assignments::sort_name.eq(&sort_name))
        .execute(conn)?;
        drop_words(conn, organization, membership)?;
        put_words(conn, organization, membership, full_name, email)?;
    }
    Ok(())
}

/// Records when a user was last active in an organization. Stored pages of the organization stay as they are, exact to the
/// minute, except after a first visit or one after a pause.
pub fn seen(conn: &mut Conn, user: UserId, membership: MembershipId, at: Time) -> QueryResult<()> {
    let before: Option<(OrgId, Option<Time>)> = memberships::table
        .filter(memberships::id.eq(membership))
        .filter(memberships::user_id.eq(user))
        .select((memberships::organization_id, memberships::last_seen_at))
        .first(conn)
        .optional()?;
    if let Some((organization, visit)) = before
        && visit.is_none_or(|visit| at - visit > Span::hours(1))
    {
        affected::organization(organization);
    }
    diesel::update(
        memberships::table
            .filter(memberships::id.eq(membership))
            .filter(memberships::user_id.eq(user)),
    )
    .set(memberships::last_seen_at.eq(at))
    .execute(conn)?;
    Ok(())
}
