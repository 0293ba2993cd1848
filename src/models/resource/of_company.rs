//! What becomes of a company's resources when the company is archived, deleted, restored or moved.

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Text};

use crate::common::id::{CompanyId, ResourceId};
use crate::db::Conn;
use crate::db::schema::resources;
use crate::db::types::inventory::{ResourceKind, ResourceListing, ResourceState};
use crate::db::types::org_id::OrgId;
use crate::db::types::organization::CompanyStatus;
use crate::models::resource::counts::Tally;
use crate::models::resource::{counts, words};
use crate::on_each;

/// What a company is, for the lists of resources.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ResourceOwner {
    Active,
    Archived,
    Deleted,
}

impl From<CompanyStatus> for ResourceOwner {
    fn from(status: CompanyStatus) -> Self {
        match status {
            CompanyStatus::Active => Self::Active,
            CompanyStatus::Archived => Self::Archived,
        }
    }
}

/// Lists the resources of a company as the company now is.
pub fn relist(conn: &mut Conn, organization: OrgId, company: CompanyId, now: ResourceOwner) -> QueryResult<()> {
    let before = counts::of_company(conn, organization, company)?;
    if before.values().all(|number| *number == 0) {
        return Ok(());
    }
    let to = |state| match (now, state) {
        (ResourceOwner::Deleted, _) => ResourceListing::Deleted,
        (ResourceOwner::Active, ResourceState::Active) => ResourceListing::Active,
        _ => ResourceListing::Archived,
    };
    for state in [ResourceState::Active, ResourceState::Archived] {
        let words = "UPDATE resource_search_terms SET listed_as = $1 WHERE organization_id = $2 AND resource_id IN \
            (SELECT id FROM resources WHERE organization_id = $2 AND company_id = $3 AND state = $4 AND listed_as <> $1)";
        on_each!(conn, c => diesel::sql_query(words)
            .bind::<Text, _>(to(state))
            .bind::<Text, _>(organization)
            .bind::<Text, _>(company)
            .bind::<Text, _>(state)
            .execute(c))?;
        diesel::update(
            resources::table
                .filter(resources::organization_id.eq(organization))
                .filter(resources::company_id.eq(company))
                .filter(resources::state.eq(state)),
        )
        .set(resources::listed_as.eq(to(state)))
        .execute(conn)?;
    }
    let mut change = read_tally(conn, organization, company)?;
    for (key, number) in before {
        *change.entry(key).or_default() -= number;
    }
    counts::add(conn, organization, Some(company), &change)
}

/// Counts the rows of a company.
fn read_tally(conn: &mut Conn, organization: OrgId, company: CompanyId) -> QueryResult<Tally> {
    let rows: Vec<(ResourceListing, ResourceKind, i64)> = resources::table
        .filter(resources::organization_id.eq(organization))
        .filter(resources::company_id.eq(company))
        .group_by((resources::listed_as, resources::kind))
        .select((resources::listed_as, resources::kind, diesel::dsl::count_star()))
        .load(conn)?;
    Ok(rows.into_iter().map(|(listed, kind, n)| ((listed, kind), n)).collect())
}

/// How many resources a company has.
pub fn count(conn: &mut Conn, organization: OrgId, company: CompanyId) -> QueryResult<i64> {
    Ok(counts::of_company(conn, organization, company)?.values().sum())
}

/// The resources of a company that lose their reference by a move, because a resource of the other organization has it.
pub fn losing_references(conn: &mut Conn, from: OrgId, to: OrgId, company: CompanyId) -> QueryResult<Vec<ResourceId>> {
    let there = diesel::alias!(resources as there);
    resources::table
        .inner_join(
            there.on(there
                .field(resources::kind)
                .eq(resources::kind)
                .and(there.field(resources::external_ref).eq(resources::external_ref))),
        )
        .filter(there.field(resources::organization_id).eq(to))
        .filter(resources::organization_id.eq(from))
        .filter(resources::company_id.eq(company))
        .select(resources::id)
        .load(conn)
}

/// Takes the resources of a company along to another organization. A reference that a resource there has is emptied.
pub fn carry(conn: &mut Conn, from: OrgId, to: OrgId, company: CompanyId) -> QueryResult<()> {
    let tally = counts::of_company(conn, from, company)?;
    let losing = losing_references(conn, from, to, company)?;
    let copies = [
        "INSERT INTO resources (organization_id, id, kind, company_id, name, sort_name, state, listed_as, external_ref, details, \
         sync_status, synced_at, created_by, created_at, archived_at) \
         SELECT $1, r.id, r.kind, r.company_id, r.name, r.sort_name, r.state, r.listed_as, \
         CASE WHEN EXISTS (SELECT 1 FROM resources t WHERE t.organization_id = $1 AND t.kind = r.kind \
         AND t.external_ref = r.external_ref) THEN NULL ELSE r.external_ref END, r.details, \
         r.sync_status, r.synced_at, r.created_by, r.created_at, r.archived_at \
         FROM resources r WHERE r.organization_id = $2 AND r.company_id = $3",
        "INSERT INTO resource_search_terms (organization_id, listed_as, word, sort_name, resource_id) \
         SELECT $1, listed_as, word, sort_name, resource_id FROM resource_search_terms WHERE organization_id = $2 AND resource_id IN \
         (SELECT id FROM resources WHERE organization_id = $2 AND company_id = $3)",
    ];
    for sql in copies {
        on_each!(conn, c => diesel::sql_query(sql)
            .bind::<Text, _>(to)
            .bind::<Text, _>(from)
            .bind::<Text, _>(company)
            .execute(c))?;
    }
    delete(conn, from, company, i64::MAX)?;
    for id in losing {
        words::replace(conn, to, id)?;
    }
    counts::add(conn, to, Some(company), &tally)?;
    let gone = tally.into_iter().map(|(key, number)| (key, -number)).collect();
    counts::add(conn, from, Some(company), &gone)?;
    counts::forget(conn, from, company)
}

/// Deletes at most `most` resources of a company that is deleted permanently; how many.
pub fn purge(conn: &mut Conn, organization: OrgId, company: CompanyId, most: i64) -> QueryResult<usize> {
    let before = read_tally(conn, organization, company)?;
    if before.is_empty() {
        counts::forget(conn, organization, company)?;
        return Ok(0);
    }
    let gone = delete(conn, organization, company, most)?;
    let mut change = read_tally(conn, organization, company)?;
    for (key, number) in before {
        *change.entry(key).or_default() -= number;
    }
    counts::add(conn, organization, Some(company), &change)?;
    Ok(gone)
}

/// Deletes at most `most` resources of a company, with their words. The numbers stay.
fn delete(conn: &mut Conn, organization: OrgId, company: CompanyId, most: i64) -> QueryResult<usize> {
    const FIRST: &str =
        "(SELECT id FROM resources WHERE organization_id = $1 AND company_id = $2 ORDER BY id LIMIT $3)";
    let mut gone = 0;
    for sql in [
        format!("DELETE FROM resource_search_terms WHERE organization_id = $1 AND resource_id IN {FIRST}"),
        format!("DELETE FROM resources WHERE organization_id = $1 AND company_id = $2 AND id IN {FIRST}"),
    ] {
        gone = on_each!(conn, c => diesel::sql_query(sql)
            .bind::<Text, _>(organization)
            .bind::<Text, _>(company)
            .bind::<BigInt, _>(most)
            .execute(c))?;
    }
    Ok(gone)
}
