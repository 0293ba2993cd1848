//! The report as CSV.

use std::rc::Rc;

use actix_web::{HttpResponse, web};

use crate::auth::Gate;
use crate::authz::permission::ExportReporting;
use crate::common::error::AppError;
use crate::common::form::FormErrors;
use crate::common::html::download;
use crate::common::pieces::{Making, Pieces};
use crate::handlers::reporting::query::ReportingQuery;
use crate::services::reports::sheet::ReportSheet;
use crate::services::reports::{Report, ReportReader};

/// `GET /organizations/{slug}/reporting.csv`
pub async fn show(gate: Gate<ExportReporting>, query: web::Query<ReportingQuery>) -> Result<HttpResponse, AppError> {
    let query = query.into_inner();
    let (name, sheet) = gate
        .read(move |actor, conn| {
            actor.confirmed()?;
            let reader = ReportReader::of::<ExportReporting>(conn, actor)?;
            let mut errors = FormErrors::none();
            let Some(asked) = query.read(conn, actor, &reader, &mut errors)? else {
                let words: Vec<String> = errors.iter().map(|(field, what)| format!("{field}: {what}")).collect();
                return Err(AppError::Unreadable(words.join(". ")));
            };
            let report = Report::read(conn, asked.query(&reader))?;
            let (from, to) = (asked.days.from.iso(), asked.days.to.iso());
            let name = format!("{}-reporting-{from}-{to}.csv", actor.slug);
            Ok((
                name,
                ReportSheet::new(report, format!("Deleted or moved {}", actor.unit.many())),
            ))
        })
        .await?;
    let gate = Rc::new(gate);
    // One read made the report, so that its lines add up. Each piece checks the permission again.
    let body = Pieces::new(sheet, move |mut sheet: ReportSheet| -> Making<ReportSheet> {
        let gate = gate.clone();
        Box::pin(async move {
            gate.read(|_, _| Ok(())).await?;
            Ok(sheet.piece().map(|bytes| (bytes, sheet)))
        })
    });
    Ok(download(&name, "text/csv; charset=utf-8", body))
}
