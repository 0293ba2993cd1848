//! Signing in with a passkey: alone, or after the password.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web::Form;
use serde::Deserialize;

use crate::auth::Visitor;
use crate::common::error::AppError;
use crate::common::form::FormErrors;
use crate::common::html::{Page, see_other};
use crate::common::session_cookie;
use crate::handlers::accounts::landing::landing;
use crate::handlers::accounts::page::NextQuery;
use crate::handlers::accounts::passkeys::{FIELD, message};
use crate::handlers::accounts::{login, second_factor};
use crate::handlers::password::{FLOODED, LOCKED};
use crate::services::accounts::passkeys::sign_in;
use crate::services::accounts::passkeys::sign_in::PasskeyOutcome;

#[derive(Default, Deserialize)]
#[serde(default)]
pub struct PasskeySignInForm {
    credential: String,
    next: String,
}

/// `POST /login/passkey`
pub async fn create(visitor: Visitor, form: Form<PasskeySignInForm>) -> Result<HttpResponse, AppError> {
    let PasskeySignInForm { credential, next } = form.into_inner();
    let step = session_cookie::step(visitor.session());
    let entered = visitor
        .write(move |visit, conn| {
            let before = visit.person.as_ref();
            let (outcome, events) = sign_in::enter(conn, &visit.cx, before, step.as_ref(), &credential)?;
            let actor = match &outcome {
                PasskeyOutcome::SignedIn { session, .. } => Some(session.actor.clone()),
                _ => None,
            };
            Ok((outcome, actor, events))
        })
        .await?;
    let unprocessable = StatusCode::UNPROCESSABLE_ENTITY;
    let (status, message) = match entered {
        PasskeyOutcome::SignedIn { session, verified } => {
            session_cookie::remember(visitor.session(), &session.token)?;
            return Ok(see_other(visitor.fragment(), &landing(&next, verified, &session)));
        }
        PasskeyOutcome::Over => {
            visitor.tell("info", second_factor::OVER);
            return Ok(see_other(visitor.fragment(), &NextQuery { next }.login()));
        }
        PasskeyOutcome::Refused(refusal) => {
            let error = (FIELD, message(refusal));
            return login::again(&visitor, String::new(), next, unprocessable, error).await;
        }
        PasskeyOutcome::RefusedInStep(refusal) => (unprocessable, message(refusal)),
        PasskeyOutcome::Locked => (unprocessable, LOCKED),
        PasskeyOutcome::Flooded => (StatusCode::TOO_MANY_REQUESTS, FLOODED),
    };
    let page = second_factor::load(&visitor, String::new(), next, FormErrors::one(FIELD, message)).await?;
    page.respond(status, visitor.fragment())
}
