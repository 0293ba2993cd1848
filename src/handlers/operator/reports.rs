//! Reports of invitations. The pages of the sender and of the organization have what operators can do about them.

use actix_web::{HttpResponse, web};
use askama::Template;

use crate::auth::OperatorGate;
use crate::common::error::AppError;
use crate::common::html::see_other;
use crate::common::id::ReportId;
use crate::common::paging::{Cursor, Page};
use crate::common::time::Time;
use crate::handlers::operator::queries::PAGE;
use crate::handlers::operator::queries::reports;
use crate::handlers::operator::queries::reports::ListedReport;
use crate::services::operators;
use crate::web::layout::Layout;
use crate::web::layout::PageLayout;

#[derive(Debug, Clone, Default, serde::Deserialize)]
#[serde(default)]
pub struct ReportsQuery {
    show: String,
    after: String,
}

#[derive(Template)]
#[template(path = "operator/reports.html", blocks = ["results"])]
struct ReportsPage {
    layout: Layout,
    now: Time,
    /// Whether closed reports are listed too.
    all: bool,
    rows: Vec<ListedReport>,
    previous: Option<String>,
    next: Option<String>,
}

crate::page!(ReportsPage => as_results);

/// `GET /operator/reports`
pub async fn index(gate: OperatorGate, query: web::Query<ReportsQuery>) -> Result<HttpResponse, AppError> {
    let ReportsQuery { show, after } = query.into_inner();
    let all = show == "all";
    gate.show(move |operator, conn| {
        let cursor = Cursor::parse(&after);
        let rows = reports::list(conn, all, cursor.as_ref())?;
        let cut = Page::cut(rows, PAGE, cursor.as_ref(), |row| (Vec::new(), row.id.to_string()));
        let show = if all { "all" } else { "" };
        let link = |after: String| format!("/operator/reports?show={show}&after={after}");
        Ok(ReportsPage {
            layout: operator.layout(conn, "operator reports")?,
            now: operator.cx.now,
            all,
            rows: cut.rows,
            previous: cut.previous.map(link),
            next: cut.next.map(link),
        })
    })
    .await
}

/// `POST /operator/reports/{id}/closing`
pub async fn update(gate: OperatorGate, id: web::Path<String>) -> Result<HttpResponse, AppError> {
    let id = ReportId::parse(&id).ok_or(AppError::NotFound)?;
    let closed = gate
        .write(move |operator, conn| operators::reports::close(conn, operator, id))
        .await?;
    if closed {
        gate.tell("success", "Report closed");
    } else {
        gate.tell("info", "The report was closed or withdrawn before");
    }
    Ok(see_other(gate.fragment(), "/operator/reports"))
}
