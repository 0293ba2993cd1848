//! Removing a passkey.

use actix_web::HttpResponse;
use actix_web::web::{Form, Path};
use askama::Template;
use serde::Deserialize;

use crate::auth::SignedIn;
use crate::auth::current_user::CurrentUser;
use crate::common::error::AppError;
use crate::common::form::FormErrors;
use crate::common::id::PasskeyId;
use crate::db::Conn;
use crate::handlers::accounts::passkeys::list::PATH;
use crate::handlers::password;
use crate::models::passkey;
use crate::services::accounts::passkeys::removal;
use crate::services::accounts::second_factor::removal::RemovalError;
use crate::services::reauthenticate;
use crate::web::layout::Layout;
use crate::web::layout::PageLayout;

#[derive(Template)]
#[template(path = "accounts/passkey_removal.html", blocks = ["dialog"])]
struct PasskeyRemovalPage {
    layout: Layout,
    errors: FormErrors,
    name: String,
    /// For password managers.
    email: String,
    action: String,
}
crate::page!(PasskeyRemovalPage => as_dialog);

impl PasskeyRemovalPage {
    fn load(conn: &mut Conn, person: &CurrentUser, id: PasskeyId, errors: FormErrors) -> Result<Self, AppError> {
        let passkey = passkey::find(conn, person.id, id)?.ok_or(AppError::NotFound)?;
        Ok(Self {
            layout: person.layout(conn, "security")?,
            errors,
            name: passkey.name,
            email: person.email.to_string(),
            action: format!("{PATH}/{id}/removal"),
        })
    }

    fn question(&self) -> String {
        format!("Remove “{}”?", self.name)
    }
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub struct PasswordForm {
    password: String,
}

fn read_id(path: &str) -> Result<PasskeyId, AppError> {
    PasskeyId::parse(path).ok_or(AppError::NotFound)
}

/// `GET /account/passkeys/{id}/removal`
pub async fn new(gate: SignedIn, path: Path<String>) -> Result<HttpResponse, AppError> {
    let id = read_id(&path)?;
    gate.show(move |person, conn| PasskeyRemovalPage::load(conn, person, id, FormErrors::none()))
        .await
}

/// `POST /account/passkeys/{id}/removal`
pub async fn create(gate: SignedIn, path: Path<String>, form: Form<PasswordForm>) -> Result<HttpResponse, AppError> {
    let id = read_id(&path)?;
    let checked = match reauthenticate::confirm_account(&gate, form.into_inner().password).await {
        Ok(account) => account,
        Err(error) => return again(&gate, id, password::message(error)?.to_owned()).await,
    };
    let removed = gate
        .try_write(move |person, conn| Ok(((), removal::remove(conn, person, &checked, id)?)))
        .await;
    let message = match removed {
        Ok(()) => return Ok(gate.done("The passkey was removed. Other sessions were signed out", PATH)),
        Err(RemovalError::Failed(error)) => return Err(error),
        Err(RemovalError::Required(organization)) => format!(
            "{organization} requires two-factor authentication. Add another passkey or an authenticator app first"
        ),
        // The second one has no code.
        Err(RemovalError::Changed | RemovalError::WrongCode) => {
            "Your password was changed in the meantime. Try again".to_owned()
        }
    };
    again(&gate, id, message).await
}

async fn again(gate: &SignedIn, id: PasskeyId, message: String) -> Result<HttpResponse, AppError> {
    let errors = FormErrors::one("password", message);
    gate.refused(move |person, conn| PasskeyRemovalPage::load(conn, person, id, errors))
        .await
}
