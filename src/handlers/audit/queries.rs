//! The people of a filter.

use diesel::prelude::*;

use crate::db::Conn;
use crate::db::schema::{memberships, users};
use crate::db::types::org_id::OrgId;

/// The account of a current or former member, by email address.
pub fn account(conn: &mut Conn, organization: OrgId, email: &str) -> QueryResult<Option<String>> {
    memberships::table
        .inner_join(users::table)
        .filter(memberships::organization_id.eq(organization))
        .filter(users::email.eq(email))
        .select(memberships::user_id)
        .first(conn)
        .optional()
}

/// The name of a current or former member, by account.
pub fn name(conn: &mut Conn, organization: OrgId, account: &str) -> QueryResult<Option<String>> {
    memberships::table
        .inner_join(users::table)
        .filter(memberships::organization_id.eq(organization))
        .filter(memberships::user_id.eq(account))
        .select(users::name)
        .first(conn)
        .optional()
}
