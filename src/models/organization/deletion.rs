//! The deletion of an organization: it is read-only for `GRACE`, then its rows are deleted in batches.

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Text};

use crate::authz::role::Role;
use crate::common::error::{AppError, Refusal};
use crate::common::id::UserId;
use crate::common::time::{Span, Time};
use crate::common::zone::Zone;
use crate::db::schema::{memberships, organization_slugs, organizations, users};
use crate::db::types::MembershipStatus;
use crate::db::types::org_id::OrgId;
use crate::db::types::organization::OrganizationStatus;
use crate::db::{Conn, affected};
use crate::models::tenant_tables::{TENANT_TABLES, TenantTable};
use crate::on_each;

pub const GRACE: Span = Span::days(30);

/// Schedules the deletion. `None` when it is scheduled already.
pub fn schedule(conn: &mut Conn, now: Time, organization: OrgId) -> QueryResult<Option<Time>> {
    let day = now + GRACE;
    affected::everyone();
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

/// Cancels a scheduled deletion. `false` when none is scheduled, or when it has begun.
pub fn cancel(conn: &mut Conn, organization: OrgId) -> QueryResult<bool> {
    affected::everyone();
    let cancelled = diesel::update(
        organizations::table
            .filter(organizations::id.eq(organization))
            .filter(organizations::status.eq(OrganizationStatus::PendingDeletion)),
    )
    .set((
        organizations::status.eq(OrganizationStatus::Active),
        organizations::delete_after.eq(None::<Time>),
    ))
    .execute(conn)?;
    Ok(cancelled == 1)
}

pub fn has_begun(conn: &mut Conn, organization: OrgId) -> QueryResult<bool> {
    let status: OrganizationStatus = organizations::table
        .find(organization)
        .select(organizations::status)
        .first(conn)?;
    Ok(status == OrganizationStatus::Deleted)
}

#[derive(Debug, Clone, Queryable)]
pub struct FormerOwner {
    pub id: UserId,
    pub name: String,
    pub email: String,
}

/// An organization whose deletion has begun.
#[derive(Debug)]
pub struct DeletedOrganization {
    pub id: OrgId,
    pub name: String,
    pub owners: Vec<FormerOwner>,
}

/// Begins the deletion of one organization that is due. From here on it cannot be restored or opened.
pub fn begin(conn: &mut Conn, now: Time) -> QueryResult<Option<DeletedOrganization>> {
    let due: Option<(OrgId, String)> = organizations::table
        .filter(organizations::status.eq(OrganizationStatus::PendingDeletion))
        .filter(organizations::delete_after.le(now))
        .order(organizations::delete_after)
        .select((organizations::id, organizations::name))
        .first(conn)
        .optional()?;
    let Some((id, name)) = due else {
        return Ok(None);
    };
    // An owner may restore it at the same time.
    affected::everyone();
    let begun = diesel::update(
        organizations::table
            .filter(organizations::id.eq(id))
            .filter(organizations::status.eq(OrganizationStatus::PendingDeletion)),
    )
    .set(organizations::status.eq(OrganizationStatus::Deleted))
    .execute(conn)?;
    if begun == 0 {
        return Ok(None);
    }
    diesel::update(organization_slugs::table.filter(organization_slugs::organization_id.eq(id)))
        .set(organization_slugs::is_current.eq(false))
        .execute(conn)?;
    let owners = memberships::table
        .inner_join(users::table)
        .filter(memberships::organization_id.eq(id))
        .filter(memberships::role.eq(Role::Owner))
        .filter(memberships::status.ne(MembershipStatus::Removed))
        .order(memberships::id)
        .select((users::id, users::name, users::email))
        .load(conn)?;
    Ok(Some(DeletedOrganization { id, name, owners }))
}

/// Deletes at most `most` rows of an organization whose deletion has begun. `false` when nothing is left anywhere. A call
/// that was interrupted is continued by the next one.
pub fn delete_rows(conn: &mut Conn, most: i64) -> QueryResult<bool> {
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
    for table in TENANT_TABLES {
        if delete_from(conn, organization, table, most)? > 0 {
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
            organizations::pending_invitations.eq(0i64),
            organizations::delete_after.eq(None::<Time>),
        ))
        .execute(conn)?;
    Ok(true)
}

/// Neither engine limits a DELETE by itself, and both compare rows.
fn delete_from(conn: &mut Conn, organization: OrgId, table: &TenantTable, most: i64) -> QueryResult<usize> {
    let TenantTable { name, key, .. } = table;
    let sql = format!(
        "DELETE FROM {name} WHERE organization_id = $1 AND ({key}) IN (SELECT {key} FROM {name} WHERE organization_id = $1 LIMIT $2)"
    );
    on_each!(conn, c => diesel::sql_query(sql).bind::<Text, _>(organization).bind::<BigInt, _>(most).execute(c))
}

/// Why no one can join an organization, when its deletion is scheduled.
pub fn refusal(conn: &mut Conn, organization: OrgId) -> Result<Option<AppError>, AppError> {
    let (name, day, zone): (String, Option<Time>, Zone) = organizations::table
        .find(organization)
        .select((
            organizations::name,
            organizations::delete_after,
            organizations::timezone,
        ))
        .first(conn)?;
    Ok(day.map(|day| {
        AppError::Forbidden(Box::new(Refusal {
            reason: Some(format!(
                "{name} will be deleted on {}. Until then no one can join. An owner can restore it.",
                day.date(zone)
            )),
            ..Refusal::default()
        }))
    }))
}

/// Whether an organization is due for deletion, or the deletion of one was interrupted.
pub fn is_due(conn: &mut Conn, now: Time) -> QueryResult<bool> {
    diesel::select(diesel::dsl::exists(
        organizations::table
            .filter(organizations::delete_after.le(now))
            .filter(organizations::status.eq_any([OrganizationStatus::PendingDeletion, OrganizationStatus::Deleted])),
    ))
    .get_result(conn)
}
