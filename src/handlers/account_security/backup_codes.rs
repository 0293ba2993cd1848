//! New backup codes.

use actix_web::HttpResponse;
use actix_web::web::Form;
use serde::Deserialize;

use crate::auth::SignedIn;
use crate::common::error::AppError;
use crate::common::form::FormErrors;
use crate::common::html::see_other;
use crate::handlers::account_security::once;
use crate::handlers::account_security::two_factor::{PATH, TwoFactorPage};
use crate::handlers::password;
use crate::services::accounts::second_factor::backup_codes;
use crate::services::reauthenticate;

#[derive(Default, Deserialize)]
#[serde(default)]
pub struct BackupCodesForm {
    password: String,
}

/// `POST /account/two-factor/backup-codes`
pub async fn create(gate: SignedIn, form: Form<BackupCodesForm>) -> Result<HttpResponse, AppError> {
    if let Err(error) = reauthenticate::confirm_account(&gate, form.into_inner().password).await {
        let errors = FormErrors::one("codes_password", password::message(error)?);
        let refused = Some((String::new(), errors));
        return gate
            .refused(move |person, conn| TwoFactorPage::load(conn, person, "", Vec::new(), refused))
            .await;
    }
    let codes = match gate.write(|person, conn| backup_codes::replace(conn, person)).await {
        Err(AppError::NotFound) => {
            gate.tell("info", "Set up two-factor authentication first");
            return Ok(see_other(gate.fragment(), PATH));
        }
        codes => codes?,
    };
    once::leave(gate.session(), codes)?;
    Ok(gate.done("You have new backup codes. The earlier ones no longer work", PATH))
}
