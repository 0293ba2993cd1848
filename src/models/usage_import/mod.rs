//! Files with usage events or the figures of days, and how far they are.

pub mod pieces;
pub mod rejections;

use diesel::prelude::*;

use crate::common::error::AppError;
use crate::common::id::{ImportId, MembershipId};
use crate::common::paging::{Cursor, Direction};
use crate::common::time::{Span, Time};
use crate::db::schema::{usage_import_rejections, usage_imports};
use crate::db::types::org_id::OrgId;
use crate::db::types::usage_import::{ImportKind, ImportStatus};
use crate::db::{Conn, affected};
use crate::on_each;

/// How long a file that no one confirmed is kept.
pub const DRAFTS_KEPT: Span = Span::days(7);

/// How long the result of an import is kept.
pub const KEPT: Span = Span::days(90);

#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = usage_imports)]
pub struct UsageImport {
    pub id: ImportId,
    pub kind: ImportKind,
    pub status: ImportStatus,
    pub file_name: String,
    header: String,
    column_fields: String,
    pub decimal_comma: bool,
    pub row_count: i64,
    pub accepted: i64,
    pub duplicates: i64,
    pub rejected: i64,
    pub created_by: MembershipId,
    pub created_at: Time,
    pub confirmed_by: Option<MembershipId>,
    pub confirmed_at: Option<Time>,
    pub finished_at: Option<Time>,
}

/// A file that was just read.
#[derive(Debug, Clone)]
pub struct NewImport<'a> {
    pub kind: ImportKind,
    pub file_name: &'a str,
    pub header: &'a [String],
    /// What each column has; empty: nothing that is used.
    pub columns: &'a [&'static str],
    pub decimal_comma: bool,
    pub row_count: usize,
    pub created_by: MembershipId,
}

/// What became of some rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct ImportCounts {
    pub accepted: i64,
    pub duplicates: i64,
    pub rejected: i64,
}

impl ImportCounts {
    pub fn total(self) -> i64 {
        self.accepted + self.duplicates + self.rejected
    }
}

impl UsageImport {
    /// The titles of the columns.
    pub fn header(&self) -> Vec<String> {
        serde_json::from_str(&self.header).unwrap_or_default()
    }

    /// What each column has.
    pub fn columns(&self) -> Vec<String> {
        serde_json::from_str(&self.column_fields).unwrap_or_default()
    }

    pub fn counts(&self) -> ImportCounts {
        ImportCounts {
            accepted: self.accepted,
            duplicates: self.duplicates,
            rejected: self.rejected,
        }
    }
}

/// Keeps a new file without its rows.
pub fn insert(conn: &mut Conn, organization: OrgId, new: &NewImport<'_>, now: Time) -> Result<ImportId, AppError> {
    affected::organization(organization);
    let id = ImportId::fresh();
    let row = (
        usage_imports::organization_id.eq(organization),
        usage_imports::id.eq(id),
        usage_imports::kind.eq(new.kind),
        usage_imports::status.eq(ImportStatus::Draft),
        usage_imports::file_name.eq(new.file_name),
        usage_imports::header.eq(serde_json::to_string(new.header)?),
        usage_imports::column_fields.eq(serde_json::to_string(new.columns)?),
        usage_imports::decimal_comma.eq(new.decimal_comma),
        usage_imports::row_count.eq(i64::try_from(new.row_count).unwrap_or(i64::MAX)),
        usage_imports::created_by.eq(new.created_by),
        usage_imports::created_at.eq(now),
    );
    diesel::insert_into(usage_imports::table).values(row).execute(conn)?;
    Ok(id)
}

/// A file; `by`: only one of this member.
pub fn find(conn: &mut Conn, organization: OrgId, id: ImportId, by: Option<MembershipId>) -> QueryResult<UsageImport> {
    let found: UsageImport = usage_imports::table
        .find((organization, id))
        .select(UsageImport::as_select())
        .first(conn)?;
    if by.is_some_and(|by| found.created_by != by) {
        return Err(diesel::result::Error::NotFound);
    }
    Ok(found)
}

/// The running import of a job, by the job's key: organization and import with a colon between.
pub fn running(conn: &mut Conn, key: &str) -> QueryResult<Option<(OrgId, UsageImport)>> {
    let (organization, import) = key.split_once(':').unwrap_or_default();
    usage_imports::table
        .filter(usage_imports::organization_id.eq(organization))
        .filter(usage_imports::id.eq(import))
        .filter(usage_imports::status.eq(ImportStatus::Running))
        .select((usage_imports::organization_id, UsageImport::as_select()))
        .first(conn)
        .optional()
}

/// Up to `size + 1` files, newest first; `by`: only those of this member.
pub fn page(
    conn: &mut Conn,
    organization: OrgId,
    by: Option<MembershipId>,
    cursor: Option<&Cursor>,
    size: usize,
) -> QueryResult<Vec<UsageImport>> {
    let mut query = usage_imports::table
        .filter(usage_imports::organization_id.eq(organization))
        .select(UsageImport::as_select())
        .limit(i64::try_from(size + 1).unwrap_or(i64::MAX))
        .into_boxed();
    if let Some(by) = by {
        query = query.filter(usage_imports::created_by.eq(by));
    }
    query = match cursor {
        None => query.order(usage_imports::id.desc()),
        Some(cursor) if cursor.direction == Direction::Next => query
            .filter(usage_imports::id.lt(cursor.id.clone()))
            .order(usage_imports::id.desc()),
        Some(cursor) => query
            .filter(usage_imports::id.gt(cursor.id.clone()))
            .order(usage_imports::id.asc()),
    };
    query.load(conn)
}

/// Says what the columns of a draft have.
pub fn set_columns(
    conn: &mut Conn,
    organization: OrgId,
    id: ImportId,
    columns: &[&'static str],
) -> Result<(), AppError> {
    affected::organization(organization);
    diesel::update(usage_imports::table.find((organization, id)))
        .set(usage_imports::column_fields.eq(serde_json::to_string(columns)?))
        .execute(conn)?;
    Ok(())
}

/// Confirms a draft. `false`: it is none any more.
pub fn confirm(conn: &mut Conn, organization: OrgId, id: ImportId, by: MembershipId, now: Time) -> QueryResult<bool> {
    affected::organization(organization);
    let draft = usage_imports::table
        .find((organization, id))
        .filter(usage_imports::status.eq(ImportStatus::Draft));
    let confirmed = diesel::update(draft)
        .set((
            usage_imports::status.eq(ImportStatus::Running),
            usage_imports::confirmed_by.eq(Some(by)),
            usage_imports::confirmed_at.eq(Some(now)),
        ))
        .execute(conn)?;
    Ok(confirmed == 1)
}

/// Adds to what became of the rows.
pub fn count(conn: &mut Conn, organization: OrgId, id: ImportId, counts: ImportCounts) -> QueryResult<()> {
    affected::organization(organization);
    diesel::update(usage_imports::table.find((organization, id)))
        .set((
            usage_imports::accepted.eq(usage_imports::accepted + counts.accepted),
            usage_imports::duplicates.eq(usage_imports::duplicates + counts.duplicates),
            usage_imports::rejected.eq(usage_imports::rejected + counts.rejected),
        ))
        .execute(conn)?;
    Ok(())
}

/// Ends an import, and drops the rows that are left.
pub fn end(conn: &mut Conn, organization: OrgId, id: ImportId, status: ImportStatus, now: Time) -> QueryResult<()> {
    affected::organization(organization);
    pieces::delete_all(conn, organization, id)?;
    diesel::update(usage_imports::table.find((organization, id)))
        .set((
            usage_imports::status.eq(status),
            usage_imports::finished_at.eq(Some(now)),
        ))
        .execute(conn)?;
    Ok(())
}

/// Deletes a file with its rows and what was rejected.
pub fn delete(conn: &mut Conn, organization: OrgId, id: ImportId) -> QueryResult<()> {
    affected::organization(organization);
    pieces::delete_all(conn, organization, id)?;
    diesel::delete(
        usage_import_rejections::table
            .filter(usage_import_rejections::organization_id.eq(organization))
            .filter(usage_import_rejections::import_id.eq(id)),
    )
    .execute(conn)?;
    diesel::delete(usage_imports::table.find((organization, id))).execute(conn)?;
    Ok(())
}

/// A file that is no longer kept: a draft after a week, any other after 90 days.
pub fn expired(conn: &mut Conn, now: Time) -> QueryResult<Option<(OrgId, ImportId)>> {
    on_each!(conn, c => usage_imports::table
        .filter(usage_imports::created_at.lt(now - DRAFTS_KEPT))
        .filter(
            usage_imports::status
                .eq(ImportStatus::Draft)
                .or(usage_imports::created_at.lt(now - KEPT)),
        )
        .filter(usage_imports::status.ne(ImportStatus::Running))
        .order(usage_imports::created_at)
        .select((usage_imports::organization_id, usage_imports::id))
        .first(c)
        .optional())
}
