//! The companies that events name: by the reference of another system, by the slug, or by a former slug.

use std::collections::{BTreeSet, HashMap};

use diesel::prelude::*;

use crate::common::id::CompanyId;
use crate::common::search;
use crate::db::Conn;
use crate::db::schema::{companies, company_settings, former_company_slugs};
use crate::db::types::org_id::OrgId;
use crate::db::types::organization::CompanyStatus;
use crate::on_each;

/// A company with its status.
pub type Subject = (CompanyId, CompanyStatus);

/// The last column says whether the name is a reference.
type NamedRow = (String, CompanyId, CompanyStatus, bool);

/// The companies that have these names. A reference goes before a slug, and a slug before a former one. Each name can be a
/// reference, so that nothing in it ends a list.
pub fn by_names(conn: &mut Conn, organization: OrgId, names: &BTreeSet<&str>) -> QueryResult<HashMap<String, Subject>> {
    let slugs = conn.one_of(companies::slug, names);
    let references = conn.one_of(company_settings::external_ref.assume_not_null(), names);
    // One statement, because each batch of events asks.
    let mut rows: Vec<NamedRow> = on_each!(conn, c => companies::table
        .filter(companies::organization_id.eq(organization))
        .filter(slugs)
        .select((companies::slug, companies::id, companies::status, companies::id.is_null()))
        .union_all(
            company_settings::table
                .inner_join(
                    companies::table.on(companies::organization_id
                        .eq(company_settings::organization_id)
                        .and(companies::id.eq(company_settings::company_id))),
                )
                .filter(company_settings::organization_id.eq(organization))
                .filter(references)
                .select((
                    company_settings::external_ref.assume_not_null(),
                    companies::id,
                    companies::status,
                    companies::id.is_not_null(),
                )),
        )
        .load(c))?;
    rows.sort_by_key(|(.., by_reference)| *by_reference);
    let mut found: HashMap<String, Subject> = rows
        .into_iter()
        .map(|(name, id, status, _)| (name, (id, status)))
        .collect();
    let missing: Vec<&&str> = names.iter().filter(|name| !found.contains_key(**name)).collect();
    if !missing.is_empty() {
        let rows: Vec<(String, CompanyId, CompanyStatus)> = former_company_slugs::table
            .inner_join(
                companies::table.on(companies::organization_id
                    .eq(former_company_slugs::organization_id)
                    .and(companies::id.eq(former_company_slugs::company_id))),
            )
            .filter(former_company_slugs::organization_id.eq(organization))
            .filter(conn.one_of(former_company_slugs::slug, missing))
            .select((former_company_slugs::slug, companies::id, companies::status))
            .load(conn)?;
        found.extend(rows.into_iter().map(|(slug, id, status)| (slug, (id, status))));
    }
    Ok(found)
}

/// Whether a company is active; also `false` for one that was deleted or moved away.
pub fn is_active(conn: &mut Conn, organization: OrgId, company: CompanyId) -> QueryResult<bool> {
    let status: Option<CompanyStatus> = companies::table
        .find((organization, company))
        .select(companies::status)
        .first(conn)
        .optional()?;
    Ok(status == Some(CompanyStatus::Active))
}

/// A company as an import names it.
#[derive(Debug, Clone, PartialEq, Eq, Queryable)]
pub struct NamedCompany {
    pub id: CompanyId,
    pub slug: String,
    pub name: String,
    pub status: CompanyStatus,
}

/// Companies by id.
pub fn by_ids(conn: &mut Conn, organization: OrgId, ids: &[CompanyId]) -> QueryResult<Vec<NamedCompany>> {
    let these = conn.one_of(companies::id, ids);
    on_each!(conn, c => companies::table
        .filter(companies::organization_id.eq(organization))
        .filter(these)
        .select((companies::id, companies::slug, companies::name, companies::status))
        .load(c))
}

/// The active companies with a name, in any spelling; at most two.
pub fn by_name(conn: &mut Conn, organization: OrgId, name: &str) -> QueryResult<Vec<NamedCompany>> {
    companies::table
        .filter(companies::organization_id.eq(organization))
        .filter(companies::status.eq(CompanyStatus::Active))
        .filter(companies::sort_name.eq(search::sort_key(name)))
        .limit(2)
        .select((companies::id, companies::slug, companies::name, companies::status))
        .load(conn)
}
