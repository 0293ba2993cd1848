//! The rows of a file that were not imported.

use diesel::prelude::*;

use crate::common::error::AppError;
use crate::common::id::ImportId;
use crate::db::Conn;
use crate::db::schema::usage_import_rejections;
use crate::db::types::org_id::OrgId;
use crate::models::usage_import::pieces::FileRow;

/// A row with the reason, as JSON.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rejection {
    pub line: i64,
    pub cells: Vec<String>,
    /// The column that is wrong, from 0; `None`: the row as a whole.
    pub column: Option<usize>,
    pub fault: String,
}

impl Rejection {
    pub fn of(row: FileRow, column: Option<usize>, fault: String) -> Self {
        Self {
            line: i64::try_from(row.line).unwrap_or(i64::MAX),
            cells: row.cells,
            column,
            fault,
        }
    }
}

pub fn insert(
    conn: &mut Conn,
    organization: OrgId,
    import: ImportId,
    rejections: &[Rejection],
) -> Result<(), AppError> {
    for rejection in rejections {
        let row = (
            usage_import_rejections::organization_id.eq(organization),
            usage_import_rejections::import_id.eq(import),
            usage_import_rejections::line.eq(rejection.line),
            usage_import_rejections::cells.eq(serde_json::to_string(&rejection.cells)?),
            usage_import_rejections::column_at.eq(rejection.column.and_then(|at| i32::try_from(at).ok())),
            usage_import_rejections::fault.eq(&rejection.fault),
        );
        diesel::insert_into(usage_import_rejections::table)
            .values(row)
            .execute(conn)?;
    }
    Ok(())
}

/// Up to `most` of them in the order of the file, behind a line.
pub fn after(
    conn: &mut Conn,
    organization: OrgId,
    import: ImportId,
    line: i64,
    most: i64,
) -> Result<Vec<Rejection>, AppError> {
    let rows: Vec<(i64, String, Option<i32>, String)> = usage_import_rejections::table
        .filter(usage_import_rejections::organization_id.eq(organization))
        .filter(usage_import_rejections::import_id.eq(import))
        .filter(usage_import_rejections::line.gt(line))
        .order(usage_import_rejections::line)
        .limit(most)
        .select((
            usage_import_rejections::line,
            usage_import_rejections::cells,
            usage_import_rejections::column_at,
            usage_import_rejections::fault,
        ))
        .load(conn)?;
    let read = |(line, cells, column, fault): (i64, String, Option<i32>, String)| {
        Ok(Rejection {
            line,
            cells: serde_json::from_str(&cells)?,
            column: column.and_then(|at| usize::try_from(at).ok()),
            fault,
        })
    };
    rows.into_iter().map(read).collect()
}
