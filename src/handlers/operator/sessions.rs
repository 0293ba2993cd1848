use actix_web::{HttpResponse, web};

use crate::auth::OperatorGate;
use crate::common::error::AppError;
use crate::common::html::see_other;
use crate::common::id::UserId;
use crate::services::operators::accounts;

/// `POST /operator/users/{id}/sessions/ending`: signs the account out everywhere. Operators keep their own session.
pub async fn destroy(gate: OperatorGate, id: web::Path<String>) -> Result<HttpResponse, AppError> {
    let id = UserId::parse(&id).ok_or(AppError::NotFound)?;
    let ended = gate
        .write(move |operator, conn| accounts::end_sessions(conn, operator, id))
        .await?;
    match ended {
        0 => gate.tell("info", "There are no sessions to end"),
        1 => gate.tell("success", "1 session ended"),
        n => gate.tell("success", format!("{n} sessions ended")),
    }
    Ok(see_other(gate.fragment(), &format!("/operator/users/{id}")))
}
