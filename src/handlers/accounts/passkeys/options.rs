//! What the browser makes a new passkey from.

use actix_web::HttpResponse;
use actix_web::web::Form;
use serde::Deserialize;

use crate::audit::Events;
use crate::auth::SignedIn;
use crate::common::error::AppError;
use crate::handlers::accounts::passkeys::{FULL, NAME_TAKEN, not_offered, offered};
use crate::services::accounts::passkeys::registration;
use crate::services::accounts::passkeys::registration::AddError;

#[derive(Default, Deserialize)]
#[serde(default)]
pub struct NameForm {
    name: Option<String>,
}

/// `POST /account/passkeys/options`: a name that is given is checked before the device makes a passkey for nothing.
pub async fn create(gate: SignedIn, form: Option<Form<NameForm>>) -> Result<HttpResponse, AppError> {
    let typed = form.and_then(|form| form.into_inner().name);
    let name = match typed.map(|name| registration::parse_name(&name)) {
        Some(Err(message)) => return Ok(not_offered(&message)),
        Some(Ok(name)) => Some(name),
        None => None,
    };
    let asked = gate
        .try_write(move |person, conn| {
            let options = registration::ask(conn, person, name.as_deref())?;
            Ok((options, Events::none("nothing is added yet")))
        })
        .await;
    match asked {
        Ok(options) => Ok(offered(&options)),
        Err(AddError::NameTaken) => Ok(not_offered(NAME_TAKEN)),
        Err(AddError::Full) => Ok(not_offered(FULL)),
        Err(AddError::Failed(error)) => Err(error),
    }
}
