//! Adding members.

use diesel::prelude::*;

use crate::app::Ctx;
use crate::authz::role::{CompanyRole, Role};
use crate::common::error::AppError;
use crate::common::id::{CompanyId, CustomRoleId, MembershipId, UserId};
use crate::common::search;
use crate::common::time::Time;
use crate::db::Conn;
use crate::db::schema::{memberships, users};
use crate::db::types::MembershipStatus;
use crate::db::types::org_id::OrgId;
use crate::models::membership::counters::{CountedAs, add_owner, put_words, recount};
use crate::models::membership::{Origin, assignment};
use crate::models::organization::deletion;
use crate::on_each;

/// What a new member gets.
#[derive(Debug, Clone)]
pub struct NewMembership {
    pub role: Role,
    pub access_until: Option<Time>,
    pub invited_by: Option<UserId>,
    /// What the assignments come from.
    pub origin: Origin,
    pub companies: Vec<(CompanyId, CompanyRole)>,
}

/// Adds a user as a member; a removed member starts over. `None` when they are a member already.
pub fn add(
    conn: &mut Conn,
    cx: &Ctx,
    organization: OrgId,
    user: UserId,
    with: &NewMembership,
) -> Result<Option<MembershipId>, AppError> {
    if let Some(refusal) = deletion::refusal(conn, organization)? {
        return Err(refusal);
    }
    let (full_name, email, second_factor): (String, String, bool) = users::table
        .find(user)
        .select((users::name, users::email, users::second_factor))
        .first(conn)?;
    let sort_name = search::sort_key(&full_name);
    let Some(id) = write(conn, cx, organization, user, with, &sort_name)? else {
        return Ok(None);
    };
    diesel::update(memberships::table.find((organization, id)))
        .set(memberships::second_factor.eq(second_factor))
        .execute(conn)?;
    let now = CountedAs {
        role: with.role,
        status: MembershipStatus::Active,
    };
    recount(conn, organization, id, None, Some(now))?;
    if with.role == Role::Owner {
        add_owner(conn, organization)?;
    }
    put_words(conn, organization, id, &full_name, &email)?;
    // In a fixed order, so that concurrent changes cannot deadlock.
    let mut granted = with.companies.clone();
    granted.sort();
    for (company, role) in &granted {
        assignment::assign(conn, cx, organization, id, *company, *role, with.origin)?;
    }
    Ok(Some(id))
}

/// Inserts the membership, or starts over with that of a removed member.
fn write(
    conn: &mut Conn,
    cx: &Ctx,
    organization: OrgId,
    user: UserId,
    with: &NewMembership,
    sort_name: &[u8],
) -> QueryResult<Option<MembershipId>> {
    let id = MembershipId::fresh();
    let row = (
        memberships::organization_id.eq(organization),
        memberships::id.eq(id),
        memberships::user_id.eq(user),
        memberships::role.eq(with.role),
        memberships::direct_role.eq(with.role),
        memberships::status.eq(MembershipStatus::Active),
        memberships::access_until.eq(with.access_until),
        memberships::invited_by.eq(with.invited_by.map(|by| by.to_string())),
        memberships::joined_at.eq(cx.now),
        memberships::sort_name.eq(Some(sort_name)),
    );
    let placed =
        on_each!(conn, c => diesel::insert_into(memberships::table).values(row).on_conflict_do_nothing().execute(c))?;
    if placed == 1 {
        return Ok(Some(id));
    }
    diesel::update(
        memberships::table
            .filter(memberships::organization_id.eq(organization))
            .filter(memberships::user_id.eq(user))
            .filter(memberships::status.eq(MembershipStatus::Removed)),
    )
    .set((
        (
            memberships::role.eq(with.role),
            memberships::direct_role.eq(with.role),
            memberships::custom_role_id.eq(None::<CustomRoleId>),
            memberships::overrides.eq(""),
            memberships::group_count.eq(0),
            memberships::status.eq(MembershipStatus::Active),
            memberships::access_until.eq(with.access_until),
            memberships::invited_by.eq(with.invited_by.map(|by| by.to_string())),
            memberships::joined_at.eq(cx.now),
        ),
        (
            memberships::last_seen_at.eq(None::<Time>),
            memberships::removed_at.eq(None::<Time>),
            memberships::removed_by.eq(None::<String>),
            memberships::suspended_at.eq(None::<Time>),
            memberships::suspended_by.eq(None::<String>),
            memberships::suspend_reason.eq(""),
            memberships::restorable_until.eq(None::<Time>),
            memberships::removal_snapshot.eq(""),
            memberships::sort_name.eq(Some(sort_name)),
        ),
    ))
    .returning(memberships::id)
    .get_result(conn)
    .optional()
}
