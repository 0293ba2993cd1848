//! The verbs that change who belongs to an organization and to its companies. Nothing else writes these tables.

use diesel::prelude::*;

use super::context::Context;
use super::db::Conn;
use super::member::{MembershipStatus, OrgId, Standing};
use super::role::{CompanyRole, Role};
use super::schema::{company_assignments, memberships, users};
use super::tally::{add_owner, count, count_in, count_in_all, drop_words, put_words, release_owner};
use crate::ground::error::AppError;
use crate::ground::id::{CompanyId, MembershipId, UserId};
use crate::ground::name;
use crate::ground::time::Time;
use crate::on_each;

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

/// What a new member begins with.
#[derive(Debug, Clone)]
pub struct Enrolment {
    /// The role in the organization.
    pub role: Role,
    /// The last moment of access.
    pub access_until: Option<Time>,
    /// Who invited them.
    pub invited_by: Option<UserId>,
    /// Where the assignments come from.
    pub origin: Origin,
    /// The companies with a role each.
    pub companies: Vec<(CompanyId, CompanyRole)>,
}

/// Makes somebody a member; somebody who was removed comes back as new. `None` when they are a member already.
///
/// # Errors
/// When the database fails.
pub fn enrol(
    conn: &mut Conn,
    cx: &Context,
    organization: OrgId,
    user: UserId,
    with: &Enrolment,
) -> Result<Option<MembershipId>, AppError> {
    let (full_name, email): (String, String) = users::table
        .find(user)
        .select((users::name, users::email))
        .first(conn)?;
    let sort_name = name::sort_key(&full_name);
    let id = MembershipId::fresh();
    let row = (
        memberships::organization_id.eq(organization),
        memberships::id.eq(id),
        memberships::user_id.eq(user),
        memberships::role.eq(with.role),
        memberships::status.eq(MembershipStatus::Active),
        memberships::access_until.eq(with.access_until),
        memberships::invited_by.eq(with.invited_by.map(|by| by.to_string())),
        memberships::joined_at.eq(cx.now),
        memberships::sort_name.eq(Some(sort_name.clone())),
    );
    let placed =
        on_each!(conn, c => diesel::insert_into(memberships::table).values(row).on_conflict_do_nothing().execute(c))?;
    let id = if placed == 1 {
        id
    } else {
        let back = diesel::update(
            memberships::table
                .filter(memberships::organization_id.eq(organization))
                .filter(memberships::user_id.eq(user))
                .filter(memberships::status.eq(MembershipStatus::Removed)),
        )
        .set((
            memberships::role.eq(with.role),
            memberships::status.eq(MembershipStatus::Active),
            memberships::access_until.eq(with.access_until),
            memberships::invited_by.eq(with.invited_by.map(|by| by.to_string())),
            memberships::joined_at.eq(cx.now),
            memberships::last_seen_at.eq(None::<Time>),
            memberships::removed_at.eq(None::<Time>),
            memberships::removed_by.eq(None::<String>),
            memberships::sort_name.eq(Some(sort_name.clone())),
        ))
        .returning(memberships::id)
        .get_result(conn)
        .optional()?;
        match back {
            Some(id) => id,
            None => return Ok(None),
        }
    };
    count(conn, organization, with.role, 1)?;
    if with.role == Role::Owner {
        add_owner(conn, organization)?;
    }
    put_words(conn, organization, id, &full_name, &email)?;
    // In one order, so that two enrolments at once do not wait for each other's companies.
    let mut granted = with.companies.clone();
    granted.sort();
    for (company, role) in &granted {
        assign(conn, cx, organization, id, *company, *role, with.origin)?;
    }
    Ok(Some(id))
}

// The row as it was read: whoever changes it in between makes this change touch no row.
macro_rules! current {
    ($organization:expr, $standing:expr) => {
        memberships::table
            .filter(memberships::organization_id.eq($organization))
            .filter(memberships::id.eq($standing.id))
            .filter(memberships::role.eq($standing.role))
            .filter(memberships::status.ne(MembershipStatus::Removed))
    };
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

/// Changes somebody's role.
///
/// # Errors
/// When the database fails.
pub fn set_role(conn: &mut Conn, organization: OrgId, standing: &Standing, role: Role) -> QueryResult<Outcome> {
    if standing.role == Role::Owner && role != Role::Owner && !release_owner(conn, organization)? {
        return Ok(Outcome::LastOwner);
    }
    let changed = diesel::update(current!(organization, standing))
        .set(memberships::role.eq(role))
        .execute(conn)?;
    if changed == 0 {
        if standing.role == Role::Owner && role != Role::Owner {
            add_owner(conn, organization)?;
        }
        return Ok(Outcome::Changed);
    }
    if standing.role != Role::Owner && role == Role::Owner {
        add_owner(conn, organization)?;
    }
    count(conn, organization, standing.role, -1)?;
    count(conn, organization, role, 1)?;
    match (standing.role.inherited(), role.inherited()) {
        (None, Some(_)) => count_in_all(conn, organization, standing.id, -1)?,
        (Some(_), None) => count_in_all(conn, organization, standing.id, 1)?,
        _ => {}
    }
    Ok(Outcome::Done)
}

/// Changes when somebody's access ends.
///
/// # Errors
/// When the database fails.
pub fn set_access_until(
    conn: &mut Conn,
    organization: OrgId,
    standing: &Standing,
    until: Option<Time>,
) -> QueryResult<Outcome> {
    let changed = diesel::update(current!(organization, standing))
        .set(memberships::access_until.eq(until))
        .execute(conn)?;
    Ok(if changed == 0 { Outcome::Changed } else { Outcome::Done })
}

/// Removes somebody, or lets them leave: no rights from the next request on, the row stays for authorship.
///
/// # Errors
/// When the database fails.
pub fn expel(
    conn: &mut Conn,
    cx: &Context,
    organization: OrgId,
    standing: &Standing,
    by: UserId,
) -> QueryResult<Outcome> {
    if standing.role == Role::Owner && !release_owner(conn, organization)? {
        return Ok(Outcome::LastOwner);
    }
    let changed = diesel::update(current!(organization, standing))
        .set((
            memberships::status.eq(MembershipStatus::Removed),
            memberships::removed_at.eq(Some(cx.now)),
            memberships::removed_by.eq(Some(by.to_string())),
            memberships::sort_name.eq(None::<Vec<u8>>),
        ))
        .execute(conn)?;
    if changed == 0 {
        if standing.role == Role::Owner {
            add_owner(conn, organization)?;
        }
        return Ok(Outcome::Changed);
    }
    count(conn, organization, standing.role, -1)?;
    if standing.role.inherited().is_none() {
        count_in_all(conn, organization, standing.id, -1)?;
    }
    diesel::delete(
        company_assignments::table
            .filter(company_assignments::organization_id.eq(organization))
            .filter(company_assignments::membership_id.eq(standing.id)),
    )
    .execute(conn)?;
    drop_words(conn, organization, standing.id)?;
    Ok(Outcome::Done)
}

/// Gives a member a role in a company, or changes it.
///
/// # Errors
/// When the database fails, also when the company is not the organization's.
pub fn assign(
    conn: &mut Conn,
    cx: &Context,
    organization: OrgId,
    membership: MembershipId,
    company: CompanyId,
    role: CompanyRole,
    origin: Origin,
) -> QueryResult<()> {
    let (sort_name, held): (Option<Vec<u8>>, Role) = memberships::table
        .find((organization, membership))
        .select((memberships::sort_name, memberships::role))
        .first(conn)?;
    let row = (
        company_assignments::organization_id.eq(organization),
        company_assignments::membership_id.eq(membership),
        company_assignments::company_id.eq(company),
        company_assignments::role.eq(role),
        company_assignments::origin.eq(origin),
        company_assignments::sort_name.eq(sort_name.unwrap_or_default()),
        company_assignments::created_at.eq(cx.now),
    );
    let placed = on_each!(conn, c => diesel::insert_into(company_assignments::table)
        .values(row)
        .on_conflict_do_nothing()
        .execute(c))?;
    if placed == 1 {
        return if held.inherited().is_none() {
            count_in(conn, organization, company, 1)
        } else {
            Ok(())
        };
    }
    diesel::update(company_assignments::table.find((organization, membership, company)))
        .set((
            company_assignments::role.eq(role),
            company_assignments::origin.eq(origin),
        ))
        .execute(conn)?;
    Ok(())
}

/// Takes a member off a company; `false` when they were not assigned.
///
/// # Errors
/// When the database fails.
pub fn unassign(
    conn: &mut Conn,
    organization: OrgId,
    membership: MembershipId,
    company: CompanyId,
) -> QueryResult<bool> {
    let taken = diesel::delete(company_assignments::table.find((organization, membership, company))).execute(conn)?;
    if taken == 0 {
        return Ok(false);
    }
    let held: Role = memberships::table
        .find((organization, membership))
        .select(memberships::role)
        .first(conn)?;
    if held.inherited().is_none() {
        count_in(conn, organization, company, -1)?;
    }
    Ok(true)
}

/// Brings sort keys and search words of all memberships of a person up to a new name or address.
///
/// # Errors
/// When the database fails.
pub fn rename(conn: &mut Conn, user: UserId, full_name: &str, email: &str) -> QueryResult<()> {
    let sort_name = name::sort_key(full_name);
    let places: Vec<(OrgId, MembershipId)> = memberships::table
        .filter(memberships::user_id.eq(user))
        .filter(memberships::status.ne(MembershipStatus::Removed))
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
///
/// # Errors
/// When the database fails.
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
