//! Who sent usage events.

use std::collections::HashMap;

use diesel::prelude::*;

use crate::common::id::{ApiKeyId, MembershipId};
use crate::db::Conn;
use crate::db::schema::{api_keys, memberships, users};
use crate::db::types::org_id::OrgId;

/// The names of senders: API keys and members.
pub fn senders(conn: &mut Conn, organization: OrgId, ids: &[&str]) -> QueryResult<HashMap<String, String>> {
    let keys: Vec<(ApiKeyId, String)> = api_keys::table
        .filter(api_keys::organization_id.eq(organization))
        .filter(conn.one_of(api_keys::id, ids))
        .select((api_keys::id, api_keys::name))
        .load(conn)?;
    let members: Vec<(MembershipId, String)> = memberships::table
        .inner_join(users::table)
        .filter(memberships::organization_id.eq(organization))
        .filter(conn.one_of(memberships::id, ids))
        .select((memberships::id, users::name))
        .load(conn)?;
    let keys = keys.into_iter().map(|(id, name)| (id.to_string(), name));
    let members = members.into_iter().map(|(id, name)| (id.to_string(), name));
    Ok(keys.chain(members).collect())
}
