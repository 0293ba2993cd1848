//! The rejected rows of a file as CSV, to be corrected and imported again.

use actix_web::HttpResponse;

use crate::auth::Gate;
use crate::auth::actor::Actor;
use crate::authz::permission::EditCompanyData;
use crate::common::csv::CsvSheet;
use crate::common::error::AppError;
use crate::common::paging::{Cursor, Direction};
use crate::common::people::unescaped;
use crate::db::Conn;
use crate::handlers::usage_imports::{ImportPath, words};
use crate::models::usage_import::UsageImport;
use crate::models::usage_import::rejections;
use crate::models::usage_import::rejections::Rejection;
use crate::services::usage_imports::find;
use crate::services::usage_imports::read::RowFault;
use crate::web::csv::{CsvPiece, csv_in_pieces};

/// Rows in a piece of the file.
const ROWS: i64 = 500;

/// `GET /organizations/{slug}/imports/{id}/rejected.csv`
pub async fn show(gate: Gate<EditCompanyData>, path: ImportPath) -> Result<HttpResponse, AppError> {
    let (_, id) = path.into_inner();
    let import = id.clone();
    let (name, (bytes, next)) = gate
        .read(move |actor, conn| {
            let import = find(conn, actor, &import)?;
            let mut head = import.header();
            head.push("error".to_owned());
            let head: Vec<&str> = head.iter().map(String::as_str).collect();
            let name = format!("{}-rejected-{}.csv", actor.slug, actor.cx.now.day(actor.org_zone));
            Ok((name, piece(conn, actor, &import, CsvSheet::new(&head), 0)?))
        })
        .await?;
    Ok(csv_in_pieces(&name, bytes, next, gate, move |actor, conn, after| {
        let import = find(conn, actor, &id)?;
        let line = after.key.as_slice().try_into().map_or(i64::MAX, i64::from_be_bytes);
        piece(conn, actor, &import, CsvSheet::going_on(), line)
    }))
}

fn piece(
    conn: &mut Conn,
    actor: &Actor,
    import: &UsageImport,
    mut sheet: CsvSheet,
    after: i64,
) -> Result<CsvPiece, AppError> {
    let found = rejections::after(conn, actor.organization, import.id, after, ROWS)?;
    for row in &found {
        let error = error(actor, row);
        let cells = row.cells.iter().map(|cell| unescaped(cell));
        sheet.row(cells.chain([error.as_str()]));
    }
    let more = i64::try_from(found.len()).unwrap_or(i64::MAX) == ROWS;
    let next = found.last().filter(|_| more).map(|row| Cursor {
        direction: Direction::Next,
        key: row.line.to_be_bytes().to_vec(),
        id: import.id.to_string(),
    });
    Ok((sheet.into_bytes(), next))
}

fn error(actor: &Actor, row: &Rejection) -> String {
    let fault: Option<RowFault> = serde_json::from_str(&row.fault).ok();
    let cell = row.column.and_then(|at| row.cells.get(at)).map_or("", String::as_str);
    let reason = fault.map_or_else(String::new, |fault| words::row(fault, cell, actor.unit));
    format!("Line {}: {reason}", row.line)
}
