use diesel::prelude::*;
use diesel::result::{DatabaseErrorKind, Error};

use crate::common::id::CompanyId;
use crate::common::paging::{Cursor, Direction};
use crate::common::search;
use crate::common::slug::Slug;
use crate::common::time::Time;
use crate::db::Conn;
use crate::db::schema::{companies, organizations};
use crate::db::types::org_id::OrgId;
use crate::db::types::organization::CompanyStatus;
use crate::models::company_slug;
use crate::models::company_words;
use crate::models::company_words::CompanyWords;
use crate::models::organization;
use crate::models::resource::of_company;
use crate::models::word_search;
use crate::models::word_search::WordSearch;

#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = companies)]
pub struct CompanyRow {
    pub id: CompanyId,
    pub name: String,
    pub slug: String,
    pub sort_name: Vec<u8>,
    pub status: CompanyStatus,
    pub created_at: Time,
    pub archived_at: Option<Time>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CompanySort {
    Name,
    Newest,
}

impl CompanySort {
    /// The cursor of a row.
    pub fn key(self, row: &CompanyRow) -> (Vec<u8>, String) {
        let key = match self {
            Self::Name => row.sort_name.clone(),
            // Identifiers sort by age.
            Self::Newest => Vec::new(),
        };
        (key, row.id.to_string())
    }
}

#[derive(Debug, Clone)]
pub struct CompanyFilter {
    /// Only these, for members who see the companies assigned to them.
    pub own: Option<Vec<CompanyId>>,
    /// `None` for all.
    pub status: Option<CompanyStatus>,
    /// Each must begin a word of the name.
    pub words: Vec<Vec<u8>>,
    pub sort: CompanySort,
}

/// Up to `limit` companies after or before a cursor.
pub fn list(
    conn: &mut Conn,
    org: OrgId,
    filter: &CompanyFilter,
    cursor: Option<&Cursor>,
    limit: usize,
) -> QueryResult<Vec<CompanyRow>> {
    if !filter.words.is_empty() {
        return list_by_words(conn, org, filter, cursor, limit);
    }
    let mut query = companies::table
        .filter(companies::organization_id.eq(org))
        .select(CompanyRow::as_select())
        .into_boxed();
    if let Some(own) = &filter.own {
        query = query.filter(conn.one_of(companies::id, own));
    }
    if let Some(status) = filter.status {
        query = query.filter(companies::status.eq(status));
    }
    let backwards = cursor.is_some_and(|cursor| cursor.direction == Direction::Previous);
    if let Some(cursor) = cursor {
        let id = CompanyId::parse(&cursor.id);
        query = match (filter.sort, backwards) {
            (CompanySort::Name, false) => query.filter(
                companies::sort_name.gt(&cursor.key).or(companies::sort_name
                    .eq(&cursor.key)
                    .and(companies::id.nullable().gt(id))),
            ),
            (CompanySort::Name, true) => query.filter(
                companies::sort_name.lt(&cursor.key).or(companies::sort_name
                    .eq(&cursor.key)
                    .and(companies::id.nullable().lt(id))),
            ),
            (CompanySort::Newest, false) => query.filter(companies::id.nullable().lt(id)),
            (CompanySort::Newest, true) => query.filter(companies::id.nullable().gt(id)),
        };
    }
    query = match (filter.sort, backwards) {
        (CompanySort::Name, false) => query.order((companies::sort_name.asc(), companies::id.asc())),
        (CompanySort::Name, true) => query.order((companies::sort_name.desc(), companies::id.desc())),
        (CompanySort::Newest, false) => query.order(companies::id.desc()),
        (CompanySort::Newest, true) => query.order(companies::id.asc()),
    };
    query.limit(i64::try_from(limit).unwrap_or(i64::MAX)).load(conn)
}

fn list_by_words(
    conn: &mut Conn,
    org: OrgId,
    filter: &CompanyFilter,
    cursor: Option<&Cursor>,
    limit: usize,
) -> QueryResult<Vec<CompanyRow>> {
    let by_age = filter.sort == CompanySort::Newest;
    let backwards = cursor.is_some_and(|cursor| cursor.direction == Direction::Previous);
    let table = CompanyWords {
        organization: org,
        status: filter.status,
        own: filter.own.as_deref(),
        without: None,
        by_age,
    };
    let search = WordSearch {
        table: &table,
        words: &filter.words,
        from: cursor.map(|cursor| {
            let key = if by_age { Vec::new() } else { cursor.key.clone() };
            (key, cursor.id.clone())
        }),
        descending: by_age != backwards,
        limit,
    };
    let places = search.find(conn)?.places;
    let rows: Vec<CompanyRow> = companies::table
        .filter(companies::organization_id.eq(org))
        .filter(conn.one_of(companies::id, places.iter().map(|(_, id)| id)))
        .select(CompanyRow::as_select())
        .load(conn)?;
    Ok(word_search::in_order(&places, rows, |row| row.id.to_string()))
}

/// The name of a company.
pub fn name_of(conn: &mut Conn, org: OrgId, id: CompanyId) -> QueryResult<Option<String>> {
    companies::table
        .find((org, id))
        .select(companies::name)
        .first(conn)
        .optional()
}

/// Whether there is a company that the reader can view.
pub fn has_any(conn: &mut Conn, org: OrgId, own: Option<&[CompanyId]>) -> QueryResult<bool> {
    if let Some(own) = own {
        return Ok(!own.is_empty());
    }
    let all: i64 = organizations::table
        .find(org)
        .select(organizations::active_companies + organizations::archived_companies)
        .first(conn)?;
    Ok(all > 0)
}

/// The result of `rename`. Only `Done` changes anything.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[must_use]
pub enum CompanyRename {
    Done,
    /// Another company has or had the slug.
    SlugTaken,
    /// It had too many addresses lately.
    TooOften,
    Archived,
}

/// Renames an active company with the slug `from`. The earlier slug stays reserved.
pub fn rename(
    conn: &mut Conn,
    now: Time,
    org: OrgId,
    (id, from): (CompanyId, &str),
    name: &str,
    slug: &Slug,
) -> QueryResult<CompanyRename> {
    if from != slug.as_str() {
        if company_slug::is_taken(conn, org, slug.as_str(), Some(id))? {
            return Ok(CompanyRename::SlugTaken);
        }
        if company_slug::is_limited(conn, now, org, id, slug.as_str())? {
            return Ok(CompanyRename::TooOften);
        }
    }
    // A savepoint, because a unique violation ends the transaction of PostgreSQL.
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
            companies::sort_name.eq(search::sort_key(name)),
        ))
        .execute(conn)
    });
    match changed {
        Ok(0) => return Ok(CompanyRename::Archived),
        Ok(_) => {}
        Err(Error::DatabaseError(DatabaseErrorKind::UniqueViolation, _)) => return Ok(CompanyRename::SlugTaken),
        Err(error) => return Err(error),
    }
    company_words::replace(conn, org, id, name, CompanyStatus::Active)?;
    if from != slug.as_str() {
        company_slug::take_back(conn, org, slug.as_str())?;
        company_slug::reserve(conn, now, org, id, from)?;
    }
    Ok(CompanyRename::Done)
}

/// Archives or restores. `false` when it is so already.
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
        company_words::set_status(conn, org, id, to)?;
        of_company::relist(conn, org, id, to.into())?;
        let active = if to == CompanyStatus::Active { 1 } else { -1 };
        organization::count_companies(conn, org, active, -active)?;
    }
    Ok(changed == 1)
}
