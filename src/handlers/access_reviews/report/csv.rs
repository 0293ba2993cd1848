use actix_web::{HttpResponse, web};

use crate::auth::Gate;
use crate::authz::permission::ViewAccess;
use crate::common::csv::CsvSheet;
use crate::common::error::AppError;
use crate::handlers::access_reviews::report::file;
use crate::models::access_review::report::ReviewReport;

const COLUMNS: [&str; 10] = [
    "company",
    "person",
    "email",
    "role_before",
    "decision",
    "role_after",
    "decided_by",
    "decided_at",
    "note",
    "suspended",
];

/// `GET /organizations/{slug}/access/reviews/{id}/report.csv`
pub async fn show(gate: Gate<ViewAccess>, path: web::Path<(String, String)>) -> Result<HttpResponse, AppError> {
    file(gate, &path.1, "csv", "text/csv; charset=utf-8", |_, text, _| {
        let report = ReviewReport::parse(&text).ok_or(AppError::NotFound)?;
        let mut sheet = CsvSheet::new(&COLUMNS);
        for entry in &report.assignments {
            sheet.row([
                entry.company.as_str(),
                &entry.person,
                &entry.email,
                &entry.before,
                &entry.decision,
                &entry.after,
                entry.decided_by.as_deref().unwrap_or_default(),
                entry.decided_at.as_deref().unwrap_or_default(),
                &entry.note,
                if entry.suspended { "yes" } else { "" },
            ]);
        }
        Ok(sheet.into_bytes())
    })
    .await
}
