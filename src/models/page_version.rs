//! The versions of a reader's pages, with session and membership.

use diesel::prelude::*;

use crate::app::stored::{MemberReader, PageVersions};
use crate::common::id::UserId;
use crate::common::time::Time;
use crate::db::Conn;
use crate::db::schema::{instance_pages, memberships, organizations, sessions, users};
use crate::db::types::MembershipStatus;
use crate::models::session::{ABSOLUTE, IDLE};

/// The present versions for a reader; `None` when the session is over or the membership gives no access. One look into each
/// of five indexes.
pub fn current(
    conn: &mut Conn,
    now: Time,
    session_hash: &str,
    person: UserId,
    member: &MemberReader,
) -> QueryResult<Option<PageVersions>> {
    sessions::table
        .inner_join(users::table)
        .inner_join(memberships::table.on(memberships::user_id.eq(users::id)))
        .inner_join(organizations::table.on(organizations::id.eq(memberships::organization_id)))
        .inner_join(instance_pages::table.on(instance_pages::id.eq(1)))
        .filter(sessions::token_hash.eq(session_hash))
        .filter(sessions::last_seen_at.gt(now - IDLE))
        .filter(sessions::created_at.gt(now - ABSOLUTE))
        .filter(memberships::organization_id.eq(member.organization))
        .filter(memberships::id.eq(member.membership))
        .filter(memberships::user_id.eq(person))
        .filter(memberships::status.eq(MembershipStatus::Active))
        .filter(
            memberships::access_until
                .is_null()
                .or(memberships::access_until.ge(now)),
        )
        .select((
            organizations::page_version,
            users::page_version,
            instance_pages::page_version,
        ))
        .first(conn)
        .optional()
        .map(|found: Option<(i64, i64, i64)>| found.map(PageVersions::from))
}
