//! Keeps a file until it is confirmed.

use std::collections::HashMap;

use serde_json::json;

use crate::audit::{Action, Event, Events};
use crate::auth::actor::Actor;
use crate::common::error::AppError;
use crate::common::id::{ImportId, MembershipId};
use crate::common::table::{Table, TableError};
use crate::common::time::Time;
use crate::db::Conn;
use crate::db::types::org_id::OrgId;
use crate::db::types::usage_import::ImportKind;
use crate::models::usage_import;
use crate::models::usage_import::NewImport;
use crate::models::usage_import::pieces;
use crate::models::usage_import::pieces::FileRow;
use crate::services::usage_imports::columns::ImportColumns;

/// The most rows of a file.
pub const MOST: usize = 50_000;

/// The most columns of a file.
pub const WIDEST: usize = 50;

/// Why a text is not kept as a file.
#[derive(Debug)]
pub enum ImportFileError {
    Table(Vec<TableError>),
    /// There is a header and nothing below it.
    NoRows,
    TooManyRows(usize),
    TooManyColumns(usize),
    Failed(AppError),
}

crate::change_error!(ImportFileError);

/// A file as it was read.
#[derive(Debug, Clone)]
pub struct ImportFile {
    pub name: String,
    pub kind: ImportKind,
    header: Vec<String>,
    rows: Vec<FileRow>,
    decimal_comma: bool,
}

impl ImportFile {
    /// Reads a text.
    ///
    /// # Errors
    /// Why it can't be imported.
    pub fn read(kind: ImportKind, name: &str, text: &str) -> Result<Self, ImportFileError> {
        let table = Table::read(text).map_err(ImportFileError::Table)?;
        if table.rows.is_empty() {
            return Err(ImportFileError::NoRows);
        }
        if table.rows.len() > MOST {
            return Err(ImportFileError::TooManyRows(table.rows.len()));
        }
        if table.header.len() > WIDEST {
            return Err(ImportFileError::TooManyColumns(table.header.len()));
        }
        let mut seen: HashMap<Vec<String>, usize> = HashMap::new();
        let rows = table
            .rows
            .into_iter()
            .map(|row| {
                let above = seen.entry(row.cells.clone()).or_default();
                *above += 1;
                FileRow {
                    line: row.line,
                    equal_above: *above - 1,
                    cells: row.cells,
                }
            })
            .collect();
        Ok(Self {
            name: name.chars().filter(|c| !c.is_control()).take(120).collect(),
            kind,
            header: table.header,
            rows,
            decimal_comma: table.delimiter != ',',
        })
    }
}

/// Keeps a file as a draft. Nothing in it counts.
///
/// # Errors
/// When it can't be kept.
pub fn create(conn: &mut Conn, actor: &Actor, file: &ImportFile) -> Result<(ImportId, Events), ImportFileError> {
    let id = keep(conn, actor.organization, actor.id, actor.cx.now, file)?;
    let event = Event::new(Action::UsageImportUploaded, "import", id, &file.name).after(json!({
        "kind": file.kind.as_str(), "rows": file.rows.len(),
    }));
    Ok((id, actor.event(event)))
}

/// Keeps a file with its rows.
///
/// # Errors
/// When it can't be kept.
pub fn keep(
    conn: &mut Conn,
    organization: OrgId,
    by: MembershipId,
    now: Time,
    file: &ImportFile,
) -> Result<ImportId, AppError> {
    let columns = ImportColumns::recognize(file.kind, &file.header);
    let new = NewImport {
        kind: file.kind,
        file_name: &file.name,
        header: &file.header,
        columns: &columns.texts(),
        decimal_comma: file.decimal_comma,
        row_count: file.rows.len(),
        created_by: by,
    };
    let id = usage_import::insert(conn, organization, &new, now)?;
    pieces::insert(conn, organization, id, &file.rows)?;
    Ok(id)
}
