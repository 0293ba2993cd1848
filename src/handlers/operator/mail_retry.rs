use actix_web::{HttpResponse, web};

use crate::auth::OperatorGate;
use crate::common::error::AppError;
use crate::common::html::see_other;
use crate::handlers::operator::queries::mail as queries;
use crate::services::operators::mail;
use crate::services::operators::mail::RetryError;

/// `POST /operator/mail/{id}/retry`
pub async fn create(gate: OperatorGate, id: web::Path<String>) -> Result<HttpResponse, AppError> {
    let path = format!("/operator/mail/{id}");
    let retried = gate
        .try_write(move |operator, conn| {
            let message = queries::find(conn, &id)?;
            mail::retry(conn, operator, message.id)
        })
        .await;
    match retried {
        Ok(()) => Ok(gate.done("The email will be sent again", &path)),
        Err(RetryError::AlreadySent) => {
            gate.tell("info", "This email was already sent");
            Ok(see_other(gate.fragment(), &path))
        }
        Err(RetryError::Failed(error)) => Err(error),
    }
}
