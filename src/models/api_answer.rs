//! The first answer to each request with an idempotency key: a request that comes again gets it, and changes nothing.

use diesel::prelude::*;

use crate::common::id::{ApiKeyId, CompanyId};
use crate::common::time::{Span, Time};
use crate::db::Conn;
use crate::db::schema::api_answers;
use crate::db::types::org_id::OrgId;

/// How long an answer is kept.
pub const KEPT: Span = Span::hours(24);

/// Answers that are forgotten in one run of the job, which comes again while there are more.
const FORGOTTEN: i64 = 2_000;

/// Whose request it is, and what its sender called it.
#[derive(Debug, Clone, Copy)]
pub struct AnswerKey<'a> {
    pub organization: OrgId,
    pub key: ApiKeyId,
    pub idempotency_key: &'a str,
}

/// An answer as it was sent.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = api_answers, treat_none_as_default_value = false)]
pub struct KeptAnswer {
    /// A digest of the request.
    pub request: String,
    /// The company of the address.
    #[diesel(column_name = company_id)]
    pub company: Option<CompanyId>,
    pub status: i32,
    pub content_type: String,
    pub location: Option<String>,
    pub body: String,
    pub created_at: Time,
}

/// The answer of a key, if it is not too old.
pub fn find(conn: &mut Conn, key: AnswerKey<'_>, now: Time) -> QueryResult<Option<KeptAnswer>> {
    api_answers::table
        .find((key.organization, key.key, key.idempotency_key))
        .filter(api_answers::created_at.ge(now - KEPT))
        .select(KeptAnswer::as_select())
        .first(conn)
        .optional()
}

/// Keeps an answer in place of one that is too old.
pub fn keep(conn: &mut Conn, key: AnswerKey<'_>, answer: &KeptAnswer) -> QueryResult<()> {
    diesel::delete(api_answers::table.find((key.organization, key.key, key.idempotency_key))).execute(conn)?;
    diesel::insert_into(api_answers::table)
        .values((
            api_answers::organization_id.eq(key.organization),
            api_answers::api_key_id.eq(key.key),
            api_answers::idempotency_key.eq(key.idempotency_key),
            answer,
        ))
        .execute(conn)?;
    Ok(())
}

/// Forgets answers that are too old.
pub fn forget_old(conn: &mut Conn, now: Time) -> QueryResult<()> {
    let old: Vec<(OrgId, ApiKeyId, String)> = api_answers::table
        .filter(api_answers::created_at.lt(now - KEPT))
        .order(api_answers::created_at)
        .limit(FORGOTTEN)
        .select((
            api_answers::organization_id,
            api_answers::api_key_id,
            api_answers::idempotency_key,
        ))
        .load(conn)?;
    for (organization, key, idempotency_key) in &old {
        diesel::delete(api_answers::table.find((organization, key, idempotency_key))).execute(conn)?;
    }
    Ok(())
}
