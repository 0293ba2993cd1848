//! The words by which resources are found: those of name, reference and phone number. The verbs that write resources keep them in
//! the same transaction.

use std::collections::HashSet;

use diesel::prelude::*;

use crate::common::id::ResourceId;
use crate::common::search;
use crate::db::Conn;
use crate::db::schema::{resource_search_terms, resources};
use crate::db::types::inventory::ResourceListing;
use crate::db::types::org_id::OrgId;
use crate::models::resource::list::{ResourceFilter, ScopePart, parts, shared};
use crate::models::resource::{CompanyColumns, ResourceDetails, ResourceRow, ResourceTerms, resource, with_companies};
use crate::models::word_search;
use crate::models::word_search::{Place, WordTable};
use crate::on_each;

type DbBackend = <Conn as diesel::Connection>::Backend;
type Named = Place<Vec<u8>>;

/// The resources of a filter by name.
#[derive(Debug, Clone, Copy)]
pub struct ResourceWords<'a> {
    pub organization: OrgId,
    pub filter: &'a ResourceFilter,
}

impl ResourceWords<'_> {
    fn next_of(
        &self,
        conn: &mut Conn,
        part: &ScopePart<'_>,
        from: Option<&Named>,
        descending: bool,
        limit: usize,
    ) -> QueryResult<Vec<Named>> {
        let mut query = resources::table
            .filter(resources::organization_id.eq(self.organization))
            .filter(resources::listed_as.eq(self.filter.listed_as))
            .select((resources::sort_name, resources::id))
            .limit(i64::try_from(limit).unwrap_or(i64::MAX))
            .into_boxed::<DbBackend>();
        query = match part {
            ScopePart::All => query,
            ScopePart::Shared(which) => shared!(query, which),
            ScopePart::Of(ids) => query.filter(conn.one_of(resources::company_id.assume_not_null(), *ids)),
        };
        if let Some(kind) = self.filter.kind {
            query = query.filter(resources::kind.eq(kind));
        }
        if let Some((name, id)) = from.cloned() {
            query = if descending {
                query
                    .filter(resources::sort_name.le(name.clone()))
                    .filter(resources::sort_name.lt(name).or(resources::id.lt(id)))
            } else {
                query
                    .filter(resources::sort_name.ge(name.clone()))
                    .filter(resources::sort_name.gt(name).or(resources::id.gt(id)))
            };
        }
        query = if descending {
            query.order((resources::sort_name.desc(), resources::id.desc()))
        } else {
            query.order((resources::sort_name, resources::id))
        };
        query.load(conn)
    }
}

impl WordTable for ResourceWords<'_> {
    type Key = Vec<u8>;

    fn beginning(&self, conn: &mut Conn, word: &[u8], limit: usize) -> QueryResult<Vec<Named>> {
        let (from, until) = search::range(word);
        resource_search_terms::table
            .filter(resource_search_terms::organization_id.eq(self.organization))
            .filter(resource_search_terms::listed_as.eq(self.filter.listed_as))
            .filter(resource_search_terms::word.ge(from))
            .filter(resource_search_terms::word.lt(until))
            .limit(i64::try_from(limit).unwrap_or(i64::MAX))
            .select((resource_search_terms::sort_name, resource_search_terms::resource_id))
            .load(conn)
    }

    fn having(&self, conn: &mut Conn, word: &[u8], ids: &[&String]) -> QueryResult<HashSet<String>> {
        let (from, until) = search::range(word);
        let having: Vec<String> = resource_search_terms::table
            .filter(resource_search_terms::organization_id.eq(self.organization))
            .filter(conn.one_of(resource_search_terms::resource_id, ids))
            .filter(resource_search_terms::word.ge(from))
            .filter(resource_search_terms::word.lt(until))
            .select(resource_search_terms::resource_id)
            .load(conn)?;
        Ok(having.into_iter().collect())
    }

    fn next(&self, conn: &mut Conn, from: Option<&Named>, descending: bool, limit: usize) -> QueryResult<Vec<Named>> {
        let mut places = Vec::new();
        for part in parts(&self.filter.scope) {
            places.extend(self.next_of(conn, &part, from, descending, limit)?);
        }
        Ok(word_search::first(places, descending, limit))
    }

    fn admit(&self, conn: &mut Conn, places: &mut Vec<Named>) -> QueryResult<()> {
        let ids = places.iter().map(|(_, id)| id);
        let mut admitted = HashSet::new();
        for part in parts(&self.filter.scope) {
            let mut query = resources::table
                .filter(resources::organization_id.eq(self.organization))
                .filter(conn.one_of(resources::id, ids.clone()))
                .select(resources::id)
                .into_boxed::<DbBackend>();
            query = match part {
                ScopePart::All if self.filter.kind.is_none() => return Ok(()),
                ScopePart::All => query,
                ScopePart::Shared(which) => shared!(query, which),
                ScopePart::Of(own) => query.filter(conn.one_of(resources::company_id.assume_not_null(), own)),
            };
            if let Some(kind) = self.filter.kind {
                query = query.filter(resources::kind.eq(kind));
            }
            let some: Vec<String> = query.load(conn)?;
            admitted.extend(some);
        }
        places.retain(|(_, id)| admitted.contains(id));
        Ok(())
    }
}

/// The words of a resource.
pub fn of(name: &str, reference: &str, details: &ResourceDetails) -> Vec<Vec<u8>> {
    search::words_of(&[name, reference, details.number.as_deref().unwrap_or_default()])
}

/// Saves the words of a resource that has none.
pub(super) fn put(
    conn: &mut Conn,
    organization: OrgId,
    id: ResourceId,
    terms: &ResourceTerms,
    listed_as: ResourceListing,
) -> QueryResult<()> {
    let sort_name = search::sort_key(&terms.name);
    let reference = terms.external_ref.as_deref().unwrap_or_default();
    let rows: Vec<_> = of(&terms.name, reference, &terms.details)
        .into_iter()
        .map(|word| {
            (
                resource_search_terms::organization_id.eq(organization),
                resource_search_terms::listed_as.eq(listed_as),
                resource_search_terms::word.eq(word),
                resource_search_terms::sort_name.eq(&sort_name),
                resource_search_terms::resource_id.eq(id),
            )
        })
        .collect();
    if !rows.is_empty() {
        on_each!(conn, c => diesel::insert_into(resource_search_terms::table).values(&rows).execute(c))?;
    }
    Ok(())
}

/// Replaces the words of a resource by those of what is saved.
pub(super) fn replace(conn: &mut Conn, organization: OrgId, id: ResourceId) -> QueryResult<()> {
    let row: (ResourceRow, CompanyColumns) = with_companies!(organization).filter(resources::id.eq(id)).first(conn)?;
    let saved = resource(row);
    drop(conn, organization, id)?;
    put(conn, organization, id, &saved.terms, saved.listed_as)
}

/// Drops the words of a resource.
pub(super) fn drop(conn: &mut Conn, organization: OrgId, id: ResourceId) -> QueryResult<()> {
    diesel::delete(
        resource_search_terms::table
            .filter(resource_search_terms::organization_id.eq(organization))
            .filter(resource_search_terms::resource_id.eq(id)),
    )
    .execute(conn)?;
    Ok(())
}
