//! Writes of keys.

use diesel::prelude::*;

use crate::app::Ctx;
use crate::common::api_key;
use crate::common::id::{ApiKeyId, MembershipId, UserId};
use crate::common::time::Time;
use crate::common::token::Token;
use crate::db::Conn;
use crate::db::schema::api_keys;
use crate::db::types::org_id::OrgId;
use crate::models::api_key::KeyTerms;

macro_rules! open_key {
    ($organization:expr, $id:expr) => {
        api_keys::table
            .filter(api_keys::organization_id.eq($organization))
            .filter(api_keys::id.eq($id))
            .filter(api_keys::revoked_at.is_null())
    };
}

/// Who owns a new key.
#[derive(Debug, Clone, Copy)]
pub struct KeyOwner {
    pub membership: MembershipId,
    pub user: UserId,
}

/// Saves a new key. `replaces`: the key that it was rotated from.
pub fn create(
    conn: &mut Conn,
    cx: &Ctx,
    organization: OrgId,
    owner: KeyOwner,
    terms: &KeyTerms,
    replaces: Option<ApiKeyId>,
) -> QueryResult<(ApiKeyId, Token)> {
    let (id, key) = (ApiKeyId::fresh(), api_key::fresh());
    diesel::insert_into(api_keys::table)
        .values((
            (
                api_keys::organization_id.eq(organization),
                api_keys::id.eq(id),
                api_keys::name.eq(&terms.name),
                api_keys::prefix.eq(api_key::prefix(&key)),
                api_keys::key_hash.eq(key.hash()),
                api_keys::scopes.eq(terms.scopes.text()),
                api_keys::company_id.eq(terms.company),
                api_keys::allowed_ips.eq(&terms.allowed_ips),
            ),
            (
                api_keys::owner_id.eq(owner.membership),
                api_keys::created_by.eq(owner.user),
                api_keys::created_at.eq(cx.now),
                api_keys::expires_at.eq(terms.expires_at),
                api_keys::rotated_from.eq(replaces),
                api_keys::idle_since.eq(cx.now),
            ),
        ))
        .execute(conn)?;
    Ok((id, key))
}

/// Lets a key work until the end of the overlap; `false` when it was revoked or rotated already.
pub fn replace(conn: &mut Conn, organization: OrgId, id: ApiKeyId, until: Time) -> QueryResult<bool> {
    let done = diesel::update(open_key!(organization, id).filter(api_keys::overlap_until.is_null()))
        .set(api_keys::overlap_until.eq(Some(until)))
        .execute(conn)?;
    Ok(done == 1)
}

/// Revokes a key; `false` when it was revoked already.
pub fn revoke(conn: &mut Conn, organization: OrgId, id: ApiKeyId, now: Time) -> QueryResult<bool> {
    let done = diesel::update(open_key!(organization, id))
        .set(api_keys::revoked_at.eq(Some(now)))
        .execute(conn)?;
    Ok(done == 1)
}

/// Makes a member the owner of a key of another one; `false` when it was revoked or adopted in between.
pub fn adopt(
    conn: &mut Conn,
    organization: OrgId,
    id: ApiKeyId,
    from: MembershipId,
    to: MembershipId,
) -> QueryResult<bool> {
    let done = diesel::update(open_key!(organization, id).filter(api_keys::owner_id.eq(from)))
        .set(api_keys::owner_id.eq(to))
        .execute(conn)?;
    Ok(done == 1)
}

/// Notes that someone is told about a key that is not used; `false` when it was used or flagged in between.
pub fn flag(conn: &mut Conn, organization: OrgId, id: ApiKeyId, idle_since: Time, now: Time) -> QueryResult<bool> {
    let done = diesel::update(
        open_key!(organization, id)
            .filter(api_keys::flagged_at.is_null())
            .filter(api_keys::idle_since.eq(idle_since)),
    )
    .set(api_keys::flagged_at.eq(Some(now)))
    .execute(conn)?;
    Ok(done == 1)
}
