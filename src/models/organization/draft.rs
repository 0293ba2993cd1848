//! What an account typed into the form of a new organization and has not sent.

use diesel::prelude::*;

use crate::common::id::UserId;
use crate::common::time::{Span, Time};
use crate::db::Conn;
use crate::db::schema::organization_drafts;
use crate::on_each;

/// How long a draft is kept after its last change.
pub const KEPT: Span = Span::days(30);

/// The fields of the form (JSON), and when they were saved.
pub fn find(conn: &mut Conn, now: Time, user: UserId) -> QueryResult<Option<(String, Time)>> {
    organization_drafts::table
        .find(user)
        .filter(organization_drafts::saved_at.ge(now - KEPT))
        .select((organization_drafts::fields, organization_drafts::saved_at))
        .first(conn)
        .optional()
}

/// Saves the draft of an account in place of the one before.
pub fn save(conn: &mut Conn, now: Time, user: UserId, fields: &str) -> QueryResult<()> {
    let row = (
        organization_drafts::user_id.eq(user),
        organization_drafts::fields.eq(fields),
        organization_drafts::saved_at.eq(now),
    );
    let inserted = on_each!(conn, c => diesel::insert_into(organization_drafts::table).values(row).on_conflict_do_nothing().execute(c))?;
    if inserted == 0 {
        diesel::update(organization_drafts::table.find(user))
            .set((
                organization_drafts::fields.eq(fields),
                organization_drafts::saved_at.eq(now),
            ))
            .execute(conn)?;
    }
    Ok(())
}

/// Deletes the draft of an account, if there is one.
pub fn delete(conn: &mut Conn, user: UserId) -> QueryResult<()> {
    diesel::delete(organization_drafts::table.find(user)).execute(conn)?;
    Ok(())
}

/// Deletes drafts that were not changed for 30 days.
pub fn delete_old(conn: &mut Conn, now: Time) -> QueryResult<usize> {
    diesel::delete(organization_drafts::table.filter(organization_drafts::saved_at.lt(now - KEPT))).execute(conn)
}
