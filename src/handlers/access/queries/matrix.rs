//! The columns of the matrix.

use diesel::prelude::*;

use crate::common::id::CompanyId;
use crate::common::name;
use crate::common::paging::{Cursor, Direction, Page};
use crate::db::Conn;
use crate::db::schema::companies;
use crate::db::types::org_id::OrgId;
use crate::db::types::organization::CompanyStatus;
use crate::models::company_choice::CompanyChoice;

/// A page of active companies by name; of some only, when they are given.
pub fn columns(
    conn: &mut Conn,
    organization: OrgId,
    within: Option<&[CompanyId]>,
    place: Option<&Cursor>,
    size: usize,
) -> QueryResult<Page<CompanyChoice>> {
    let mut query = companies::table
        .filter(companies::organization_id.eq(organization))
        .filter(companies::status.eq(CompanyStatus::Active))
        .select((companies::sort_name, companies::id, companies::name, companies::slug))
        .limit(i64::try_from(size + 1).unwrap_or(i64::MAX))
        .into_boxed();
    if let Some(within) = within {
        query = query.filter(companies::id.eq_any(within.to_vec()));
    }
    // The bound on the name is what the index can be entered by; the second condition makes it exact.
    query = match place {
        Some(place) if place.direction == Direction::Previous => query
            .filter(companies::sort_name.le(place.key.clone()))
            .filter(
                companies::sort_name
                    .lt(place.key.clone())
                    .or(companies::id.lt(place.id.clone())),
            )
            .order((companies::sort_name.desc(), companies::id.desc())),
        Some(place) => query
            .filter(companies::sort_name.ge(place.key.clone()))
            .filter(
                companies::sort_name
                    .gt(place.key.clone())
                    .or(companies::id.gt(place.id.clone())),
            )
            .order((companies::sort_name, companies::id)),
        None => query.order((companies::sort_name, companies::id)),
    };
    let rows: Vec<(Vec<u8>, CompanyId, String, String)> = query.load(conn)?;
    let page = Page::cut(rows, size, place, |row| (row.0.clone(), row.1.to_string()));
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

/// The first active companies whose name holds what somebody typed, by name.
pub fn named(conn: &mut Conn, organization: OrgId, typed: &str, limit: usize) -> QueryResult<Vec<CompanyChoice>> {
    let all: Vec<CompanyChoice> = companies::table
        .filter(companies::organization_id.eq(organization))
        .filter(companies::status.eq(CompanyStatus::Active))
        .order((companies::sort_name, companies::id))
        .select((companies::id, companies::name, companies::slug))
        .load(conn)?;
    // Names are folded here as everywhere (accents, case); an organization has at most some thousand of them.
    let wanted = name::fold(typed.trim());
    Ok(all
        .into_iter()
        .filter(|company| wanted.is_empty() || name::fold(&company.name).contains(&wanted))
        .take(limit)
        .collect())
}
