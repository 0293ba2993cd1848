//! Withdrawing a request to join.

use actix_web::{HttpResponse, web};

use crate::auth::SignedIn;
use crate::common::error::AppError;
use crate::services::onboarding_links::withdraw;
use crate::services::onboarding_links::withdraw::WithdrawError;

pub async fn create(gate: SignedIn, path: web::Path<String>) -> Result<HttpResponse, AppError> {
    let id = path.into_inner();
    let withdrawn = gate
        .try_write(move |person, conn| Ok(((), withdraw::withdraw(conn, person, &id)?)))
        .await;
    let message = match withdrawn {
        Ok(()) => "Your request is withdrawn",
        Err(WithdrawError::Answered) => "The request was answered already",
        Err(WithdrawError::Failed(error)) => return Err(error),
    };
    Ok(gate.done(message, "/organizations"))
}
