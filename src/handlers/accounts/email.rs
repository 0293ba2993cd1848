use actix_web::HttpResponse;
use actix_web::web::Form;
use serde::Deserialize;

use crate::auth::{SignedIn, Unverified};
use crate::common::email::Email;
use crate::common::error::AppError;
use crate::common::html::see_other;
use crate::handlers::accounts::profile;
use crate::handlers::accounts::profile::TypedProfile;
use crate::models::login_attempt::EmailQuota;
use crate::services::accounts::email_change;
use crate::services::reauthenticate;

#[derive(Default, Deserialize)]
pub struct EmailForm {
    #[serde(default)]
    email: String,
    #[serde(default)]
    email_password: String,
}

/// `POST /account/email`: sends a link to the new address.
pub async fn create(gate: SignedIn<Unverified>, form: Form<EmailForm>) -> Result<HttpResponse, AppError> {
    let EmailForm { email, email_password } = form.into_inner();
    let address = Email::parse(&email);
    let typed = TypedProfile {
        email,
        ..TypedProfile::default()
    };
    let address = match address {
        Ok(address) => address,
        Err(message) => return profile::again(&gate, typed, "email", message).await,
    };
    let account = match reauthenticate::confirm_account(&gate, email_password).await {
        Ok(account) => account,
        Err(error) => return profile::password_refused(&gate, typed, "email_password", error).await,
    };
    if address.as_str() == account.email {
        let message = "This is your current address. Enter another one";
        return profile::again(&gate, typed, "email", message).await;
    }
    let quota = gate
        .write(move |person, conn| email_change::request(conn, person, &account, &address))
        .await?;
    if quota != EmailQuota::Available {
        let message = "An email was sent to this address already. Wait before you request another one";
        return profile::again(&gate, typed, "email", message).await;
    }
    gate.tell(
        "info",
        "We sent a link to the new address. Open it to change your address",
    );
    Ok(see_other(gate.fragment(), profile::PATH))
}
