//! Continuing from the page of a link to the sign-up or sign-in.

use actix_web::{HttpResponse, web};
use serde::Deserialize;

use crate::audit::Events;
use crate::auth::Visitor;
use crate::common::error::AppError;
use crate::common::html::{query_value, see_other};
use crate::common::token::Token;
use crate::services::onboarding_links::open;

/// The session key with the id of the link that counted this browser.
const OPENED: &str = "opened";

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct OpeningForm {
    way: String,
}

pub async fn create(
    gate: Visitor,
    path: web::Path<String>,
    form: web::Form<OpeningForm>,
) -> Result<HttpResponse, AppError> {
    let token = Token::received(&path);
    let page = format!("/join/{}", token.as_str());
    let counted: Option<String> = gate.session().get(OPENED).ok().flatten();
    let (opening, signed_in) = gate
        .write(move |visit, conn| {
            let opening = open::open(conn, visit, &token, counted.as_deref())?;
            let out = (opening, visit.person.is_some());
            Ok((out, None, Events::none("a counter of the link")))
        })
        .await?;
    if !opening.is_open || signed_in {
        return Ok(see_other(gate.fragment(), &page));
    }
    gate.session()
        .insert(OPENED, opening.link_id)
        .map_err(AppError::internal)?;
    let way = if form.way == "login" { "/login" } else { "/signup" };
    let next = query_value(&format!("{page}?continued=1"));
    Ok(see_other(gate.fragment(), &format!("{way}?next={next}")))
}
