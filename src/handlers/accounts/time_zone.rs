use actix_web::HttpResponse;
use actix_web::web::Form;
use serde::Deserialize;

use crate::auth::{SignedIn, Unverified};
use crate::common::error::AppError;
use crate::common::zone::Zone;
use crate::handlers::accounts::profile;
use crate::handlers::accounts::profile::TypedProfile;
use crate::services::accounts;

#[derive(Debug, Default, Deserialize)]
pub struct TimeZoneForm {
    /// Empty for the time zone of each organization.
    #[serde(default)]
    timezone: String,
}

/// `POST /account/time-zone`
pub async fn update(gate: SignedIn<Unverified>, form: Form<TimeZoneForm>) -> Result<HttpResponse, AppError> {
    let typed = form.into_inner().timezone;
    let zone = match typed.trim() {
        "" => None,
        text => match Zone::parse(text) {
            Ok(zone) => Some(zone),
            Err(message) => {
                let typed = TypedProfile {
                    timezone: Some(typed),
                    ..TypedProfile::default()
                };
                return profile::again(&gate, typed, "timezone", message).await;
            }
        },
    };
    gate.write(move |person, conn| Ok(((), accounts::time_zone::change(conn, person, zone)?)))
        .await?;
    Ok(gate.done("Your time zone is saved", profile::PATH))
}
