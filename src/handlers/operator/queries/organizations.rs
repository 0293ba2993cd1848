//! Organizations as operators see them.

use std::collections::HashMap;

use diesel::prelude::*;

use crate::authz::role::Role;
use crate::common::error::AppError;
use crate::common::paging::Cursor;
use crate::common::time::Time;
use crate::common::zone::Zone;
use crate::db::Conn;
use crate::db::schema::{organization_slugs, organizations, role_counts, users};
use crate::db::types::org_id::OrgId;
use crate::db::types::organization::{OrganizationStatus, OrganizationType, Region, UnitLabel};
use crate::handlers::operator::queries::{DbBackend, containing, lower, newest_first};

#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = organizations)]
pub struct OperatorOrganization {
    pub id: OrgId,
    pub name: String,
    #[diesel(select_expression = organization_slugs::slug)]
    pub slug: String,
    pub organization_type: OrganizationType,
    #[diesel(column_name = unit_label)]
    pub unit: UnitLabel,
    pub status: OrganizationStatus,
    pub region: Region,
    #[diesel(column_name = active_companies)]
    pub companies: i64,
    #[diesel(column_name = archived_companies)]
    pub archived: i64,
    #[diesel(column_name = support_consent)]
    pub consent: bool,
    pub delete_after: Option<Time>,
    pub created_at: Time,
    #[diesel(column_name = timezone)]
    pub zone: Zone,
}

impl OperatorOrganization {
    /// Tone and label.
    pub fn state(&self) -> (&'static str, &'static str) {
        if self.delete_after.is_some() {
            return ("warning", "Pending deletion");
        }
        match self.status {
            OrganizationStatus::Active => ("success", "Active"),
            OrganizationStatus::PastDue => ("warning", "Past due"),
            OrganizationStatus::Suspended => ("danger", "Suspended"),
            OrganizationStatus::PendingDeletion => ("warning", "Pending deletion"),
            OrganizationStatus::Deleted => ("danger", "Deleted"),
        }
    }
}

macro_rules! listed {
    () => {
        organizations::table
            .inner_join(organization_slugs::table)
            .filter(organization_slugs::is_current)
            .select(OperatorOrganization::as_select())
    };
}

/// Organizations whose name or slug contains `q`, newest first.
pub fn list(conn: &mut Conn, q: &str, cursor: Option<&Cursor>) -> QueryResult<Vec<OperatorOrganization>> {
    let mut query = listed!().into_boxed::<DbBackend>();
    if !q.trim().is_empty() {
        let like = containing(q);
        query = query.filter(
            lower(organizations::name)
                .like(like.clone())
                .escape('\\')
                .or(organization_slugs::slug.like(like).escape('\\')),
        );
    }
    newest_first!(query, organizations::id, cursor).load(conn)
}

/// The organization that has or had a slug, so that links in old emails work.
pub fn find(conn: &mut Conn, slug: &str) -> Result<OperatorOrganization, AppError> {
    let id: OrgId = organization_slugs::table
        .find(slug)
        .select(organization_slugs::organization_id)
        .first(conn)?;
    Ok(listed!().filter(organizations::id.eq(id)).first(conn)?)
}

/// The number of members of each.
pub fn members(conn: &mut Conn, ids: &[OrgId]) -> QueryResult<HashMap<OrgId, i64>> {
    let rows: Vec<(OrgId, i64)> = role_counts::table
        .filter(role_counts::organization_id.eq_any(ids))
        .select((role_counts::organization_id, role_counts::members))
        .load(conn)?;
    let mut counts = HashMap::new();
    for (id, n) in rows {
        *counts.entry(id).or_default() += n;
    }
    Ok(counts)
}

/// The number of members with each role, highest first.
pub fn roles(conn: &mut Conn, organization: OrgId) -> QueryResult<Vec<(Role, i64)>> {
    let mut rows: Vec<(Role, i64)> = role_counts::table
        .filter(role_counts::organization_id.eq(organization))
        .filter(role_counts::members.gt(0))
        .select((role_counts::role, role_counts::members))
        .load(conn)?;
    rows.sort_by_key(|(role, _)| std::cmp::Reverse(role.rank()));
    Ok(rows)
}

#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = organizations)]
pub struct OrganizationDetails {
    pub domain: String,
    pub currency: String,
    /// The email address of the account that created it.
    #[diesel(select_expression = users::email)]
    pub created_by: String,
}

pub fn details(conn: &mut Conn, organization: OrgId) -> QueryResult<OrganizationDetails> {
    organizations::table
        .inner_join(users::table.on(users::id.eq(organizations::created_by)))
        .filter(organizations::id.eq(organization))
        .select(OrganizationDetails::as_select())
        .first(conn)
}
