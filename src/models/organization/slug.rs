//! The web addresses of an organization: the current one, and earlier ones, which redirect to it and stay reserved.

use diesel::prelude::*;
use diesel::result::Error;

use crate::common::id::UserId;
use crate::common::slug::Slug;
use crate::common::time::{Span, Time};
use crate::db::schema::{memberships, organization_slugs};
use crate::db::types::MembershipStatus;
use crate::db::types::org_id::OrgId;
use crate::db::{Conn, affected};
use crate::on_each;

/// How many new addresses an organization can take within `SLUG_CHANGES_WITHIN`, because each stays reserved.
pub const SLUG_CHANGES: i64 = 5;
pub const SLUG_CHANGES_WITHIN: Span = Span::days(30);

/// The result of `change_slug`. Only `Done` changes anything.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[must_use]
pub enum SlugChange {
    Done,
    /// Another organization has or had the slug.
    Taken,
    TooOften,
    /// The current slug is no longer `from`.
    Changed,
}

/// Whether no organization has or had a slug.
pub fn is_free(conn: &mut Conn, slug: &str) -> QueryResult<bool> {
    diesel::select(diesel::dsl::exists(
        organization_slugs::table.filter(organization_slugs::slug.eq(slug)),
    ))
    .get_result(conn)
    .map(|taken: bool| !taken)
}

/// The current slug of an organization that had this one before, for its members only.
pub fn moved(conn: &mut Conn, user: UserId, slug: &str) -> QueryResult<Option<String>> {
    let organization: Option<OrgId> = organization_slugs::table
        .inner_join(memberships::table.on(memberships::organization_id.eq(organization_slugs::organization_id)))
        .filter(organization_slugs::slug.eq(slug))
        .filter(organization_slugs::is_current.eq(false))
        .filter(memberships::user_id.eq(user))
        .filter(memberships::status.ne(MembershipStatus::Removed))
        .select(organization_slugs::organization_id)
        .first(conn)
        .optional()?;
    let Some(organization) = organization else {
        return Ok(None);
    };
    organization_slugs::table
        .filter(organization_slugs::organization_id.eq(organization))
        .filter(organization_slugs::is_current)
        .select(organization_slugs::slug)
        .first(conn)
        .optional()
}

/// The earlier slugs, newest first, at most 20.
pub fn former(conn: &mut Conn, organization: OrgId) -> QueryResult<Vec<String>> {
    organization_slugs::table
        .filter(organization_slugs::organization_id.eq(organization))
        .filter(organization_slugs::is_current.eq(false))
        .order((organization_slugs::created_at.desc(), organization_slugs::slug))
        .limit(20)
        .select(organization_slugs::slug)
        .load(conn)
}

/// The slug itself, or one like it that no organization has or had.
pub fn free_like(conn: &mut Conn, slug: &str) -> QueryResult<Option<Slug>> {
    for candidate in std::iter::once(slug.to_owned()).chain(Slug::alternatives(slug)) {
        if let Ok(candidate) = Slug::parse_free(&candidate)
            && is_free(conn, candidate.as_str())?
        {
            return Ok(Some(candidate));
        }
    }
    Ok(None)
}

/// Changes the slug to a new one, or back to an earlier one.
pub fn change_slug(conn: &mut Conn, now: Time, organization: OrgId, from: &str, to: &Slug) -> QueryResult<SlugChange> {
    let mut outcome = SlugChange::Done;
    let changed = conn.transaction(|conn| {
        outcome = write_slug(conn, now, organization, from, to)?;
        match outcome {
            SlugChange::Done => Ok(()),
            _ => Err(Error::RollbackTransaction),
        }
    });
    match changed {
        Ok(()) | Err(Error::RollbackTransaction) => Ok(outcome),
        Err(error) => Err(error),
    }
}

fn write_slug(conn: &mut Conn, now: Time, organization: OrgId, from: &str, to: &Slug) -> QueryResult<SlugChange> {
    // The current row is the lock: the second of two concurrent changes finds another slug.
    affected::everyone();
    let released = diesel::update(
        organization_slugs::table
            .filter(organization_slugs::organization_id.eq(organization))
            .filter(organization_slugs::slug.eq(from))
            .filter(organization_slugs::is_current),
    )
    .set(organization_slugs::is_current.eq(false))
    .execute(conn)?;
    if released == 0 {
        return Ok(SlugChange::Changed);
    }
    let back = diesel::update(
        organization_slugs::table
            .filter(organization_slugs::organization_id.eq(organization))
            .filter(organization_slugs::slug.eq(to.as_str())),
    )
    .set(organization_slugs::is_current.eq(true))
    .execute(conn)?;
    if back == 1 {
        return Ok(SlugChange::Done);
    }
    let recent: i64 = organization_slugs::table
        .filter(organization_slugs::organization_id.eq(organization))
        .filter(organization_slugs::created_at.gt(now - SLUG_CHANGES_WITHIN))
        .count()
        .get_result(conn)?;
    if recent > SLUG_CHANGES {
        return Ok(SlugChange::TooOften);
    }
    let row = (
        organization_slugs::slug.eq(to.as_str()),
        organization_slugs::organization_id.eq(organization),
        organization_slugs::is_current.eq(true),
        organization_slugs::created_at.eq(now),
    );
    let inserted = on_each!(conn, c => diesel::insert_into(organization_slugs::table).values(row).on_conflict_do_nothing().execute(c))?;
    Ok(if inserted == 1 {
        SlugChange::Done
    } else {
        SlugChange::Taken
    })
}
