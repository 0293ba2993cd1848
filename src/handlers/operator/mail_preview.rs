use actix_web::{HttpResponse, web};

use crate::auth::OperatorGate;
use crate::common::error::AppError;
use crate::handlers::operator::queries::mail;
use crate::web::middleware::{ContentPolicy, with_policy};

const NOTHING_KEPT: &str = "<!doctype html><html lang=en><title>Nothing</title><p>The content was deleted.</p></html>";

/// `GET /operator/mail/{id}/preview`: the HTML part for the frame of the page. The token stays replaced, so operators can't
/// open the links of others.
pub async fn show(gate: OperatorGate, id: web::Path<String>) -> Result<HttpResponse, AppError> {
    let html = gate
        .read(move |_, conn| {
            let message = mail::find(conn, &id)?;
            let (html, _) = mail::parts(conn, message.id)?;
            Ok(if html.is_empty() { NOTHING_KEPT.to_owned() } else { html })
        })
        .await?;
    let response = HttpResponse::Ok().content_type("text/html; charset=utf-8").body(html);
    Ok(with_policy(response, ContentPolicy::Framed))
}
