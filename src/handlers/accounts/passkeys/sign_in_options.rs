//! What the browser asks a passkey for, to sign in.

use actix_web::HttpResponse;
use actix_web::web::Form;
use serde::Deserialize;

use crate::audit::Events;
use crate::auth::Visitor;
use crate::common::error::AppError;
use crate::common::session_cookie;
use crate::handlers::accounts::passkeys::offered;
use crate::services::accounts::passkeys::sign_in;

#[derive(Default, Deserialize)]
#[serde(default)]
pub struct OptionsForm {
    /// Not empty on the page that begins a sign-in: also a browser that has another one open may begin again.
    fresh: String,
}

/// `POST /login/passkey/options`
pub async fn create(visitor: Visitor, form: Option<Form<OptionsForm>>) -> Result<HttpResponse, AppError> {
    let begins = form.is_some_and(|form| !form.fresh.is_empty());
    let step = session_cookie::step(visitor.session()).filter(|_| !begins);
    let options = visitor
        .write(move |visit, conn| {
            let options = sign_in::ask(conn, &visit.cx, step.as_ref())?;
            Ok((options, None, Events::none("no one is signed in yet")))
        })
        .await?;
    Ok(offered(&options))
}
