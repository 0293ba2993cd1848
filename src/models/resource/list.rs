//! Pages of resources, by name.

use diesel::prelude::*;

use crate::common::id::{CompanyId, ResourceId};
use crate::common::paging::{Cursor, Direction};
use crate::db::Conn;
use crate::db::schema::resources;
use crate::db::types::inventory::{ResourceKind, ResourceListing};
use crate::db::types::org_id::OrgId;
use crate::models::resource::scope::{ResourceScope, SharedResources};
use crate::models::resource::words::ResourceWords;
use crate::models::resource::{CompanyColumns, Resource, ResourceRow, resource, with_companies};
use crate::models::word_search;
use crate::models::word_search::WordSearch;

type DbBackend = <Conn as diesel::Connection>::Backend;

/// Which resources are listed.
#[derive(Debug, Clone)]
pub struct ResourceFilter {
    pub scope: ResourceScope,
    pub listed_as: ResourceListing,
    /// `None`: all kinds.
    pub kind: Option<ResourceKind>,
    /// Each must begin a word of the name, the reference or the number.
    pub words: Vec<Vec<u8>>,
}

/// The cursor of a resource.
pub fn key(resource: &Resource) -> (Vec<u8>, String) {
    (resource.sort_name.clone(), resource.id.to_string())
}

/// Up to `limit` resources after or before a cursor.
pub fn page(
    conn: &mut Conn,
    organization: OrgId,
    filter: &ResourceFilter,
    cursor: Option<&Cursor>,
    limit: usize,
) -> QueryResult<Vec<Resource>> {
    if !filter.words.is_empty() {
        return by_words(conn, organization, filter, cursor, limit);
    }
    let mut found = Vec::new();
    // Each part is read in the order of its own index.
    for part in parts(&filter.scope) {
        found.extend(read_part(conn, organization, filter, &part, cursor, limit)?);
    }
    let backwards = cursor.is_some_and(|cursor| cursor.direction == Direction::Previous);
    found.sort_by_cached_key(key);
    if backwards {
        found.reverse();
    }
    found.truncate(limit);
    Ok(found)
}

/// A part of a scope that one index has in order.
#[derive(Debug)]
pub(super) enum ScopePart<'a> {
    All,
    Shared(SharedResources),
    Of(&'a [CompanyId]),
}

pub(super) fn parts(scope: &ResourceScope) -> Vec<ScopePart<'_>> {
    match scope {
        ResourceScope::Everything => vec![ScopePart::All],
        ResourceScope::Companies { ids, shared } => {
            let own = (!ids.is_empty()).then_some(ScopePart::Of(ids));
            let shared = (*shared != SharedResources::None).then_some(ScopePart::Shared(*shared));
            own.into_iter().chain(shared).collect()
        }
    }
}

/// Narrows a query to the shared resources of a scope.
macro_rules! shared {
    ($query:expr, $which:expr) => {{
        let query = $query.filter($crate::db::schema::resources::company_id.is_null());
        match $which {
            $crate::models::resource::scope::SharedResources::WithoutKnowledge => query.filter(
                $crate::db::schema::resources::kind.ne($crate::db::types::inventory::ResourceKind::KnowledgeSource),
            ),
            _ => query,
        }
    }};
}
pub(super) use shared;

fn read_part(
    conn: &mut Conn,
    organization: OrgId,
    filter: &ResourceFilter,
    part: &ScopePart<'_>,
    cursor: Option<&Cursor>,
    limit: usize,
) -> QueryResult<Vec<Resource>> {
    let mut query = with_companies!(organization)
        .filter(resources::listed_as.eq(filter.listed_as))
        .limit(i64::try_from(limit).unwrap_or(i64::MAX))
        .into_boxed::<DbBackend>();
    query = match part {
        ScopePart::All => query,
        ScopePart::Shared(which) => shared!(query, which),
        ScopePart::Of(ids) => match ids {
            [only] => query.filter(resources::company_id.eq(*only)),
            several => query.filter(conn.one_of(resources::company_id.assume_not_null(), *several)),
        },
    };
    if let Some(kind) = filter.kind {
        query = query.filter(resources::kind.eq(kind));
    }
    let backwards = cursor.is_some_and(|cursor| cursor.direction == Direction::Previous);
    if let Some((name, id)) = cursor.and_then(place) {
        // The index is entered by the name; the second condition makes the bound exact.
        query = if backwards {
            query
                .filter(resources::sort_name.le(name.clone()))
                .filter(resources::sort_name.lt(name).or(resources::id.lt(id)))
        } else {
            query
                .filter(resources::sort_name.ge(name.clone()))
                .filter(resources::sort_name.gt(name).or(resources::id.gt(id)))
        };
    }
    query = if backwards {
        query.order((resources::sort_name.desc(), resources::id.desc()))
    } else {
        query.order((resources::sort_name, resources::id))
    };
    let rows: Vec<(ResourceRow, CompanyColumns)> = query.load(conn)?;
    Ok(rows.into_iter().map(resource).collect())
}

fn place(cursor: &Cursor) -> Option<(Vec<u8>, ResourceId)> {
    ResourceId::parse(&cursor.id).map(|id| (cursor.key.clone(), id))
}

fn by_words(
    conn: &mut Conn,
    organization: OrgId,
    filter: &ResourceFilter,
    cursor: Option<&Cursor>,
    limit: usize,
) -> QueryResult<Vec<Resource>> {
    let table = ResourceWords { organization, filter };
    let search = WordSearch {
        table: &table,
        words: &filter.words,
        from: cursor.map(|cursor| (cursor.key.clone(), cursor.id.clone())),
        descending: cursor.is_some_and(|cursor| cursor.direction == Direction::Previous),
        limit,
    };
    let places = search.find(conn)?.places;
    let rows: Vec<(ResourceRow, CompanyColumns)> = with_companies!(organization)
        .filter(conn.one_of(resources::id, places.iter().map(|(_, id)| id)))
        .load(conn)?;
    let rows = rows.into_iter().map(resource).collect();
    Ok(word_search::in_order(&places, rows, |row: &Resource| {
        row.id.to_string()
    }))
}

/// Whether there is a resource in the scope, archived ones too.
pub fn has_any(conn: &mut Conn, organization: OrgId, scope: &ResourceScope) -> QueryResult<bool> {
    for listed_as in [ResourceListing::Active, ResourceListing::Archived] {
        if !super::counts::by_kind(conn, organization, scope, listed_as)?.is_empty() {
            return Ok(true);
        }
    }
    Ok(false)
}
