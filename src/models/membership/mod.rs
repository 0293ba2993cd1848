//! The verbs that change who belongs to an organization and to its companies. Nothing else writes these tables.

pub mod access;
pub mod add;
pub mod assignment;
pub mod by_user;
pub mod counters;
pub mod effective;
pub mod group;
pub mod record;
pub mod remove;
pub mod suspend;

use diesel::prelude::*;

pub use crate::models::membership::add::{NewMembership, add};
pub use crate::models::membership::assignment::{
    OwnPlace, assign, end_due_places, own_place, put_back, set_place_until, unassign,
};
pub use crate::models::membership::effective::lock_members;
pub use crate::models::membership::remove::{UNDO, forget_removals, remove, restore};
pub use crate::models::membership::suspend::{end_due, reinstate, set_access_until, suspend};

use crate::app::Ctx;
use crate::authz::decision::Overrides;
use crate::authz::role::Role;
use crate::common::id::{CustomRoleId, MembershipId, UserId};
use crate::common::name;
use crate::common::time::Time;
use crate::db::Conn;
use crate::db::schema::{company_assignments, memberships};
use crate::db::types::org_id::OrgId;
use crate::models::custom_role;
use crate::models::membership::counters::{add_owner, drop_words, put_words, release_owner};
use crate::models::membership::effective::recompute_effective;
use crate::models::membership::record::Membership;

crate::text_enum! {
    /// Where an assignment comes from.
    pub enum Origin {
        Direct = "direct",
        Invite = "invite",
        Group = "group",
        Sso = "sso",
        Link = "link",
    }
}

impl Origin {
    /// The words for people.
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

/// What became of a change that an organization must be able to refuse.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[must_use]
pub enum Outcome {
    /// It is done.
    Done,
    /// The last owner stays owner.
    LastOwner,
    /// Somebody else changed this member in between.
    Changed,
}

// The row as it was read: whoever changes it in between makes this change touch no row.
macro_rules! current {
    ($organization:expr, $standing:expr) => {
        memberships::table
            .filter(memberships::organization_id.eq($organization))
            .filter(memberships::id.eq($standing.id))
            .filter(memberships::role.eq($standing.role))
            .filter(memberships::direct_role.eq($standing.access.direct_role))
            .filter(memberships::status.eq($standing.status))
    };
}
use current;

/// Changes somebody's own role. Groups may give a higher one.
pub fn set_role(
    conn: &mut Conn,
    cx: &Ctx,
    organization: OrgId,
    standing: &Membership,
    role: Role,
) -> QueryResult<Outcome> {
    put_role(conn, cx, organization, standing, role, None)
}

/// Gives somebody a custom role; `base` is the built-in one at which it stands, never Owner.
pub fn set_custom_role(
    conn: &mut Conn,
    cx: &Ctx,
    organization: OrgId,
    standing: &Membership,
    role: CustomRoleId,
    base: Role,
) -> QueryResult<Outcome> {
    // Whoever edits or deletes the role waits, and what they did before is seen from here on.
    if custom_role::lock_row(conn, organization, role)? != Some(base) {
        return Ok(Outcome::Changed);
    }
    put_role(conn, cx, organization, standing, base, Some(role))
}

fn put_role(
    conn: &mut Conn,
    cx: &Ctx,
    organization: OrgId,
    standing: &Membership,
    role: Role,
    custom: Option<CustomRoleId>,
) -> QueryResult<Outcome> {
    let owned = owns(standing);
    let becomes_owner = role == Role::Owner;
    if owned && !becomes_owner && !release_owner(conn, organization)? {
        return Ok(Outcome::LastOwner);
    }
    let changed = diesel::update(current!(organization, standing))
        .set((
            memberships::direct_role.eq(role),
            memberships::custom_role_id.eq(custom),
        ))
        .execute(conn)?;
    if changed == 0 {
        if owned && !becomes_owner {
            add_owner(conn, organization)?;
        }
        return Ok(Outcome::Changed);
    }
    let counts = standing.status == crate::db::types::MembershipStatus::Active;
    if becomes_owner && standing.access.direct_role != Role::Owner && counts {
        add_owner(conn, organization)?;
    }
    recompute_effective(conn, cx, organization, standing.id)?;
    Ok(Outcome::Done)
}

/// Whether somebody is one of the owners that an organization must not run out of.
fn owns(standing: &Membership) -> bool {
    standing.access.direct_role == Role::Owner && standing.status == crate::db::types::MembershipStatus::Active
}

/// Switches cells of the permission table for one person.
pub fn set_overrides(
    conn: &mut Conn,
    organization: OrgId,
    standing: &Membership,
    cells: Overrides,
) -> QueryResult<Outcome> {
    let changed =
        diesel::update(current!(organization, standing).filter(memberships::overrides.eq(&standing.access.overrides)))
            .set(memberships::overrides.eq(cells.text()))
            .execute(conn)?;
    Ok(if changed == 0 { Outcome::Changed } else { Outcome::Done })
}

/// Brings sort keys and search words of all memberships of a person up to a new name or address.
pub fn rename(conn: &mut Conn, user: UserId, full_name: &str, email: &str) -> QueryResult<()> {
    let sort_name = name::sort_key(full_name);
    let places: Vec<(OrgId, MembershipId)> = memberships::table
        .filter(memberships::user_id.eq(user))
        .filter(memberships::status.ne(crate::db::types::MembershipStatus::Removed))
        .select((memberships::organization_id, memberships::id))
        .load(conn)?;
    for (organization, membership) in places {
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

/// Notes when a person was last at work in an organization.
pub fn seen(conn: &mut Conn, user: UserId, membership: MembershipId, at: Time) -> QueryResult<()> {
    diesel::update(
        memberships::table
            .filter(memberships::id.eq(membership))
            .filter(memberships::user_id.eq(user)),
    )
    .set(memberships::last_seen_at.eq(at))
    .execute(conn)?;
    Ok(())
}
