//! Sessions that were not ended yet.

use diesel::prelude::*;

use crate::common::id::{SupportId, UserId};
use crate::common::time::Time;
use crate::db::Conn;
use crate::db::schema::{support_sessions, users};
use crate::db::types::org_id::OrgId;

#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = support_sessions)]
pub struct OpenSession {
    pub organization_id: OrgId,
    pub id: SupportId,
    #[diesel(select_expression = users::name)]
    pub operator: String,
    pub reason: String,
    pub consent_by: String,
    pub ends_at: Time,
}

#[diesel::dsl::auto_type]
fn not_ended() -> _ {
    support_sessions::table
        .inner_join(users::table.on(users::id.eq(support_sessions::operator_id)))
        .filter(support_sessions::ended_at.is_null())
}

pub fn of_organization(conn: &mut Conn, organization: OrgId) -> QueryResult<Vec<OpenSession>> {
    not_ended()
        .filter(support_sessions::organization_id.eq(organization))
        .select(OpenSession::as_select())
        .load(conn)
}

pub fn of_operator(conn: &mut Conn, operator: UserId) -> QueryResult<Vec<OpenSession>> {
    not_ended()
        .filter(support_sessions::operator_id.eq(operator))
        .select(OpenSession::as_select())
        .load(conn)
}

/// Sessions past their end, at most `most`.
pub fn overdue(conn: &mut Conn, now: Time, most: i64) -> QueryResult<Vec<OpenSession>> {
    not_ended()
        .filter(support_sessions::ends_at.le(now))
        .order(support_sessions::ends_at)
        .limit(most)
        .select(OpenSession::as_select())
        .load(conn)
}

/// `false` when it was ended at the same time.
pub fn close(conn: &mut Conn, session: &OpenSession, at: Time) -> QueryResult<bool> {
    let ended = diesel::update(
        support_sessions::table
            .find((session.organization_id, session.id))
            .filter(support_sessions::ended_at.is_null()),
    )
    .set(support_sessions::ended_at.eq(Some(at)))
    .execute(conn)?;
    Ok(ended == 1)
}
