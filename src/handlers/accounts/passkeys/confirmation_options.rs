//! What the browser asks a passkey for, to confirm who someone is.

use actix_web::HttpResponse;

use crate::audit::Events;
use crate::auth::{SignedIn, Unconfirmed};
use crate::common::error::AppError;
use crate::handlers::accounts::passkeys::offered;
use crate::services::accounts::passkeys::confirmation;

/// `POST /account/passkeys/confirmation-options`
pub async fn create(gate: SignedIn<Unconfirmed>) -> Result<HttpResponse, AppError> {
    let options = gate
        .write(|person, conn| {
            let options = confirmation::ask(conn, person)?;
            Ok((options, Events::none("nothing is confirmed yet")))
        })
        .await?;
    Ok(offered(&options))
}
