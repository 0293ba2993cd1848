//! The look-up of a request by its key: one indexed query, before the organization is known.

use diesel::prelude::*;

use crate::common::time::Time;
use crate::common::token::Token;
use crate::db::Conn;
use crate::db::schema::{api_keys, memberships, organization_slugs, organizations, users};
use crate::models::api_key::ApiKey;
use crate::models::membership::access::{FACTS, MembershipAccess};
use crate::models::membership::held::HeldRoles;
use crate::models::reader::{AccountRow, MembershipRow, OrganizationRow};
use crate::on_each;

/// A key, its owner, and the organization with its slug.
pub type HolderRow = (
    ApiKey,
    AccountRow,
    OrganizationRow,
    String,
    MembershipRow,
    MembershipAccess,
    HeldRoles,
);

/// The key of a text, whether it works or not.
pub fn find(conn: &mut Conn, now: Time, key: &Token) -> QueryResult<Option<HolderRow>> {
    on_each!(conn, c => api_keys::table
        .inner_join(
            memberships::table.on(memberships::organization_id
                .eq(api_keys::organization_id)
                .and(memberships::id.eq(api_keys::owner_id))),
        )
        .inner_join(users::table.on(users::id.eq(memberships::user_id)))
        .inner_join(organizations::table.on(organizations::id.eq(api_keys::organization_id)))
        .inner_join(organization_slugs::table.on(organization_slugs::organization_id.eq(organizations::id)))
        .filter(api_keys::key_hash.eq(key.hash()))
        .filter(organization_slugs::is_current)
        .select((
            ApiKey::as_select(),
            AccountRow::as_select(),
            OrganizationRow::as_select(),
            organization_slugs::slug,
            MembershipRow::as_select(),
            FACTS,
            HeldRoles::columns(now),
        ))
        .first(c)
        .optional())
}
