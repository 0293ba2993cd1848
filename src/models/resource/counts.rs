//! How many resources there are by kind. The verbs that write resources keep the numbers in the same transaction, so that no page
//! counts rows.

use std::collections::BTreeMap;

use diesel::prelude::*;
use diesel::upsert::excluded;

use crate::common::id::CompanyId;
use crate::db::Conn;
use crate::db::schema::resource_counts;
use crate::db::types::inventory::{ResourceKind, ResourceListing};
use crate::db::types::org_id::OrgId;
use crate::models::resource::scope::{ResourceScope, SharedResources};
use crate::on_each;

/// The scope of resources of no company.
const SHARED: &str = "organization";
const ALL: &str = "all";

/// Numbers by list and kind.
pub(super) type Tally = BTreeMap<(ResourceListing, ResourceKind), i64>;

/// Adds to the numbers of a company, or of the resources of no company, and to those of all.
pub(super) fn add(conn: &mut Conn, organization: OrgId, company: Option<CompanyId>, change: &Tally) -> QueryResult<()> {
    let own = company.map_or_else(|| SHARED.to_owned(), |company| company.to_string());
    for scope in [own.as_str(), ALL] {
        for ((listed_as, kind), number) in change.iter().filter(|(_, number)| **number != 0) {
            let row = (
                resource_counts::organization_id.eq(organization),
                resource_counts::scope.eq(scope),
                resource_counts::listed_as.eq(*listed_as),
                resource_counts::kind.eq(*kind),
                resource_counts::resources.eq(*number),
            );
            let key = (
                resource_counts::organization_id,
                resource_counts::scope,
                resource_counts::listed_as,
                resource_counts::kind,
            );
            let sum = resource_counts::resources + excluded(resource_counts::resources);
            on_each!(conn, c => diesel::insert_into(resource_counts::table)
                .values(row)
                .on_conflict(key)
                .do_update()
                .set(resource_counts::resources.eq(sum))
                .execute(c))?;
        }
    }
    Ok(())
}

/// The numbers of a company.
pub(super) fn of_company(conn: &mut Conn, organization: OrgId, company: CompanyId) -> QueryResult<Tally> {
    let rows: Vec<(ResourceListing, ResourceKind, i64)> = resource_counts::table
        .filter(resource_counts::organization_id.eq(organization))
        .filter(resource_counts::scope.eq(company.as_str()))
        .select((
            resource_counts::listed_as,
            resource_counts::kind,
            resource_counts::resources,
        ))
        .load(conn)?;
    Ok(rows.into_iter().map(|(listed, kind, n)| ((listed, kind), n)).collect())
}

/// How many there are of each kind, without kinds of which there are none.
pub fn by_kind(
    conn: &mut Conn,
    organization: OrgId,
    scope: &ResourceScope,
    listed_as: ResourceListing,
) -> QueryResult<BTreeMap<ResourceKind, i64>> {
    let scopes: Vec<String> = match scope {
        ResourceScope::Everything => vec![ALL.to_owned()],
        ResourceScope::Companies { ids, shared } => {
            let shared = (*shared != SharedResources::None).then(|| SHARED.to_owned());
            ids.iter().map(ToString::to_string).chain(shared).collect()
        }
    };
    let rows: Vec<(String, ResourceKind, i64)> = resource_counts::table
        .filter(resource_counts::organization_id.eq(organization))
        .filter(conn.one_of(resource_counts::scope, scopes))
        .filter(resource_counts::listed_as.eq(listed_as))
        .filter(resource_counts::resources.gt(0))
        .select((
            resource_counts::scope,
            resource_counts::kind,
            resource_counts::resources,
        ))
        .load(conn)?;
    let counted = |from: &str, kind| match scope {
        ResourceScope::Companies { shared, .. } if from == SHARED => shared.has(kind),
        _ => true,
    };
    let mut numbers = BTreeMap::new();
    for (_, kind, number) in rows.into_iter().filter(|(from, kind, _)| counted(from, *kind)) {
        *numbers.entry(kind).or_default() += number;
    }
    Ok(numbers)
}

/// Forgets the numbers of a company that is gone.
pub(super) fn forget(conn: &mut Conn, organization: OrgId, company: CompanyId) -> QueryResult<()> {
    diesel::delete(
        resource_counts::table
            .filter(resource_counts::organization_id.eq(organization))
            .filter(resource_counts::scope.eq(company.as_str())),
    )
    .execute(conn)?;
    Ok(())
}
