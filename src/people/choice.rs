//! The companies out of which a page lets somebody choose.

use diesel::prelude::*;

use crate::gate::db::Conn;
use crate::gate::member::OrgId;
use crate::gate::organization::CompanyStatus;
use crate::gate::schema::companies;
use crate::ground::id::CompanyId;
use crate::ground::name;

/// A company by which a list can be narrowed, or which can be assigned.
#[derive(Debug, Clone, Queryable)]
pub struct Choice {
    /// Its id.
    pub id: CompanyId,
    /// Its name.
    pub name: String,
    /// Its slug.
    pub slug: String,
}

/// The active companies by name, at most `limit`.
///
/// # Errors
/// When the database fails.
pub fn active_companies(conn: &mut Conn, organization: OrgId, limit: i64) -> QueryResult<Vec<Choice>> {
    companies::table
        .filter(companies::organization_id.eq(organization))
        .filter(companies::status.eq(CompanyStatus::Active))
        .order((companies::sort_name, companies::id))
        .limit(limit)
        .select((companies::id, companies::name, companies::slug))
        .load(conn)
}

/// The company that somebody means by its id, its slug, or the beginning of its name.
///
/// # Errors
/// When the database fails.
pub fn company_meant(conn: &mut Conn, organization: OrgId, text: &str) -> QueryResult<Option<Choice>> {
    let columns = (companies::id, companies::name, companies::slug);
    let exact: Option<Choice> = companies::table
        .filter(companies::organization_id.eq(organization))
        .filter(companies::slug.eq(text))
        .select(columns)
        .first(conn)
        .optional()?;
    if exact.is_some() {
        return Ok(exact);
    }
    if let Some(id) = CompanyId::parse(text) {
        return companies::table
            .find((organization, id))
            .select(columns)
            .first(conn)
            .optional();
    }
    let beginning = name::sort_key(text);
    let Some(end) = name::prefix_end(&beginning) else {
        return Ok(None);
    };
    companies::table
        .filter(companies::organization_id.eq(organization))
        .filter(companies::status.eq(CompanyStatus::Active))
        .filter(companies::sort_name.ge(beginning))
        .filter(companies::sort_name.lt(end))
        .order((companies::sort_name, companies::id))
        .select(columns)
        .first(conn)
        .optional()
}
