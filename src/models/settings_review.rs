//! Reviews of the security settings of an organization.

use diesel::prelude::*;

use crate::common::id::{MembershipId, SettingsReviewId};
use crate::common::time::{Span, Time};
use crate::db::Conn;
use crate::db::schema::memberships;
use crate::db::schema::{organizations, settings_reviews, users};
use crate::db::types::org_id::OrgId;

/// How long a review is valid.
pub const EVERY: Span = Span::days(90);

#[derive(Debug, Clone, Queryable)]
pub struct SettingsReview {
    pub by: String,
    pub email: String,
    pub at: Time,
    pub passed: i32,
    pub checks: i32,
}

/// The latest reviews, newest first.
pub fn latest(conn: &mut Conn, organization: OrgId, limit: i64) -> QueryResult<Vec<SettingsReview>> {
    settings_reviews::table
        .inner_join(
            memberships::table.on(memberships::organization_id
                .eq(settings_reviews::organization_id)
                .and(memberships::id.eq(settings_reviews::reviewed_by))),
        )
        .inner_join(users::table.on(users::id.eq(memberships::user_id)))
        .filter(settings_reviews::organization_id.eq(organization))
        .order(settings_reviews::id.desc())
        .limit(limit)
        .select((
            users::name,
            users::email,
            settings_reviews::reviewed_at,
            settings_reviews::passed,
            settings_reviews::checks,
        ))
        .load(conn)
}

/// When the next review is due: `EVERY` after the last one, or after the organization was created.
pub fn due_at(conn: &mut Conn, organization: OrgId) -> QueryResult<Time> {
    let last: Option<Time> = settings_reviews::table
        .filter(settings_reviews::organization_id.eq(organization))
        .order(settings_reviews::id.desc())
        .select(settings_reviews::reviewed_at)
        .first(conn)
        .optional()?;
    let since = match last {
        Some(last) => last,
        None => organizations::table
            .find(organization)
            .select(organizations::created_at)
            .first(conn)?,
    };
    Ok(since + EVERY)
}

/// Whether a review is due, for the list of what needs attention.
pub fn is_due(conn: &mut Conn, now: Time, organization: OrgId) -> QueryResult<bool> {
    Ok(due_at(conn, organization)? <= now)
}

/// Organizations whose owners are to be reminded, at most `limit`.
pub fn to_remind(conn: &mut Conn, now: Time, limit: i64) -> QueryResult<Vec<OrgId>> {
    organizations::table
        .filter(organizations::checklist_due_at.le(now))
        .filter(organizations::delete_after.is_null())
        .order(organizations::checklist_due_at)
        .limit(limit)
        .select(organizations::id)
        .load(conn)
}

/// Sets when the owners are next reminded.
pub fn postpone(conn: &mut Conn, now: Time, organization: OrgId) -> QueryResult<()> {
    diesel::update(organizations::table.find(organization))
        .set(organizations::checklist_due_at.eq(Some(now + EVERY)))
        .execute(conn)?;
    Ok(())
}

pub fn insert(
    conn: &mut Conn,
    now: Time,
    organization: OrgId,
    by: MembershipId,
    (passed, checks): (i32, i32),
) -> QueryResult<SettingsReviewId> {
    let id = SettingsReviewId::fresh();
    diesel::insert_into(settings_reviews::table)
        .values((
            settings_reviews::organization_id.eq(organization),
            settings_reviews::id.eq(id),
            settings_reviews::reviewed_by.eq(by),
            settings_reviews::reviewed_at.eq(now),
            settings_reviews::passed.eq(passed),
            settings_reviews::checks.eq(checks),
        ))
        .execute(conn)?;
    postpone(conn, now, organization)?;
    Ok(id)
}
