//! The rows of a file that are not imported yet.

use diesel::prelude::*;
use serde::{Deserialize, Serialize};

use crate::common::error::AppError;
use crate::common::id::ImportId;
use crate::db::Conn;
use crate::db::schema::usage_import_pieces;
use crate::db::types::org_id::OrgId;

/// Rows in a piece: they are imported in one transaction.
pub const ROWS: usize = 250;

/// A row of a file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileRow {
    /// From 1, as an editor counts.
    pub line: usize,
    /// How many equal rows are above it.
    pub equal_above: usize,
    pub cells: Vec<String>,
}

/// Keeps the rows of a file.
pub fn insert(conn: &mut Conn, organization: OrgId, import: ImportId, rows: &[FileRow]) -> Result<(), AppError> {
    for (piece, rows) in (0_i32..).zip(rows.chunks(ROWS)) {
        let row = (
            usage_import_pieces::organization_id.eq(organization),
            usage_import_pieces::import_id.eq(import),
            usage_import_pieces::piece.eq(piece),
            usage_import_pieces::rows.eq(serde_json::to_string(rows)?),
        );
        diesel::insert_into(usage_import_pieces::table)
            .values(row)
            .execute(conn)?;
    }
    Ok(())
}

/// The first piece behind another one.
pub fn next(
    conn: &mut Conn,
    organization: OrgId,
    import: ImportId,
    after: i32,
) -> Result<Option<(i32, Vec<FileRow>)>, AppError> {
    let found: Option<(i32, String)> = usage_import_pieces::table
        .filter(usage_import_pieces::organization_id.eq(organization))
        .filter(usage_import_pieces::import_id.eq(import))
        .filter(usage_import_pieces::piece.gt(after))
        .order(usage_import_pieces::piece)
        .select((usage_import_pieces::piece, usage_import_pieces::rows))
        .first(conn)
        .optional()?;
    match found {
        Some((piece, rows)) => Ok(Some((piece, serde_json::from_str(&rows)?))),
        None => Ok(None),
    }
}

/// Drops a piece that was imported.
pub fn delete(conn: &mut Conn, organization: OrgId, import: ImportId, piece: i32) -> QueryResult<()> {
    diesel::delete(usage_import_pieces::table.find((organization, import, piece))).execute(conn)?;
    Ok(())
}

pub fn delete_all(conn: &mut Conn, organization: OrgId, import: ImportId) -> QueryResult<()> {
    diesel::delete(
        usage_import_pieces::table
            .filter(usage_import_pieces::organization_id.eq(organization))
            .filter(usage_import_pieces::import_id.eq(import)),
    )
    .execute(conn)?;
    Ok(())
}
