//! The columns of the matrix.

use diesel::prelude::*;

use crate::common::id::CompanyId;
use crate::common::paging::{Cursor, Direction, Page};
use crate::db::Conn;
use crate::db::schema::companies;
use crate::db::types::org_id::OrgId;
use crate::db::types::organization::CompanyStatus;
use crate::models::company_choice::CompanyChoice;

/// A page of active companies by name; only those in `within`, when given.
pub fn columns(
    conn: &mut Conn,
    organization: OrgId,
    within: Option<&[CompanyId]>,
    cursor: Option<&Cursor>,
    size: usize,
) -> QueryResult<Page<CompanyChoice>> {
    let mut query = companies::table
        .filter(companies::organization_id.eq(organization))
        .filter(companies::status.eq(CompanyStatus::Active))
        .select((companies::sort_name, companies::id, companies::name, companies::slug))
        .limit(i64::try_from(size + 1).unwrap_or(i64::MAX))
        .into_boxed();
    if let Some(within) = within {
        query = query.filter(conn.one_of(companies::id, within.to_vec()));
    }
    // The index is entered by the name; the second condition makes the bound exact.
    query = match cursor {
        Some(cursor) if cursor.direction == Direction::Previous => query
            .filter(companies::sort_name.le(cursor.key.clone()))
            .filter(
                companies::sort_name
                    .lt(cursor.key.clone())
                    .or(companies::id.lt(cursor.id.clone())),
            )
            .order((companies::sort_name.desc(), companies::id.desc())),
        Some(cursor) => query
            .filter(companies::sort_name.ge(cursor.key.clone()))
            .filter(
                companies::sort_name
                    .gt(cursor.key.clone())
                    .or(companies::id.gt(cursor.id.clone())),
            )
            .order((companies::sort_name, companies::id)),
        None => query.order((companies::sort_name, companies::id)),
    };
    let rows: Vec<(Vec<u8>, CompanyId, String, String)> = query.load(conn)?;
    let page = Page::cut(rows, size, cursor, |row| (row.0.clone(), row.1.to_string()));
    Ok(Page {
        rows: page
            .rows
            .into_iter()
            .map(|(_, id, name, slug)| CompanyChoice { id, name, slug })
            .collect(),
        previous: page.previous,
        next: page.next,
    })
}
