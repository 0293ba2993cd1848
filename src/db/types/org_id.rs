//! The id of an organization.

use diesel::backend::Backend;
use diesel::deserialize;
use diesel::deserialize::{FromSql, FromSqlRow};
use diesel::expression::AsExpression;
use diesel::prelude::*;
use diesel::serialize;
use diesel::serialize::{Output, ToSql};
use diesel::sql_types::Text;

use crate::common::id::RawId;
use crate::db::Conn;

/// An organization's id. It comes from the actor; there is no way to make one from a request.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, FromSqlRow, AsExpression)]
#[diesel(sql_type = Text)]
pub struct OrgId(RawId);

impl OrgId {
    pub fn fresh() -> Self {
        Self(RawId::fresh())
    }

    /// Takes the organization's advisory lock until the transaction ends, before any row is locked: writes of one
    /// organization change the same counters and the same log, and in turns they can't deadlock.
    pub fn advisory_lock(self, conn: &mut Conn) -> QueryResult<()> {
        conn.advisory_lock(self.0.as_str())
    }
}

impl std::fmt::Display for OrgId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.0.as_str())
    }
}

impl std::fmt::Debug for OrgId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.0.as_str())
    }
}

impl<DB: Backend> FromSql<Text, DB> for OrgId
where
    String: FromSql<Text, DB>,
{
    fn from_sql(raw: DB::RawValue<'_>) -> deserialize::Result<Self> {
        let text = String::from_sql(raw)?;
        RawId::parse(&text)
            .map(Self)
            .ok_or_else(|| format!("not an organization id: {text}").into())
    }
}

impl<DB: Backend> ToSql<Text, DB> for OrgId
where
    str: ToSql<Text, DB>,
{
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, DB>) -> serialize::Result {
        <str as ToSql<Text, DB>>::to_sql(self.0.as_str(), out)
    }
}
