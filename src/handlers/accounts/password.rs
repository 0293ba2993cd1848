use actix_web::HttpResponse;
use actix_web::web::Form;
use serde::Deserialize;

use crate::auth::{SignedIn, Unverified};
use crate::common::error::AppError;
use crate::common::password::NewPassword;
use crate::handlers::accounts::profile;
use crate::handlers::accounts::profile::TypedProfile;
use crate::services::accounts::password;
use crate::services::accounts::password::ChangePasswordError;
use crate::services::reauthenticate;

#[derive(Default, Deserialize)]
pub struct PasswordForm {
    #[serde(default)]
    current_password: String,
    #[serde(default)]
    new_password: String,
}

/// `POST /account/password`
pub async fn update(gate: SignedIn<Unverified>, form: Form<PasswordForm>) -> Result<HttpResponse, AppError> {
    let form = form.into_inner();
    let typed = TypedProfile::default();
    let account = match reauthenticate::confirm_account(&gate, form.current_password.clone()).await {
        Ok(account) => account,
        Err(error) => return profile::password_refused(&gate, typed, "current_password", error).await,
    };
    let new = match NewPassword::parse(&form.new_password, &[&account.name, &account.email]) {
        Ok(new) => new,
        Err(message) => return profile::again(&gate, typed, "new_password", message).await,
    };
    if form.new_password == form.current_password {
        let message = "This is your current password. Choose another one";
        return profile::again(&gate, typed, "new_password", message).await;
    }
    let hash = gate.app().hasher.hash(new).await?;
    let changed = gate
        .try_write(move |person, conn| Ok(((), password::change(conn, person, &account, &hash)?)))
        .await;
    match changed {
        Ok(()) => Ok(gate.done(
            "Your password is changed. Other sessions were signed out",
            profile::PATH,
        )),
        Err(ChangePasswordError::Failed(error)) => Err(error),
        Err(ChangePasswordError::Changed) => {
            let message = "Your password was changed in the meantime. Try again";
            profile::again(&gate, typed, "current_password", message).await
        }
    }
}
