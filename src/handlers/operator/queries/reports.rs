//! Reports of invitations as operators see them.

use diesel::prelude::*;

use crate::common::id::{ReportId, UserId};
use crate::common::paging::Cursor;
use crate::common::time::Time;
use crate::db::Conn;
use crate::db::schema::{invitation_reports, organization_slugs, organizations, users};
use crate::handlers::operator::queries::{DbBackend, newest_first};

#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = invitation_reports)]
pub struct ListedReport {
    pub id: ReportId,
    /// Who reported it.
    pub email: String,
    /// What they wrote, or nothing.
    pub comment: String,
    pub created_at: Time,
    pub closed_at: Option<Time>,
    #[diesel(column_name = sender_id)]
    pub sender: UserId,
    #[diesel(select_expression = users::name)]
    pub sender_name: String,
    #[diesel(select_expression = users::email)]
    pub sender_email: String,
    #[diesel(select_expression = organizations::name)]
    pub organization: String,
    #[diesel(select_expression = organization_slugs::slug)]
    pub slug: String,
}

/// Reports, newest first: the open ones, or all.
pub fn list(conn: &mut Conn, all: bool, cursor: Option<&Cursor>) -> QueryResult<Vec<ListedReport>> {
    let mut query = invitation_reports::table
        .inner_join(users::table)
        .inner_join(organizations::table.inner_join(organization_slugs::table))
        .filter(organization_slugs::is_current)
        .select(ListedReport::as_select())
        .into_boxed::<DbBackend>();
    if !all {
        query = query.filter(invitation_reports::closed_at.is_null());
    }
    newest_first!(query, invitation_reports::id, cursor).load(conn)
}

pub fn count_open(conn: &mut Conn) -> QueryResult<i64> {
    invitation_reports::table
        .filter(invitation_reports::closed_at.is_null())
        .count()
        .get_result(conn)
}

/// How often invitations of an account were reported.
pub fn count_of_sender(conn: &mut Conn, sender: UserId) -> QueryResult<i64> {
    invitation_reports::table
        .filter(invitation_reports::sender_id.eq(sender))
        .count()
        .get_result(conn)
}
