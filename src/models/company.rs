//! Companies and their people as rows.

use diesel::prelude::*;
use diesel::result::{DatabaseErrorKind, Error};

use crate::common::id::CompanyId;
use crate::common::name;
use crate::common::paging::{Cursor, Direction};
use crate::common::slug::Slug;
use crate::common::time::Time;
use crate::db::Conn;
use crate::db::schema::companies;
use crate::db::types::org_id::OrgId;
use crate::db::types::organization::CompanyStatus;
use crate::models::organization;

/// A company in a list.
#[derive(Debug, Clone, Queryable)]
pub struct CompanyRow {
    pub id: CompanyId,
    pub name: String,
    pub slug: String,
    /// The bytes it is sorted by.
    pub sort_name: Vec<u8>,
    /// Whether it works.
    pub status: CompanyStatus,
    pub created_at: Time,
}

/// The order of a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sort {
    /// By name.
    Name,
    Newest,
}

impl Sort {
    /// Where a row stands in this order.
    pub fn key(self, row: &CompanyRow) -> (Vec<u8>, String) {
        let key = match self {
            Self::Name => row.sort_name.clone(),
            // Identifiers sort by age.
            Self::Newest => Vec::new(),
        };
        (key, row.id.to_string())
    }
}

/// What a list shows.
#[derive(Debug, Clone)]
pub struct Filter {
    /// Only these, for who sees the companies assigned to them.
    pub own: Option<Vec<CompanyId>>,
    /// Only these states; `None` for all.
    pub status: Option<CompanyStatus>,
    /// Words that must begin a word of the name.
    pub words: Vec<Vec<u8>>,
    pub sort: Sort,
}

/// Up to `limit` companies from a place on, in the direction of reading.
pub fn list(
    conn: &mut Conn,
    org: OrgId,
    filter: &Filter,
    place: Option<&Cursor>,
    limit: usize,
) -> QueryResult<Vec<CompanyRow>> {
    let mut query = companies::table
        .filter(companies::organization_id.eq(org))
        .select((
            companies::id,
            companies::name,
            companies::slug,
            companies::sort_name,
            companies::status,
            companies::created_at,
        ))
        .into_boxed();
    if let Some(own) = &filter.own {
        query = query.filter(companies::id.eq_any(own));
    }
    if let Some(status) = filter.status {
        query = query.filter(companies::status.eq(status));
    }
    let backwards = place.is_some_and(|place| place.direction == Direction::Previous);
    if let Some(place) = place {
        let id = CompanyId::parse(&place.id);
        query = match (filter.sort, backwards) {
            (Sort::Name, false) => query.filter(
                companies::sort_name
                    .gt(&place.key)
                    .or(companies::sort_name.eq(&place.key).and(companies::id.nullable().gt(id))),
            ),
            (Sort::Name, true) => query.filter(
                companies::sort_name
                    .lt(&place.key)
                    .or(companies::sort_name.eq(&place.key).and(companies::id.nullable().lt(id))),
            ),
            (Sort::Newest, false) => query.filter(companies::id.nullable().lt(id)),
            (Sort::Newest, true) => query.filter(companies::id.nullable().gt(id)),
        };
    }
    query = match (filter.sort, backwards) {
        (Sort::Name, false) => query.order((companies::sort_name.asc(), companies::id.asc())),
        (Sort::Name, true) => query.order((companies::sort_name.desc(), companies::id.desc())),
        (Sort::Newest, false) => query.order(companies::id.desc()),
        (Sort::Newest, true) => query.order(companies::id.asc()),
    };
    if filter.words.is_empty() {
        return query.limit(i64::try_from(limit).unwrap_or(i64::MAX)).load(conn);
    }
    // An organization has thousands of companies at most: their names are read in order and matched here.
    let rows: Vec<CompanyRow> = query.load(conn)?;
    Ok(rows
        .into_iter()
        .filter(|row| begins(&row.sort_name, &filter.words))
        .take(limit)
        .collect())
}

/// Whether every word searched for begins a word of the name.
fn begins(sort_name: &[u8], words: &[Vec<u8>]) -> bool {
    words.iter().all(|word| {
        sort_name
            .split(|b| matches!(b, b' ' | b'-' | b'/' | b'(' | b'\''))
            .any(|part| part.starts_with(word))
    })
}

/// Whether an organization has any company in sight.
pub fn has_any(conn: &mut Conn, org: OrgId, own: Option<&[CompanyId]>) -> QueryResult<bool> {
    let all = companies::table.filter(companies::organization_id.eq(org));
    match own {
        Some(own) => Ok(!own.is_empty()),
        None => diesel::select(diesel::dsl::exists(all)).get_result(conn),
    }
}

/// What became of a change to a company.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[must_use]
pub enum Renamed {
    /// It is done.
    Done,
    /// Another company has the slug.
    SlugTaken,
    /// It was archived in between.
    Archived,
}

/// Gives an active company another name and slug.
pub fn rename(conn: &mut Conn, org: OrgId, id: CompanyId, name: &str, slug: &Slug) -> QueryResult<Renamed> {
    // A savepoint: a slug that somebody takes in this moment undoes this change and nothing else.
    let changed = conn.transaction(|conn| {
        diesel::update(
            companies::table
                .filter(companies::organization_id.eq(org))
                .filter(companies::id.eq(id))
                .filter(companies::status.eq(CompanyStatus::Active)),
        )
        .set((
            companies::name.eq(name),
            companies::slug.eq(slug.as_str()),
            companies::sort_name.eq(name::sort_key(name)),
        ))
        .execute(conn)
    });
    match changed {
        Ok(0) => Ok(Renamed::Archived),
        Ok(_) => Ok(Renamed::Done),
        Err(Error::DatabaseError(DatabaseErrorKind::UniqueViolation, _)) => Ok(Renamed::SlugTaken),
        Err(error) => Err(error),
    }
}

/// Archives or restores; `false` when it is so already.
pub fn set_status(
    conn: &mut Conn,
    org: OrgId,
    id: CompanyId,
    to: CompanyStatus,
    archived_at: Option<Time>,
) -> QueryResult<bool> {
    let changed = diesel::update(
        companies::table
            .filter(companies::organization_id.eq(org))
            .filter(companies::id.eq(id))
            .filter(companies::status.ne(to)),
    )
    .set((companies::status.eq(to), companies::archived_at.eq(archived_at)))
    .execute(conn)?;
    if changed == 1 {
        let active = if to == CompanyStatus::Active { 1 } else { -1 };
        organization::count_companies(conn, org, active, -active)?;
    }
    Ok(changed == 1)
}

#[cfg(test)]
mod tests {
    use super::begins;

    #[test]
    fn a_word_finds_the_names_in_which_it_begins_a_word() {
        let words = |q: &str| crate::common::name::query(q);
        assert!(begins(b"harbor recovery", &words("rec")));
        assert!(begins(b"harbor recovery", &words("Reco HAR")));
        assert!(!begins(b"harbor recovery", &words("arbor")));
    }
}
