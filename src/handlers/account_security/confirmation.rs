//! Proving again who someone is: after a time limit of an organization, or before a sensitive change.

use actix_web::HttpResponse;
use actix_web::web::{Form, Query};
use askama::Template;
use serde::Deserialize;

use crate::auth::current_user::CurrentUser;
use crate::auth::{SignedIn, Unconfirmed};
use crate::common::confirm::ConfirmReason;
use crate::common::error::AppError;
use crate::common::form::FormErrors;
use crate::common::html::{local_path, see_other};
use crate::common::session_cookie;
use crate::db::Conn;
use crate::handlers::password;
use crate::models::passkey;
use crate::services::accounts::confirmation::{ConfirmError, GivenProof};
use crate::services::accounts::{confirmation, passkeys};
use crate::web::layout::Layout;

#[derive(Template)]
#[template(path = "account_security/confirmation.html")]
struct ConfirmationPage {
    layout: Layout,
    errors: FormErrors,
    email: String,
    next: String,
    why: String,
    code: String,
    /// Whether a code of an app, or a backup code, is accepted.
    takes_codes: bool,
    has_passkey: bool,
}
crate::page!(ConfirmationPage);

impl ConfirmationPage {
    fn load(
        conn: &mut Conn,
        person: &CurrentUser,
        form: &ConfirmationForm,
        errors: FormErrors,
    ) -> Result<Self, AppError> {
        person.cx.request.page.never_store();
        Ok(Self {
            layout: Layout::solo(person),
            errors,
            email: person.email.to_string(),
            next: local_path(&form.next, "").to_owned(),
            why: form.why.clone(),
            code: form.code.clone(),
            takes_codes: person.second_factor,
            has_passkey: passkeys::are_available(&person.cx) && passkey::count(conn, person.id)? > 0,
        })
    }

    fn reason(&self) -> &'static str {
        match ConfirmReason::parse(&self.why) {
            Some(ConfirmReason::Idle) => "You were inactive for longer than your organization allows.",
            Some(ConfirmReason::Age) => "Your organization asks everyone to confirm it from time to time.",
            Some(ConfirmReason::Ended) => "An admin of the organization signed you out there.",
            Some(ConfirmReason::StepUp) | None => "This is a sensitive action.",
        }
    }
}

#[derive(Clone, Default, Deserialize)]
#[serde(default)]
pub struct ConfirmationForm {
    password: String,
    code: String,
    credential: String,
    next: String,
    why: String,
}

/// `GET /account/confirmation`
pub async fn show(gate: SignedIn<Unconfirmed>, query: Query<ConfirmationForm>) -> Result<HttpResponse, AppError> {
    let asked = query.into_inner();
    gate.show(move |person, conn| ConfirmationPage::load(conn, person, &asked, FormErrors::none()))
        .await
}

/// `POST /account/confirmation`
pub async fn create(gate: SignedIn<Unconfirmed>, form: Form<ConfirmationForm>) -> Result<HttpResponse, AppError> {
    let form = form.into_inner();
    let given = match (&form.credential, &form.code) {
        (credential, _) if !credential.is_empty() => GivenProof::Credential(credential.clone()),
        (_, code) if !code.is_empty() => GivenProof::Code(code.clone()),
        _ => GivenProof::Password(form.password.clone()),
    };
    let (field, message) = match confirmation::confirm(&gate, given).await {
        Ok(token) => {
            session_cookie::remember(gate.session(), &token)?;
            return Ok(see_other(gate.fragment(), local_path(&form.next, "/")));
        }
        Err(ConfirmError::Password(error)) => ("password", password::message(error)?),
        Err(ConfirmError::WrongCode) => ("code", "Incorrect code. Each code works once"),
        Err(ConfirmError::WrongCredential) => (
            "credential",
            "This passkey was not accepted. Try again, or use your password",
        ),
        Err(ConfirmError::Failed(error)) => return Err(error),
    };
    let errors = FormErrors::one(field, message);
    gate.refused(move |person, conn| ConfirmationPage::load(conn, person, &form, errors))
        .await
}
