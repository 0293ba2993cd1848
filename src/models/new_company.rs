//! Creates companies.

use diesel::prelude::*;

use crate::common::id::CompanyId;
use crate::common::search;
use crate::common::slug::Slug;
use crate::common::time::Time;
use crate::db::Conn;
use crate::db::schema::companies;
use crate::db::types::org_id::OrgId;
use crate::db::types::organization::CompanyStatus;
use crate::models::company_slug;
use crate::models::company_words;
use crate::models::organization;
use crate::on_each;

/// The slug if no company of the organization has or had it, or one like it that is free.
pub fn free_slug(conn: &mut Conn, organization: OrgId, slug: &Slug) -> QueryResult<Option<Slug>> {
    let first = slug.as_str().to_owned();
    for candidate in std::iter::once(first).chain(Slug::alternatives(slug.as_str())) {
        let Ok(candidate) = Slug::parse(&candidate) else {
            continue;
        };
        let taken = company_slug::is_taken(conn, organization, candidate.as_str(), None)?;
        if !taken {
            return Ok(Some(candidate));
        }
    }
    Ok(None)
}

/// Whether a company of the organization has this name, in any spelling; archived ones too.
pub fn is_named(conn: &mut Conn, organization: OrgId, name: &str) -> QueryResult<bool> {
    diesel::select(diesel::dsl::exists(
        companies::table
            .filter(companies::organization_id.eq(organization))
            .filter(companies::sort_name.eq(search::sort_key(name))),
    ))
    .get_result(conn)
}

/// Creates a company. `None` when the slug is taken.
pub fn create(
    conn: &mut Conn,
    organization: OrgId,
    now: Time,
    name: &str,
    slug: &Slug,
) -> QueryResult<Option<CompanyId>> {
    if company_slug::is_taken(conn, organization, slug.as_str(), None)? {
        return Ok(None);
    }
    let id = CompanyId::fresh();
    let row = (
        companies::organization_id.eq(organization),
        companies::id.eq(id),
        companies::name.eq(name),
        companies::slug.eq(slug.as_str()),
        companies::sort_name.eq(search::sort_key(name)),
        companies::status.eq(CompanyStatus::Active),
        companies::created_at.eq(now),
    );
    let created =
        on_each!(conn, c => diesel::insert_into(companies::table).values(row).on_conflict_do_nothing().execute(c))?;
    if created == 1 {
        company_words::put(conn, organization, id, name, CompanyStatus::Active)?;
        organization::count_companies(conn, organization, 1, 0)?;
    }
    Ok((created == 1).then_some(id))
}
