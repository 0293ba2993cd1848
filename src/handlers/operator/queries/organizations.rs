//! Organizations as operators see them: what they are called, how large they are, who owns them.

use std::collections::HashMap;

use diesel::prelude::*;

use crate::authz::role::Role;
use crate::common::error::AppError;
use crate::common::id::UserId;
use crate::common::paging::Cursor;
use crate::common::time::Time;
use crate::db::Conn;
use crate::db::schema::{memberships, organization_slugs, organizations, role_counts, users};
use crate::db::types::MembershipStatus;
use crate::db::types::org_id::OrgId;
use crate::db::types::organization::{OrganizationStatus, OrganizationType, Region, UnitLabel};
use crate::handlers::operator::queries::{Backend, containing, lower, newest_first};

/// An organization in the list.
#[derive(Debug, Clone, Queryable)]
pub struct Listed {
    pub id: OrgId,
    pub name: String,
    pub slug: String,
    /// What kind it is.
    pub organization_type: OrganizationType,
    /// Its word for companies.
    pub unit: UnitLabel,
    /// Whether it works.
    pub status: OrganizationStatus,
    /// Where its data is wanted.
    pub region: Region,
    pub companies: i64,
    pub archived: i64,
    /// Whether operators may look in.
    pub consent: bool,
    /// When it will be deleted, while it waits for that.
    pub delete_after: Option<Time>,
    /// Since when it is there.
    pub created_at: Time,
}

impl Listed {
    /// Tone and words of its state.
    pub fn state(&self) -> (&'static str, &'static str) {
        if self.delete_after.is_some() {
            return ("danger", "Being deleted");
        }
        match self.status {
            OrganizationStatus::Active => ("success", "Active"),
            OrganizationStatus::PastDue => ("warning", "Past due"),
            OrganizationStatus::Suspended => ("danger", "Suspended"),
            OrganizationStatus::PendingDeletion => ("danger", "Being deleted"),
            OrganizationStatus::Deleted => ("danger", "Deleted"),
        }
    }
}

macro_rules! listed {
    () => {
        organizations::table
            .inner_join(organization_slugs::table)
            .filter(organization_slugs::is_current.eq(true))
            .select((
                organizations::id,
                organizations::name,
                organization_slugs::slug,
                organizations::organization_type,
                organizations::unit_label,
                organizations::status,
                organizations::region,
                organizations::active_companies,
                organizations::archived_companies,
                organizations::support_consent,
                organizations::delete_after,
                organizations::created_at,
            ))
    };
}

/// A page of organizations whose name or slug holds the words, newest first.
pub fn list(conn: &mut Conn, q: &str, place: Option<&Cursor>) -> QueryResult<Vec<Listed>> {
    let mut query = listed!().into_boxed::<Backend>();
    if !q.trim().is_empty() {
        let like = containing(q);
        query = query.filter(
            lower(organizations::name)
                .like(like.clone())
                .escape('\\')
                .or(organization_slugs::slug.like(like).escape('\\')),
        );
    }
    newest_first!(query, organizations::id, place).load(conn)
}

/// The organization that has this slug, or once had it: the one in an old letter still leads there.
pub fn find(conn: &mut Conn, slug: &str) -> Result<Listed, AppError> {
    let id: OrgId = organization_slugs::table
        .find(slug)
        .select(organization_slugs::organization_id)
        .first(conn)?;
    Ok(listed!().filter(organizations::id.eq(id)).first(conn)?)
}

/// How many members each of these has.
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

/// How many members have each role, highest first.
pub fn roles(conn: &mut Conn, organization: OrgId) -> QueryResult<Vec<(Role, i64)>> {
    let mut rows: Vec<(Role, i64)> = role_counts::table
        .filter(role_counts::organization_id.eq(organization))
        .filter(role_counts::members.gt(0))
        .select((role_counts::role, role_counts::members))
        .load(conn)?;
    rows.sort_by_key(|(role, _)| std::cmp::Reverse(role.rank()));
    Ok(rows)
}

/// More of one organization: domain, time zone, currency, who made it.
pub fn more(conn: &mut Conn, organization: OrgId) -> QueryResult<(String, String, String, String)> {
    organizations::table
        .inner_join(users::table.on(users::id.eq(organizations::created_by)))
        .filter(organizations::id.eq(organization))
        .select((
            organizations::domain,
            organizations::timezone,
            organizations::currency,
            users::email,
        ))
        .first(conn)
}

/// Name and address of the owners, at most 50.
pub fn owners(conn: &mut Conn, organization: OrgId) -> QueryResult<Vec<(String, String)>> {
    memberships::table
        .inner_join(users::table)
        .filter(memberships::organization_id.eq(organization))
        .filter(memberships::role.eq(Role::Owner))
        .filter(memberships::status.eq(MembershipStatus::Active))
        .order((memberships::sort_name, memberships::id))
        .limit(50)
        .select((users::name, users::email))
        .load(conn)
}

/// Whether somebody has a place there, and so no need to look in.
pub fn has(conn: &mut Conn, organization: OrgId, user: UserId) -> QueryResult<bool> {
    diesel::select(diesel::dsl::exists(
        memberships::table
            .filter(memberships::organization_id.eq(organization))
            .filter(memberships::user_id.eq(user))
            .filter(memberships::status.ne(MembershipStatus::Removed)),
    ))
    .get_result(conn)
}
