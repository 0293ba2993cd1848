use actix_web::HttpResponse;
use actix_web::web::Form;
use serde::Deserialize;

use crate::auth::{SignedIn, Unverified};
use crate::common::error::AppError;
use crate::common::name;
use crate::handlers::accounts::profile;
use crate::handlers::accounts::profile::TypedProfile;
use crate::services::accounts;

#[derive(Debug, Default, Deserialize)]
pub struct NameForm {
    #[serde(default)]
    name: String,
}

/// `POST /account/name`
pub async fn update(gate: SignedIn<Unverified>, form: Form<NameForm>) -> Result<HttpResponse, AppError> {
    let typed = form.into_inner().name;
    let name = match name::person(&typed, "your name") {
        Ok(name) => name,
        Err(message) => {
            let typed = TypedProfile {
                name: Some(typed),
                ..TypedProfile::default()
            };
            return profile::again(&gate, typed, "name", message).await;
        }
    };
    gate.write(move |person, conn| Ok(((), accounts::name::change(conn, person, &name)?)))
        .await?;
    Ok(gate.done("Your name is saved", profile::PATH))
}
