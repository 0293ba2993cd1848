//! The draft of a new organization: what someone typed is there again when they come back.

use actix_web::{HttpResponse, web};
use askama::Template;

use crate::auth::SignedIn;
use crate::common::error::AppError;
use crate::common::html::{html, see_other};
use crate::handlers::organizations::form::OrganizationForm;
use crate::services::organizations::draft;

#[derive(Template)]
#[template(path = "organizations/draft.html")]
struct DraftStatus {
    saved: bool,
}

/// `POST /organizations/draft`: the page saves it while someone types, and a button without JavaScript.
pub async fn create(gate: SignedIn, form: web::Form<OrganizationForm>) -> Result<HttpResponse, AppError> {
    let form = form.into_inner();
    let fields = form.to_json().filter(|_| !form.is_blank());
    let saved = fields.is_some();
    gate.write(move |user, conn| match fields {
        Some(fields) => draft::save(conn, user, &fields),
        None => draft::discard(conn, user),
    })
    .await?;
    if gate.fragment() {
        html(DraftStatus { saved })
    } else {
        let message = if saved { "Draft saved" } else { "Nothing to save yet" };
        Ok(gate.done(message, "/organizations"))
    }
}

/// `POST /organizations/draft/deletion`
pub async fn destroy(gate: SignedIn) -> Result<HttpResponse, AppError> {
    gate.write(|user, conn| draft::discard(conn, user)).await?;
    Ok(see_other(gate.fragment(), "/organizations/new"))
}
