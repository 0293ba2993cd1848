//! The earlier addresses of companies, which redirect to the current one and stay reserved. The current one is
//! `companies.slug`. A reference of another company is taken as well, because usage events name a company by either. Writes of one organization come one after the other, so a check holds until its write.

use diesel::dsl::exists;
use diesel::prelude::*;

use crate::common::id::CompanyId;
use crate::common::time::Time;
use crate::db::Conn;
use crate::db::schema::{companies, former_company_slugs};
use crate::db::types::org_id::OrgId;
use crate::models::company_settings;
use crate::models::organization::{SLUG_CHANGES, SLUG_CHANGES_WITHIN};
use crate::on_each;

/// Whether a company has or had the slug, or has it as its reference. `but`: other than this one.
pub fn is_taken(conn: &mut Conn, organization: OrgId, slug: &str, but: Option<CompanyId>) -> QueryResult<bool> {
    let current: Option<CompanyId> = companies::table
        .filter(companies::organization_id.eq(organization))
        .filter(companies::slug.eq(slug))
        .select(companies::id)
        .first(conn)
        .optional()?;
    let former: Option<CompanyId> = former_company_slugs::table
        .find((organization, slug))
        .select(former_company_slugs::company_id)
        .first(conn)
        .optional()?;
    let referred = company_settings::with_reference(conn, organization, slug)?;
    let others = [current, former, referred];
    Ok(others.into_iter().flatten().any(|owner| Some(owner) != but))
}

/// The address of the company that had a slug before.
pub fn current(conn: &mut Conn, organization: OrgId, former: &str) -> QueryResult<String> {
    companies::table
        .inner_join(
            former_company_slugs::table.on(former_company_slugs::organization_id
                .eq(companies::organization_id)
                .and(former_company_slugs::company_id.eq(companies::id))),
        )
        .filter(former_company_slugs::organization_id.eq(organization))
        .filter(former_company_slugs::slug.eq(former))
        .select(companies::slug)
        .first(conn)
}

/// Whether the company has had as many new addresses as it may, and this is another one.
pub fn is_limited(conn: &mut Conn, now: Time, organization: OrgId, company: CompanyId, to: &str) -> QueryResult<bool> {
    let back: bool = diesel::select(exists(former_company_slugs::table.find((organization, to)))).get_result(conn)?;
    if back {
        return Ok(false);
    }
    let recent: i64 = former_company_slugs::table
        .filter(former_company_slugs::organization_id.eq(organization))
        .filter(former_company_slugs::company_id.eq(company))
        .filter(former_company_slugs::created_at.gt(now - SLUG_CHANGES_WITHIN))
        .count()
        .get_result(conn)?;
    Ok(recent >= SLUG_CHANGES)
}

/// Reserves an address that the company no longer has.
pub fn reserve(conn: &mut Conn, now: Time, organization: OrgId, company: CompanyId, slug: &str) -> QueryResult<()> {
    let row = (
        former_company_slugs::organization_id.eq(organization),
        former_company_slugs::slug.eq(slug),
        former_company_slugs::company_id.eq(company),
        former_company_slugs::created_at.eq(now),
    );
    on_each!(conn, c => diesel::insert_into(former_company_slugs::table).values(row).on_conflict_do_nothing().execute(c))?;
    Ok(())
}

/// The company takes an earlier address back.
pub fn take_back(conn: &mut Conn, organization: OrgId, slug: &str) -> QueryResult<()> {
    diesel::delete(former_company_slugs::table.find((organization, slug))).execute(conn)?;
    Ok(())
}

/// Frees every earlier address of a company.
pub fn release(conn: &mut Conn, organization: OrgId, company: CompanyId) -> QueryResult<()> {
    diesel::delete(
        former_company_slugs::table
            .filter(former_company_slugs::organization_id.eq(organization))
            .filter(former_company_slugs::company_id.eq(company)),
    )
    .execute(conn)?;
    Ok(())
}

/// The earlier addresses of a company, newest first, at most 20.
pub fn former(conn: &mut Conn, organization: OrgId, company: CompanyId) -> QueryResult<Vec<String>> {
    former_company_slugs::table
        .filter(former_company_slugs::organization_id.eq(organization))
        .filter(former_company_slugs::company_id.eq(company))
        .order((former_company_slugs::created_at.desc(), former_company_slugs::slug))
        .limit(20)
        .select(former_company_slugs::slug)
        .load(conn)
}

/// The present slug of a company.
pub fn slug_of(conn: &mut Conn, org: OrgId, id: CompanyId) -> QueryResult<Option<String>> {
    companies::table
        .find((org, id))
        .select(companies::slug)
        .first(conn)
        .optional()
}
