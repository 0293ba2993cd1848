//! What a draft would do.

use crate::auth::actor::Actor;
use crate::common::error::AppError;
use crate::db::Conn;
use crate::models::usage_import::pieces;
use crate::models::usage_import::{ImportCounts, UsageImport};
use crate::services::usage_imports::read::RowFault;
use crate::services::usage_imports::reader;
use crate::services::usage_imports::rows;
use crate::services::usage_imports::rows::RowOutcome;

/// The most rejected rows that are listed.
pub const LISTED: usize = 1_000;

/// A row that would not be imported.
#[derive(Debug, Clone)]
pub struct RejectedRow {
    pub line: usize,
    pub cells: Vec<String>,
    pub fault: RowFault,
}

/// What would become of the rows, and their first cells.
#[derive(Debug, Clone, Default)]
pub struct Preview {
    pub counts: ImportCounts,
    /// The first ones.
    pub rejected: Vec<RejectedRow>,
}

/// Reads all rows of a draft whose columns are known.
pub fn preview(conn: &mut Conn, actor: &Actor, import: &UsageImport) -> Result<Preview, AppError> {
    let reader = reader(actor, import);
    let mut preview = Preview::default();
    let mut after = -1;
    while let Some((piece, file_rows)) = pieces::next(conn, actor.organization, import.id, after)? {
        let outcomes = rows::preview(conn, actor, import.kind, &reader, &file_rows)?;
        for (row, outcome) in file_rows.into_iter().zip(outcomes) {
            match outcome {
                RowOutcome::Accepted => preview.counts.accepted += 1,
                RowOutcome::Known => preview.counts.duplicates += 1,
                RowOutcome::Rejected(fault) => {
                    preview.counts.rejected += 1;
                    if preview.rejected.len() < LISTED {
                        preview.rejected.push(RejectedRow {
                            line: row.line,
                            cells: row.cells,
                            fault,
                        });
                    }
                }
            }
        }
        after = piece;
    }
    Ok(preview)
}
