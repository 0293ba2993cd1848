use actix_web::HttpResponse;

use crate::auth::{SignedIn, Unverified};
use crate::common::error::AppError;
use crate::common::html::see_other;
use crate::handlers::accounts::sessions::PATH;
use crate::services::accounts::sessions;

/// `POST /account/sessions/ending`
pub async fn destroy(gate: SignedIn<Unverified>) -> Result<HttpResponse, AppError> {
    let ended = gate.write(|person, conn| sessions::end_others(conn, person)).await?;
    match ended {
        0 => gate.tell("info", "You have no other sessions"),
        1 => gate.tell("success", "1 other session was ended"),
        n => gate.tell("success", format!("{n} other sessions were ended")),
    }
    Ok(see_other(gate.fragment(), PATH))
}
