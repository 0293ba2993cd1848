//! Unsubscribing from a scheduled report, by the link in its email or on the account's page.

use actix_web::{HttpResponse, web};
use askama::Template;

use crate::auth::{SignedIn, Visit, Visitor};
use crate::common::error::AppError;
use crate::common::token::Token;
use crate::db::Conn;
use crate::models::organization::heading;
use crate::models::report_schedule;
use crate::services::report_schedules::unsubscribe;
use crate::web::layout::{Layout, PublicLayout};

#[derive(Template)]
#[template(path = "reporting/unsubscribing.html")]
struct UnsubscribingPage {
    layout: Layout,
    path: String,
    name: String,
    organization: String,
    is_done: bool,
}

crate::page!(UnsubscribingPage);

fn path(token: &Token) -> String {
    format!("/scheduled-reports/{}", token.as_str())
}

fn load(conn: &mut Conn, visit: &Visit, token: &Token) -> Result<UnsubscribingPage, AppError> {
    let found = report_schedule::by_token(conn, token)?;
    let (organization, schedule, _, unsubscribed) = found.ok_or(AppError::NotFound)?;
    Ok(UnsubscribingPage {
        layout: visit.layout(),
        path: path(token),
        name: report_schedule::find(conn, organization, schedule)?.name,
        organization: heading::heading(conn, organization)?.name,
        is_done: unsubscribed.is_some(),
    })
}

/// `GET /scheduled-reports/{token}`: changes nothing, because mail scanners follow links.
pub async fn show(gate: Visitor, token: web::Path<String>) -> Result<HttpResponse, AppError> {
    let token = Token::received(&token);
    gate.show(move |visit, conn| load(conn, visit, &token)).await
}

/// `POST /scheduled-reports/{token}`
pub async fn create(gate: Visitor, token: web::Path<String>) -> Result<HttpResponse, AppError> {
    let token = Token::received(&token);
    let there = path(&token);
    gate.write(move |visit, conn| Ok(((), None, unsubscribe::by_token(conn, &visit.cx, &token)?)))
        .await?;
    Ok(gate.done("You no longer get this report", &there))
}

/// `POST /account/scheduled-reports/{id}/unsubscribing`
pub async fn destroy(gate: SignedIn, schedule: web::Path<String>) -> Result<HttpResponse, AppError> {
    gate.write(move |person, conn| {
        let events = unsubscribe::by_user(conn, &person.cx, person.id, &schedule)?;
        Ok(((), events))
    })
    .await?;
    Ok(gate.done("You no longer get this report", "/account"))
}
