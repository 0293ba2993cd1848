//! Deleted companies. For `GRACE` they can be restored: their row leaves `companies`, so that no page and no check finds
//! them, and their assignments wait in a table of their own. Then a job deletes their rows in batches.

use diesel::dsl::exists;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Text};

use crate::common::id::{CompanyId, MembershipId};
use crate::common::slug::Slug;
use crate::common::time::{Span, Time};
use crate::db::Conn;
use crate::db::schema::{companies, deleted_assignments, deleted_companies, organizations};
use crate::db::types::org_id::OrgId;
use crate::db::types::organization::{CompanyStatus, OrganizationStatus};
use crate::models::company_move::{self, MovedCompany};
use crate::models::company_settings;
use crate::models::company_slug;
use crate::models::membership::parked;
use crate::models::resource::of_company;
use crate::models::resource::of_company::ResourceOwner;
use crate::on_each;

pub const GRACE: Span = Span::days(30);

#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = deleted_companies)]
pub struct DeletedCompany {
    pub id: CompanyId,
    pub name: String,
    pub slug: String,
    pub created_at: Time,
    pub archived_at: Option<Time>,
    pub deleted_by: MembershipId,
    pub deleted_at: Time,
    pub delete_after: Time,
}

impl DeletedCompany {
    fn as_moved(&self) -> MovedCompany {
        MovedCompany {
            id: self.id,
            name: self.name.clone(),
            status: CompanyStatus::Archived,
            created_at: self.created_at,
            archived_at: self.archived_at,
        }
    }
}

/// The ones that can be restored, the latest first, at most `limit`.
pub fn list(conn: &mut Conn, organization: OrgId, limit: i64) -> QueryResult<Vec<DeletedCompany>> {
    deleted_companies::table
        .filter(deleted_companies::organization_id.eq(organization))
        .filter(deleted_companies::is_begun.eq(false))
        .order((deleted_companies::deleted_at.desc(), deleted_companies::id))
        .limit(limit)
        .select(DeletedCompany::as_select())
        .load(conn)
}

pub fn count(conn: &mut Conn, organization: OrgId) -> QueryResult<i64> {
    deleted_companies::table
        .filter(deleted_companies::organization_id.eq(organization))
        .filter(deleted_companies::is_begun.eq(false))
        .count()
        .get_result(conn)
}

/// Deletes an archived company; `None` when it is active or gone. Also tells how many assignments it had.
pub fn delete(
    conn: &mut Conn,
    now: Time,
    organization: OrgId,
    id: CompanyId,
    by: MembershipId,
) -> QueryResult<Option<(DeletedCompany, usize)>> {
    type Row = (String, String, Time, Option<Time>);
    let found: Option<Row> = companies::table
        .find((organization, id))
        .filter(companies::status.eq(CompanyStatus::Archived))
        .select((
            companies::name,
            companies::slug,
            companies::created_at,
            companies::archived_at,
        ))
        .first(conn)
        .optional()?;
    let Some((name, slug, created_at, archived_at)) = found else {
        return Ok(None);
    };
    let deleted = DeletedCompany {
        id,
        name,
        slug,
        created_at,
        archived_at,
        deleted_by: by,
        deleted_at: now,
        delete_after: now + GRACE,
    };
    diesel::insert_into(deleted_companies::table)
        .values((
            deleted_companies::organization_id.eq(organization),
            deleted_companies::id.eq(id),
            deleted_companies::name.eq(&deleted.name),
            deleted_companies::slug.eq(&deleted.slug),
            deleted_companies::created_at.eq(created_at),
            deleted_companies::archived_at.eq(archived_at),
            deleted_companies::deleted_by.eq(by),
            deleted_companies::deleted_at.eq(now),
            deleted_companies::delete_after.eq(deleted.delete_after),
        ))
        .execute(conn)?;
    let people = parked::park(conn, organization, id)?;
    company_move::delete(conn, organization, &deleted.as_moved())?;
    company_slug::reserve(conn, now, organization, id, &deleted.slug)?;
    of_company::relist(conn, organization, id, ResourceOwner::Deleted)?;
    Ok(Some((deleted, people)))
}

/// Restores a company, archived as it was, with the assignments that still apply; how many. `None` when it is not there,
/// or being deleted permanently.
pub fn restore(
    conn: &mut Conn,
    now: Time,
    organization: OrgId,
    id: CompanyId,
) -> QueryResult<Option<(DeletedCompany, usize)>> {
    let own = || {
        deleted_companies::table
            .find((organization, id))
            .filter(deleted_companies::is_begun.eq(false))
    };
    // An update without a change takes the row lock: the job may begin at the same time.
    let kept = diesel::update(own())
        .set(deleted_companies::is_begun.eq(false))
        .execute(conn)?;
    if kept == 0 {
        return Ok(None);
    }
    let deleted = own().select(DeletedCompany::as_select()).first(conn)?;
    let slug = Slug::parse(&deleted.slug).map_err(|error| diesel::result::Error::DeserializationError(error.into()))?;
    company_move::insert(conn, organization, &deleted.as_moved(), &slug)?;
    company_slug::take_back(conn, organization, &deleted.slug)?;
    of_company::relist(conn, organization, id, ResourceOwner::Archived)?;
    let people = parked::unpark(conn, now, organization, id)?;
    diesel::delete(deleted_companies::table.find((organization, id))).execute(conn)?;
    Ok(Some((deleted, people)))
}

// Nothing is deleted while the organization is read-only: an owner may restore all of it.
macro_rules! due {
    ($now:expr) => {
        deleted_companies::table
            .filter(deleted_companies::delete_after.le($now))
            // A subquery of one value, so that no planner begins with the organizations.
            .filter(
                organizations::table
                    .find(deleted_companies::organization_id)
                    .select(organizations::status)
                    .single_value()
                    .eq(OrganizationStatus::Active),
            )
    };
}

/// Whether the time to restore a company is over.
pub fn is_due(conn: &mut Conn, now: Time) -> QueryResult<bool> {
    diesel::select(exists(due!(now))).get_result(conn)
}

/// One step of a deletion permanently.
#[derive(Debug)]
pub enum PurgeStep {
    /// No company is due.
    Nothing,
    /// Rows were deleted, and there may be more.
    More,
    /// The last row of this company was deleted.
    Done {
        organization: OrgId,
        id: CompanyId,
        name: String,
    },
}

/// Deletes at most `most` rows of one company that is due. A call that was interrupted is continued by the next one.
pub fn purge(conn: &mut Conn, now: Time, most: i64) -> QueryResult<PurgeStep> {
    let found: Option<(OrgId, CompanyId, String)> = due!(now)
        .order((deleted_companies::delete_after, deleted_companies::id))
        .select((
            deleted_companies::organization_id,
            deleted_companies::id,
            deleted_companies::name,
        ))
        .first(conn)
        .optional()?;
    let Some((organization, id, name)) = found else {
        return Ok(PurgeStep::Nothing);
    };
    let begun = diesel::update(deleted_companies::table.find((organization, id)))
        .set(deleted_companies::is_begun.eq(true))
        .execute(conn)?;
    // An owner restored it at the same time.
    if begun == 0 {
        return Ok(PurgeStep::More);
    }
    let sql = "DELETE FROM deleted_assignments WHERE organization_id = $1 AND deleted_company_id = $2 AND membership_id IN \
        (SELECT membership_id FROM deleted_assignments WHERE organization_id = $1 AND deleted_company_id = $2 LIMIT $3)";
    let gone = on_each!(conn, c => diesel::sql_query(sql)
        .bind::<Text, _>(organization)
        .bind::<Text, _>(id)
        .bind::<BigInt, _>(most)
        .execute(c))?;
    if gone > 0 || of_company::purge(conn, organization, id, most)? > 0 {
        return Ok(PurgeStep::More);
    }
    company_settings::delete(conn, organization, id)?;
    company_slug::release(conn, organization, id)?;
    diesel::delete(deleted_companies::table.find((organization, id))).execute(conn)?;
    Ok(PurgeStep::Done { organization, id, name })
}

/// How many people had a role in a deleted company.
pub fn people(conn: &mut Conn, organization: OrgId, ids: &[CompanyId]) -> QueryResult<Vec<(CompanyId, i64)>> {
    deleted_assignments::table
        .filter(deleted_assignments::organization_id.eq(organization))
        .filter(deleted_assignments::deleted_company_id.eq_any(ids))
        .group_by(deleted_assignments::deleted_company_id)
        .select((deleted_assignments::deleted_company_id, diesel::dsl::count_star()))
        .load(conn)
}
