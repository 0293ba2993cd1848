//! The addresses of an organization: the one it has, and those it had, which lead to it and are nobody else's.

use diesel::prelude::*;

use crate::app::Ctx;
use crate::common::id::UserId;
use crate::common::slug::Slug;
use crate::common::time::Span;
use crate::db::Conn;
use crate::db::schema::{memberships, organization_slugs};
use crate::db::types::MembershipStatus;
use crate::db::types::org_id::OrgId;
use crate::on_each;

/// So many new addresses an organization may take in `CHANGES_IN`: each stays taken for ever.
pub const CHANGES: i64 = 5;
/// The time in which changes are counted.
pub const CHANGES_IN: Span = Span::days(30);

/// What became of a change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[must_use]
pub enum Moved {
    /// It is done.
    Done,
    /// Somebody else has the address, or had it.
    Taken,
    /// `CHANGES` were made.
    TooOften,
    /// It is not the present address any more that was to be replaced.
    Changed,
}

/// Whether a slug is free: never used by any organization.
pub fn is_free(conn: &mut Conn, slug: &str) -> QueryResult<bool> {
    diesel::select(diesel::dsl::exists(
        organization_slugs::table.filter(organization_slugs::slug.eq(slug)),
    ))
    .get_result(conn)
    .map(|taken: bool| !taken)
}

/// The current slug of an organization that once had this one, for its members only.
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
        .filter(organization_slugs::is_current.eq(true))
        .select(organization_slugs::slug)
        .first(conn)
        .optional()
}

/// The addresses an organization had before, the latest first.
pub fn former(conn: &mut Conn, organization: OrgId) -> QueryResult<Vec<String>> {
    organization_slugs::table
        .filter(organization_slugs::organization_id.eq(organization))
        .filter(organization_slugs::is_current.eq(false))
        .order((organization_slugs::created_at.desc(), organization_slugs::slug))
        .limit(20)
        .select(organization_slugs::slug)
        .load(conn)
}

/// Gives an organization another address, or one back that it had. The old one leads to it from then on.
pub fn change_slug(conn: &mut Conn, cx: &Ctx, organization: OrgId, from: &str, to: &Slug) -> QueryResult<Moved> {
    // The present row is the lock: of two changes at once the second finds another address.
    let released = diesel::update(
        organization_slugs::table
            .filter(organization_slugs::organization_id.eq(organization))
            .filter(organization_slugs::slug.eq(from))
            .filter(organization_slugs::is_current.eq(true)),
    )
    .set(organization_slugs::is_current.eq(false))
    .execute(conn)?;
    if released == 0 {
        return Ok(Moved::Changed);
    }
    let back = diesel::update(
        organization_slugs::table
            .filter(organization_slugs::organization_id.eq(organization))
            .filter(organization_slugs::slug.eq(to.as_str())),
    )
    .set(organization_slugs::is_current.eq(true))
    .execute(conn)?;
    if back == 1 {
        return Ok(Moved::Done);
    }
    let recent: i64 = organization_slugs::table
        .filter(organization_slugs::organization_id.eq(organization))
        .filter(organization_slugs::created_at.gt(cx.now - CHANGES_IN))
        .count()
        .get_result(conn)?;
    if recent > CHANGES {
        return Ok(Moved::TooOften);
    }
    let row = (
        organization_slugs::slug.eq(to.as_str()),
        organization_slugs::organization_id.eq(organization),
        organization_slugs::is_current.eq(true),
        organization_slugs::created_at.eq(cx.now),
    );
    let placed = on_each!(conn, c => diesel::insert_into(organization_slugs::table).values(row).on_conflict_do_nothing().execute(c))?;
    Ok(if placed == 1 { Moved::Done } else { Moved::Taken })
}
