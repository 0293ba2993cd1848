//! How an organization ends: it waits, read-only, for `GRACE`; then everything in it is deleted, a piece at a time.

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Text};

use crate::app::Ctx;
use crate::audit::{Action, Event, Events};
use crate::authz::role::Role;
use crate::common::error::AppError;
use crate::common::id::UserId;
use crate::common::time::{Span, Time};
use crate::db::Conn;
use crate::db::schema::{memberships, organization_slugs, organizations, users};
use crate::db::types::org_id::OrgId;
use crate::db::types::organization::OrganizationStatus;
use crate::on_each;

/// So long an organization waits for its deletion.
pub const GRACE: Span = Span::days(30);

/// Every table of an organization's own rows with the rest of its key, in an order that foreign keys allow. Two tables
/// stay: `organizations` (nothing but its id) and `organization_slugs` (so that nobody else takes its addresses).
///
/// Memberships go before the deeds: who signs in leaves a line in the organizations of their memberships.
pub const TABLES: &[(&str, &str)] = &[
    ("member_search_terms", "word, sort_name, membership_id"),
    ("company_assignments", "membership_id, company_id"),
    ("group_members", "group_id, membership_id"),
    ("group_grants", "group_id, company_id"),
    ("groups", "id"),
    ("custom_roles", "id"),
    ("access_requests", "id"),
    ("access_review_items", "review_id, id"),
    ("access_review_companies", "review_id, company_id"),
    ("access_reviews", "id"),
    ("approvals", "id"),
    ("join_requests", "id"),
    ("retired_link_tokens", "token_hash"),
    ("onboarding_links", "id"),
    ("invitation_tokens", "token_hash"),
    ("invitation_grants", "invitation_id, company_id"),
    ("invitations", "id"),
    ("organization_contacts", "kind"),
    ("support_sessions", "id"),
    ("companies", "id"),
    ("memberships", "id"),
    ("role_counts", "role"),
    ("audit_events", "id"),
    ("audit_seals", "day"),
    ("audit_heads", "organization_id"),
];

/// Lets an organization wait for its deletion; `None` when it does already.
pub fn schedule(conn: &mut Conn, cx: &Ctx, organization: OrgId) -> QueryResult<Option<Time>> {
    let day = cx.now + GRACE;
    let scheduled = diesel::update(
        organizations::table
            .filter(organizations::id.eq(organization))
            .filter(organizations::delete_after.is_null()),
    )
    .set((
        organizations::status.eq(OrganizationStatus::PendingDeletion),
        organizations::delete_after.eq(Some(day)),
    ))
    .execute(conn)?;
    Ok((scheduled == 1).then_some(day))
}

/// Keeps an organization that waits for its deletion; `false` when it does not wait, or when it is too late.
pub fn stop(conn: &mut Conn, organization: OrgId) -> QueryResult<bool> {
    let stopped = diesel::update(
        organizations::table
            .filter(organizations::id.eq(organization))
            .filter(organizations::status.eq(OrganizationStatus::PendingDeletion)),
    )
    .set((
        organizations::status.eq(OrganizationStatus::Active),
        organizations::delete_after.eq(None::<Time>),
    ))
    .execute(conn)?;
    Ok(stopped == 1)
}

/// Whether it is too late: the deletion has begun.
pub fn has_begun(conn: &mut Conn, organization: OrgId) -> QueryResult<bool> {
    let status: OrganizationStatus = organizations::table
        .find(organization)
        .select(organizations::status)
        .first(conn)?;
    Ok(status == OrganizationStatus::Deleted)
}

/// An organization at its end, for the letters.
#[derive(Debug)]
pub struct Ended {
    /// What its name was.
    pub name: String,
    /// Who owned it: account, name and address.
    pub owners: Vec<(UserId, String, String)>,
}

/// Begins the deletion of one organization whose time is over; from here on there is no way back and nobody gets in.
/// The deeds stand in the accounts of those who owned it: its own log goes with it.
pub fn begin(conn: &mut Conn, cx: &Ctx) -> Result<Option<(Ended, Events)>, AppError> {
    let due: Option<(OrgId, String)> = organizations::table
        .filter(organizations::status.eq(OrganizationStatus::PendingDeletion))
        .filter(organizations::delete_after.le(cx.now))
        .order(organizations::delete_after)
        .select((organizations::id, organizations::name))
        .first(conn)
        .optional()?;
    let Some((organization, name)) = due else {
        return Ok(None);
    };
    // Guarded: an owner may restore it in this moment.
    let begun = diesel::update(
        organizations::table
            .filter(organizations::id.eq(organization))
            .filter(organizations::status.eq(OrganizationStatus::PendingDeletion)),
    )
    .set(organizations::status.eq(OrganizationStatus::Deleted))
    .execute(conn)?;
    if begun == 0 {
        return Ok(None);
    }
    diesel::update(organization_slugs::table.filter(organization_slugs::organization_id.eq(organization)))
        .set(organization_slugs::is_current.eq(false))
        .execute(conn)?;
    let owners: Vec<(UserId, String, String)> = memberships::table
        .inner_join(users::table)
        .filter(memberships::organization_id.eq(organization))
        .filter(memberships::role.eq(Role::Owner))
        .filter(memberships::status.ne(crate::db::types::MembershipStatus::Removed))
        .order(memberships::id)
        .select((users::id, users::name, users::email))
        .load(conn)?;
    let events = Events::all(owners.iter().map(|(user, ..)| {
        let event = Event::new(Action::OrganizationDeleted, "organization", organization, &name);
        Events::account(*user, event)
    }));
    Ok(Some((Ended { name, owners }, events)))
}

/// Deletes at most `most` rows of an organization whose deletion has begun; `false` when nothing is left to do anywhere.
/// Whenever this is cut off, the next call goes on from there.
pub fn go_on(conn: &mut Conn, most: i64) -> QueryResult<bool> {
    let begun: Option<OrgId> = organizations::table
        .filter(organizations::status.eq(OrganizationStatus::Deleted))
        .filter(organizations::delete_after.is_not_null())
        .order(organizations::delete_after)
        .select(organizations::id)
        .first(conn)
        .optional()?;
    let Some(organization) = begun else {
        return Ok(false);
    };
    for (table, key) in TABLES {
        if delete(conn, organization, table, key, most)? > 0 {
            return Ok(true);
        }
    }
    diesel::update(organizations::table.find(organization))
        .set((
            organizations::name.eq(""),
            organizations::domain.eq(""),
            organizations::policies.eq(""),
            organizations::support_consent.eq(false),
            organizations::support_consent_by.eq(""),
            organizations::owner_count.eq(0),
            organizations::active_companies.eq(0i64),
            organizations::archived_companies.eq(0i64),
            organizations::assignment_count.eq(0i64),
            organizations::delete_after.eq(None::<Time>),
        ))
        .execute(conn)?;
    Ok(true)
}

/// Both engines compare rows, and neither limits a DELETE by itself.
fn delete(conn: &mut Conn, organization: OrgId, table: &str, key: &str, most: i64) -> QueryResult<usize> {
    let sql = format!(
        "DELETE FROM {table} WHERE organization_id = $1 AND ({key}) IN (SELECT {key} FROM {table} WHERE organization_id = $1 LIMIT $2)"
    );
    on_each!(conn, c => diesel::sql_query(sql).bind::<Text, _>(organization).bind::<BigInt, _>(most).execute(c))
}

/// Whether an organization takes nobody in: it waits for its deletion.
pub fn refusal(conn: &mut Conn, organization: OrgId) -> Result<Option<AppError>, AppError> {
    let (name, day): (String, Option<Time>) = organizations::table
        .find(organization)
        .select((organizations::name, organizations::delete_after))
        .first(conn)?;
    Ok(day.map(|day| {
        AppError::Forbidden(Box::new(crate::common::error::Refusal {
            reason: Some(format!(
                "{name} will be deleted on {}. Until then it takes nobody in. An owner can restore it.",
                day.date()
            )),
            ..Default::default()
        }))
    }))
}

/// Whether an organization's time is over, or its deletion was cut off.
pub fn is_due(conn: &mut Conn, now: Time) -> QueryResult<bool> {
    diesel::select(diesel::dsl::exists(
        organizations::table
            .filter(organizations::delete_after.le(now))
            .filter(organizations::status.eq_any([OrganizationStatus::PendingDeletion, OrganizationStatus::Deleted])),
    ))
    .get_result(conn)
}
