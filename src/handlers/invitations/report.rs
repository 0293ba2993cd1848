//! Reporting an invitation to the operators, and withdrawing the report.

use actix_web::{HttpResponse, web};
use serde::Deserialize;

use crate::auth::Visitor;
use crate::common::error::AppError;
use crate::common::form::FormErrors;
use crate::common::token::Token;
use crate::handlers::invitations::blocking;
use crate::handlers::invitations::blocking::BlockingPage;
use crate::services::invitations::report;
use crate::services::invitations::report::{LONGEST, ReportError};

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct ReportForm {
    comment: String,
}

/// `POST /invitations/{token}/report`
pub async fn create(
    gate: Visitor,
    token: web::Path<String>,
    form: web::Form<ReportForm>,
) -> Result<HttpResponse, AppError> {
    let (token, comment) = (Token::received(&token), form.into_inner().comment);
    let (reported, text) = (token.clone(), comment.clone());
    let result = gate
        .try_write(move |visit, conn| Ok(((), None, report::report(conn, &visit.cx, &reported, &text)?)))
        .await;
    match result {
        Ok(()) => Ok(gate.done("Reported to the operators of this instance", &blocking::path(&token))),
        Err(ReportError::Failed(error)) => Err(error),
        Err(ReportError::TooLong) => {
            let errors = FormErrors::one("comment", format!("Use at most {LONGEST} characters"));
            gate.refused(move |visit, conn| BlockingPage::load(conn, visit, &token, comment, errors))
                .await
        }
    }
}

/// `POST /invitations/{token}/report/withdrawal`
pub async fn destroy(gate: Visitor, token: web::Path<String>) -> Result<HttpResponse, AppError> {
    let token = Token::received(&token);
    let there = blocking::path(&token);
    gate.write(move |visit, conn| Ok(((), None, report::withdraw(conn, &visit.cx, &token)?)))
        .await?;
    Ok(gate.done("Report withdrawn", &there))
}
