use actix_web::{HttpResponse, web};

use crate::auth::OperatorGate;
use crate::common::error::AppError;
use crate::common::form::FormErrors;
use crate::common::id::UserId;
use crate::handlers::operator::user::{TypedLimits, UserPage};
use crate::services::operators::appoint;
use crate::services::operators::appoint::OperatorError;

/// `POST /operator/users/{id}/appointment`
pub async fn create(gate: OperatorGate, id: web::Path<String>) -> Result<HttpResponse, AppError> {
    let id = UserId::parse(&id).ok_or(AppError::NotFound)?;
    match gate.try_write(move |_, conn| appoint::appoint(conn, id)).await {
        Ok(()) => Ok(gate.done("Saved", &format!("/operator/users/{id}"))),
        Err(error) => refused(&gate, id, error).await,
    }
}

/// `POST /operator/users/{id}/dismissal`
pub async fn destroy(gate: OperatorGate, id: web::Path<String>) -> Result<HttpResponse, AppError> {
    let id = UserId::parse(&id).ok_or(AppError::NotFound)?;
    let dismissed = gate
        .try_write(move |operator, conn| {
            let ((), events) = appoint::dismiss(conn, operator.cx.now, id)?;
            // Operators who remove themselves can't open the page of the account anymore.
            let next = if id == operator.id {
                "/".to_owned()
            } else {
                format!("/operator/users/{id}")
            };
            Ok((next, events))
        })
        .await;
    match dismissed {
        Ok(next) => Ok(gate.done("Saved", &next)),
        Err(error) => refused(&gate, id, error).await,
    }
}

async fn refused(gate: &OperatorGate, id: UserId, error: OperatorError) -> Result<HttpResponse, AppError> {
    let message = match error {
        OperatorError::Unverified => "The email address of this account isn’t verified. It can’t be an operator yet",
        OperatorError::LastOperator => "This is the only operator. Make another account an operator first",
        OperatorError::Failed(error) => return Err(error),
    };
    let errors = FormErrors::one("operator", message);
    gate.refused(move |operator, conn| UserPage::load(conn, operator, id, TypedLimits::default(), errors))
        .await
}
