//! Accounts as operators see them.

use std::collections::HashMap;

use diesel::dsl::{count_star, max};
use diesel::prelude::*;

use crate::common::error::AppError;
use crate::common::id::UserId;
use crate::common::paging::Cursor;
use crate::common::time::Time;
use crate::db::Conn;
use crate::db::schema::{memberships, sessions, users};
use crate::db::types::MembershipStatus;
use crate::handlers::operator::queries::{DbBackend, containing, lower, newest_first};

#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = users)]
pub struct ListedAccount {
    pub id: UserId,
    pub name: String,
    pub email: String,
    pub email_verified_at: Option<Time>,
    pub is_operator: bool,
    /// How many organizations it can create; `None` for the default.
    pub organization_limit: Option<i32>,
    /// How many invitations it can send a day; `None` for the default.
    pub invitation_limit: Option<i32>,
    pub created_at: Time,
}

impl ListedAccount {
    pub fn badge(&self) -> &'static str {
        if self.is_operator { "Operator" } else { "" }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AccountFilter {
    All,
    Operators,
    Unverified,
}

/// Accounts whose name or email address contains `q`, newest first.
pub fn list(
    conn: &mut Conn,
    q: &str,
    filter: AccountFilter,
    cursor: Option<&Cursor>,
) -> QueryResult<Vec<ListedAccount>> {
    let mut query = users::table
        .select(ListedAccount::as_select())
        .into_boxed::<DbBackend>();
    if !q.trim().is_empty() {
        let like = containing(q);
        query = query.filter(
            lower(users::name)
                .like(like.clone())
                .escape('\\')
                .or(users::email.like(like).escape('\\')),
        );
    }
    query = match filter {
        AccountFilter::All => query,
        AccountFilter::Operators => query.filter(users::is_operator),
        AccountFilter::Unverified => query.filter(users::email_verified_at.is_null()),
    };
    newest_first!(query, users::id, cursor).load(conn)
}

pub fn find(conn: &mut Conn, id: UserId) -> Result<ListedAccount, AppError> {
    Ok(users::table.find(id).select(ListedAccount::as_select()).first(conn)?)
}

/// The number of organizations of each.
pub fn organizations(conn: &mut Conn, ids: &[UserId]) -> QueryResult<HashMap<UserId, i64>> {
    let rows: Vec<(UserId, i64)> = memberships::table
        .filter(memberships::user_id.eq_any(ids))
        .filter(memberships::status.eq(MembershipStatus::Active))
        .group_by(memberships::user_id)
        .select((memberships::user_id, count_star()))
        .load(conn)?;
    Ok(rows.into_iter().collect())
}

/// When each was last active, in a session that still exists or in an organization.
pub fn seen(conn: &mut Conn, ids: &[UserId]) -> QueryResult<HashMap<UserId, Time>> {
    let mut all: Vec<(UserId, Option<Time>)> = sessions::table
        .filter(sessions::user_id.eq_any(ids))
        .group_by(sessions::user_id)
        .select((sessions::user_id, max(sessions::last_seen_at)))
        .load(conn)?;
    let inside: Vec<(UserId, Option<Time>)> = memberships::table
        .filter(memberships::user_id.eq_any(ids))
        .group_by(memberships::user_id)
        .select((memberships::user_id, max(memberships::last_seen_at)))
        .load(conn)?;
    all.extend(inside);
    let mut seen = HashMap::new();
    for (id, at) in all {
        if let Some(at) = at {
            let latest = seen.entry(id).or_insert(at);
            *latest = at.max(*latest);
        }
    }
    Ok(seen)
}

pub fn sessions(conn: &mut Conn, id: UserId) -> QueryResult<i64> {
    sessions::table
        .filter(sessions::user_id.eq(id))
        .count()
        .get_result(conn)
}

/// How many organizations the account created.
pub fn created(conn: &mut Conn, id: UserId) -> QueryResult<i64> {
    use crate::db::schema::organizations;
    organizations::table
        .filter(organizations::created_by.eq(id))
        .count()
        .get_result(conn)
}
