//! The organizations of a person, as the switcher and the search list them.

use diesel::backend::Backend;
use diesel::prelude::*;
use diesel::query_builder::{AstPass, Query, QueryFragment, QueryId};
use diesel::serialize::ToSql;
use diesel::sql_types::{BigInt, HasSqlType, Text};

use crate::authz::role::Role;
use crate::common::error::AppError;
use crate::common::id::UserId;
use crate::common::time::Time;
use crate::db::Conn;
use crate::on_each;

/// What an organization is called is a subquery of one value, so that no planner begins with all organizations.
const ORGANIZATIONS: &str = "SELECT CAST(1 AS BIGINT) AS kind, \
    COALESCE((SELECT name FROM organizations WHERE id = own.organization_id), '') AS one, \
    COALESCE((SELECT slug FROM organization_slugs WHERE organization_id = own.organization_id AND is_current), '') AS two, \
    own.role AS three, \
    CAST(0 AS BIGINT) AS n1, CAST(0 AS BIGINT) AS n2, CAST(0 AS BIGINT) AS n3, CAST(0 AS BIGINT) AS n4, CAST(0 AS BIGINT) AS n5 \
    FROM (SELECT organization_id, role FROM memberships WHERE status = 'active' AND user_id = ";
const STILL: &str = " AND (access_until IS NULL OR access_until >= ";
const LATEST: &str = ") ORDER BY last_seen_at IS NULL, last_seen_at DESC, id LIMIT ";
const END: &str = ") AS own";

/// An organization of a person.
#[derive(Debug)]
pub struct OwnOrganization {
    pub name: String,
    pub slug: String,
    pub role: Role,
}

impl OwnOrganization {
    /// `None` for one that is deleted, which has no slug.
    pub fn of(name: String, slug: String, role: Role) -> Option<Self> {
        (!slug.is_empty()).then_some(Self { name, slug, role })
    }
}

/// The organizations that a person visited last, latest first.
#[derive(Debug, Clone, QueryId)]
pub struct OwnQuery {
    pub user: UserId,
    pub now: Time,
    /// The most organizations.
    pub limit: i64,
}

/// Kind, three texts, five numbers.
pub type AroundRow = (i64, String, String, String, i64, i64, i64, i64, i64);

pub type AroundColumns = (BigInt, Text, Text, Text, BigInt, BigInt, BigInt, BigInt, BigInt);

impl Query for OwnQuery {
    type SqlType = AroundColumns;
}

impl<C> RunQueryDsl<C> for OwnQuery {}

impl<DB> QueryFragment<DB> for OwnQuery
where
    DB: Backend + HasSqlType<Text> + HasSqlType<BigInt>,
    str: ToSql<Text, DB>,
    String: ToSql<Text, DB>,
    i64: ToSql<BigInt, DB>,
{
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, DB>) -> QueryResult<()> {
        out.push_sql(ORGANIZATIONS);
        out.push_bind_param::<Text, _>(&self.user)?;
        out.push_sql(STILL);
        out.push_bind_param::<BigInt, _>(&self.now)?;
        out.push_sql(LATEST);
        out.push_bind_param::<BigInt, _>(&self.limit)?;
        out.push_sql(END);
        Ok(())
    }
}

/// The organizations that a person visited last, latest first.
pub fn organizations_of(
    conn: &mut Conn,
    user: UserId,
    now: Time,
    limit: i64,
) -> Result<Vec<OwnOrganization>, AppError> {
    let query = OwnQuery { user, now, limit };
    let rows: Vec<AroundRow> = on_each!(conn, c => query.load(c))?;
    let mut found = Vec::with_capacity(rows.len());
    for (_, name, slug, role, ..) in rows {
        let role = Role::parse(&role).ok_or_else(|| AppError::internal("a stored role has a known name"))?;
        found.extend(OwnOrganization::of(name, slug, role));
    }
    Ok(found)
}
