//! Turning the authenticator app off.

use actix_web::HttpResponse;
use actix_web::web::Form;
use askama::Template;
use serde::Deserialize;

use crate::auth::SignedIn;
use crate::auth::current_user::CurrentUser;
use crate::common::error::AppError;
use crate::common::form::FormErrors;
use crate::db::Conn;
use crate::handlers::account_security::overview::PATH;
use crate::handlers::password;
use crate::models::totp_secret;
use crate::services::accounts::second_factor::removal;
use crate::services::accounts::second_factor::removal::RemovalError;
use crate::services::reauthenticate;
use crate::web::layout::Layout;
use crate::web::layout::PageLayout;

#[derive(Template)]
#[template(path = "account_security/removal.html")]
struct RemovalPage {
    layout: Layout,
    errors: FormErrors,
    code: String,
}
crate::page!(RemovalPage);

impl RemovalPage {
    fn load(conn: &mut Conn, person: &CurrentUser, code: String, errors: FormErrors) -> Result<Self, AppError> {
        if totp_secret::since(conn, person.id)?.is_none() {
            return Err(AppError::NotFound);
        }
        Ok(Self {
            layout: person.layout(conn, "security")?,
            errors,
            code,
        })
    }

    /// For password managers.
    fn email(&self) -> &str {
        self.layout.person.as_ref().map_or("", |person| &person.email)
    }
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub struct RemovalForm {
    code: String,
    password: String,
}

/// `GET /account/two-factor/removal`
pub async fn new(gate: SignedIn) -> Result<HttpResponse, AppError> {
    gate.show(|person, conn| RemovalPage::load(conn, person, String::new(), FormErrors::none()))
        .await
}

/// `POST /account/two-factor/removal`
pub async fn create(gate: SignedIn, form: Form<RemovalForm>) -> Result<HttpResponse, AppError> {
    let RemovalForm { code, password } = form.into_inner();
    let checked = match reauthenticate::confirm_account(&gate, password).await {
        Ok(account) => account,
        Err(error) => return again(&gate, code, "password", password::message(error)?).await,
    };
    if !gate.write(|person, conn| removal::take_attempt(conn, person)).await? {
        return again(&gate, code, "code", "Too many attempts. Wait 15 minutes").await;
    }
    let typed = code.clone();
    let removed = gate
        .try_write(move |person, conn| Ok(((), removal::remove_app(conn, person, &checked, &typed)?)))
        .await;
    let (field, message) = match removed {
        Ok(()) => {
            return Ok(gate.done(
                "The authenticator app was removed. Other sessions were signed out",
                PATH,
            ));
        }
        Err(RemovalError::Failed(error)) => return Err(error),
        Err(RemovalError::WrongCode) => (
            "code",
            "Incorrect code. Enter the 6 digits that the app shows now, or an unused backup code".to_owned(),
        ),
        Err(RemovalError::Changed) => (
            "password",
            "Your password was changed in the meantime. Try again".to_owned(),
        ),
        Err(RemovalError::Required(organization)) => (
            "code",
            format!(
                "{organization} requires two-factor authentication. Add a passkey first, or leave the organization"
            ),
        ),
    };
    again(&gate, code, field, message).await
}

async fn again(
    gate: &SignedIn,
    code: String,
    field: &'static str,
    message: impl Into<String>,
) -> Result<HttpResponse, AppError> {
    let errors = FormErrors::one(field, message);
    gate.refused(move |person, conn| RemovalPage::load(conn, person, code, errors))
        .await
}
