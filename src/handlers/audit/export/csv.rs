//! The log as CSV.

use std::rc::Rc;

use actix_web::body::BoxBody;
use actix_web::{HttpResponse, web};

use crate::audit::AuditEntry;
use crate::auth::Gate;
use crate::authz::permission::ExportAudit;
use crate::common::csv::CsvSheet;
use crate::common::error::AppError;
use crate::common::pieces::{Making, Pieces};
use crate::handlers::audit::export::{begin, file, piece};
use crate::handlers::audit::filter::AuditQuery;

const COLUMNS: [&str; 19] = [
    "line",
    "version",
    "time",
    "actor kind",
    "actor",
    "actor id",
    "allowed by",
    "company id",
    "action",
    "what",
    "target kind",
    "target id",
    "target",
    "before",
    "after",
    "ip",
    "browser",
    "request id",
    "hash",
];

fn row(sheet: &mut CsvSheet, line: &AuditEntry) {
    sheet.row([
        line.seq.to_string().as_str(),
        &line.v.to_string(),
        &line.at.iso_micros(),
        &line.actor_kind,
        &line.actor_name,
        line.actor_id.as_deref().unwrap_or_default(),
        line.on_behalf_of.as_deref().unwrap_or_default(),
        line.company_id.as_deref().unwrap_or_default(),
        &line.action,
        &line.description(),
        &line.target_kind,
        &line.target_id,
        &line.target_label,
        &line.before,
        &line.after,
        &line.ip,
        &line.agent,
        &line.request_id,
        &line.hash,
    ]);
}

/// `GET /organizations/{slug}/settings/audit.csv`
pub async fn show(gate: Gate<ExportAudit>, query: web::Query<AuditQuery>) -> Result<HttpResponse, AppError> {
    let range = Rc::new(begin(&gate, query.into_inner(), "csv").await?);
    let (gate, name) = (Rc::new(gate), format!("{}.csv", range.file));
    let body = Pieces::new(range.first - 1, move |after| -> Making<i64> {
        let (gate, range) = (gate.clone(), range.clone());
        Box::pin(async move {
            let begins = after == range.first - 1;
            if after >= range.last && !begins {
                return Ok(None);
            }
            let piece = piece(&gate, &range, after).await?;
            let mut sheet = if begins {
                CsvSheet::new(&COLUMNS)
            } else {
                CsvSheet::going_on()
            };
            piece.lines.iter().for_each(|line| row(&mut sheet, line));
            // An empty range has its head row, too.
            Ok(Some((sheet.into_bytes(), piece.through.max(range.first))))
        })
    });
    Ok(file(&name, "text/csv; charset=utf-8", BoxBody::new(body)))
}
