//! The people of a filter, and the people and companies that events name.

use diesel::prelude::*;

use crate::common::id::{CompanyId, MembershipId, UserId};
use crate::db::Conn;
use crate::db::schema::{companies, memberships, users};
use crate::db::types::MembershipStatus;
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

/// Members by account or id, as pairs of id and account. Removed ones are left out.
pub fn members(
    conn: &mut Conn,
    organization: OrgId,
    accounts: &[String],
    ids: &[String],
) -> QueryResult<Vec<(String, String)>> {
    let accounts: Vec<UserId> = accounts.iter().filter_map(|id| UserId::parse(id)).collect();
    let ids: Vec<MembershipId> = ids.iter().filter_map(|id| MembershipId::parse(id)).collect();
    let found: Vec<(MembershipId, UserId)> = memberships::table
        .filter(memberships::organization_id.eq(organization))
        .filter(memberships::status.ne(MembershipStatus::Removed))
        .filter(memberships::user_id.eq_any(accounts).or(memberships::id.eq_any(ids)))
        .select((memberships::id, memberships::user_id))
        .load(conn)?;
    Ok(found
        .into_iter()
        .map(|(id, account)| (id.to_string(), account.to_string()))
        .collect())
}

/// The current slugs of companies.
pub fn companies(conn: &mut Conn, organization: OrgId, ids: &[String]) -> QueryResult<Vec<(String, String)>> {
    let ids: Vec<CompanyId> = ids.iter().filter_map(|id| CompanyId::parse(id)).collect();
    let found: Vec<(CompanyId, String)> = companies::table
        .filter(companies::organization_id.eq(organization))
        .filter(companies::id.eq_any(ids))
        .select((companies::id, companies::slug))
        .load(conn)?;
    Ok(found.into_iter().map(|(id, slug)| (id.to_string(), slug)).collect())
}
