//! Whether the session is about to end in an organization, for the page that is open there. Asking does not count as activity.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web::{Form, Query};
use askama::Template;
use serde::Deserialize;

use crate::auth::current_user::CurrentUser;
use crate::auth::{SignedIn, Unverified, Visitor};
use crate::common::error::AppError;
use crate::common::html::{html_with, see_other};
use crate::db::Conn;
use crate::models::security_policy;
use crate::services::accounts::sessions;
use crate::web::ending;
use crate::web::ending::SessionEnding;

#[derive(Template)]
#[template(path = "account_security/ending.html")]
struct EndingPart {
    organization: String,
    ending: Option<SessionEnding>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub struct EndingQuery {
    /// The slug.
    organization: String,
}

fn load(conn: &mut Conn, person: Option<&CurrentUser>, slug: String) -> Result<EndingPart, AppError> {
    let mut found = None;
    if let Some(person) = person
        && let Some(policy) = security_policy::of_member(conn, person.id, &slug)?
    {
        found = ending::at(&policy, &person.facts, person.cx.now);
    }
    Ok(EndingPart {
        ending: found,
        organization: slug,
    })
}

/// `GET /account/session`
pub async fn show(visitor: Visitor, query: Query<EndingQuery>) -> Result<HttpResponse, AppError> {
    let slug = query.into_inner().organization;
    let part = visitor
        .read(move |visit, conn| {
            visit.cx.request.page.never_store();
            load(conn, visit.person.as_ref(), slug)
        })
        .await?;
    html_with(StatusCode::OK, part)
}

/// `POST /account/session`: activity without anything else.
pub async fn update(gate: SignedIn<Unverified>, form: Form<EndingQuery>) -> Result<HttpResponse, AppError> {
    let slug = form.into_inner().organization;
    gate.write(|person, conn| Ok(((), sessions::renew(conn, person)?)))
        .await?;
    let part = gate.read(move |person, conn| load(conn, Some(person), slug)).await?;
    match &part.ending {
        _ if gate.fragment() => html_with(StatusCode::OK, part),
        Some(_) => Ok(see_other(false, &format!("/organizations/{}", part.organization))),
        None => Ok(see_other(false, "/organizations")),
    }
}
