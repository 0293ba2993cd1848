//! The companies of the search over everything: first those whose name begins with the text.

use diesel::prelude::*;

use crate::common::id::CompanyId;
use crate::common::search;
use crate::db::Conn;
use crate::db::schema::companies;
use crate::db::types::org_id::OrgId;
use crate::db::types::organization::CompanyStatus;
use crate::models::company;
use crate::models::company::{CompanyFilter, CompanyRow, CompanySort};

/// Of each status, at most `limit` whose name begins with the text and at least as many of the others as are needed to fill
/// `limit`. They come by name.
pub fn best(
    conn: &mut Conn,
    organization: OrgId,
    own: Option<&[CompanyId]>,
    text: &str,
    limit: usize,
) -> QueryResult<Vec<CompanyRow>> {
    let mut found: Vec<CompanyRow> = Vec::new();
    for status in [CompanyStatus::Active, CompanyStatus::Archived] {
        let first = beginning(conn, organization, own, status, text, limit)?;
        let rest = if first.len() < limit {
            let filter = CompanyFilter {
                own: own.map(<[_]>::to_vec),
                status: Some(status),
                words: search::query(text),
                sort: CompanySort::Name,
            };
            company::list(conn, organization, &filter, None, limit + first.len())?
        } else {
            Vec::new()
        };
        let is_new = |row: &CompanyRow| first.iter().all(|one| one.id != row.id);
        let rest: Vec<CompanyRow> = rest.into_iter().filter(is_new).collect();
        found.extend(first);
        found.extend(rest);
    }
    found.sort_by(|one, other| (&one.sort_name, one.id).cmp(&(&other.sort_name, other.id)));
    Ok(found)
}

fn beginning(
    conn: &mut Conn,
    organization: OrgId,
    own: Option<&[CompanyId]>,
    status: CompanyStatus,
    text: &str,
    limit: usize,
) -> QueryResult<Vec<CompanyRow>> {
    let from = search::sort_key(text.trim());
    let Some(until) = search::prefix_end(&from) else {
        return Ok(Vec::new());
    };
    let mut query = companies::table
        .filter(companies::organization_id.eq(organization))
        .filter(companies::status.eq(status))
        .filter(companies::sort_name.ge(from))
        .filter(companies::sort_name.lt(until))
        .order((companies::sort_name, companies::id))
        .limit(i64::try_from(limit).unwrap_or(i64::MAX))
        .select(CompanyRow::as_select())
        .into_boxed();
    if let Some(own) = own {
        query = query.filter(conn.one_of(companies::id, own));
    }
    query.load(conn)
}
