//! Reads of the commands.

use diesel::prelude::*;

use crate::db::Conn;
use crate::db::schema::{organization_slugs, organizations};
use crate::db::types::org_id::OrgId;

/// The organizations after an id, with their current slug; only one with `slug`.
pub fn organizations(
    conn: &mut Conn,
    slug: Option<&str>,
    after: Option<OrgId>,
    limit: i64,
) -> QueryResult<Vec<(OrgId, String)>> {
    let mut query = organizations::table
        .left_join(
            organization_slugs::table.on(organization_slugs::organization_id
                .eq(organizations::id)
                .and(organization_slugs::is_current.eq(true))),
        )
        .order(organizations::id)
        .limit(limit)
        .select((organizations::id, organization_slugs::slug.nullable()))
        .into_boxed();
    if let Some(slug) = slug {
        query = query.filter(organization_slugs::slug.eq(slug));
    }
    if let Some(after) = after {
        query = query.filter(organizations::id.gt(after));
    }
    let rows: Vec<(OrgId, Option<String>)> = query.load(conn)?;
    let name = |(id, slug): (OrgId, Option<String>)| (id, slug.unwrap_or_else(|| id.to_string()));
    Ok(rows.into_iter().map(name).collect())
}
