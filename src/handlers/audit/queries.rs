//! The people of a filter, and the people and companies that events name.

use diesel::prelude::*;
use diesel::sql_types::Text;

use crate::common::id::{CompanyId, MembershipId, UserId};
use crate::db::Conn;
use crate::db::schema::{companies, memberships, users};
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
    let mut found: Vec<(MembershipId, UserId)> = Vec::new();
    // Each list has an index of its own.
    for (list, condition) in [
        (
            conn.for_each_of(accounts),
            "m.organization_id = ? AND m.user_id = each.value",
        ),
        (conn.for_each_of(ids), "m.organization_id = ? AND m.id = each.value"),
    ] {
        let condition = format!("{condition} AND m.status <> 'removed'");
        let members = list.then("memberships", "m", &condition, &[&organization]);
        found.extend(
            members
                .select::<(Text, Text)>("m.id, m.user_id")
                .load::<(MembershipId, UserId)>(conn)?,
        );
    }
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
