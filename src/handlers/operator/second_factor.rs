//! Removing two-factor authentication for someone who lost it.

use actix_web::HttpResponse;
use actix_web::web::{Form, Path};
use serde::Deserialize;

use crate::auth::OperatorGate;
use crate::common::error::AppError;
use crate::common::form::FormErrors;
use crate::common::id::UserId;
use crate::handlers::operator::rules;
use crate::handlers::operator::user::{TypedLimits, UserPage};
use crate::handlers::password;
use crate::services::operators::accounts;
use crate::services::reauthenticate;

#[derive(Default, Deserialize)]
#[serde(default)]
pub struct RemovalForm {
    reason: String,
    password: String,
}

/// `POST /operator/users/{id}/second-factor/removal`
pub async fn destroy(gate: OperatorGate, id: Path<String>, form: Form<RemovalForm>) -> Result<HttpResponse, AppError> {
    let id = UserId::parse(&id).ok_or(AppError::NotFound)?;
    let RemovalForm { reason, password } = form.into_inner();
    let mut errors = FormErrors::none();
    let checked = errors.take("reason", rules::reason(&reason));
    if let Err(error) = reauthenticate::confirm_operator(&gate, password).await {
        errors.add("password", password::message(error)?);
    }
    let Some(checked) = checked.filter(|_| errors.is_empty()) else {
        return gate
            .refused(move |operator, conn| {
                let typed = TypedLimits {
                    reason: Some(reason),
                    ..TypedLimits::default()
                };
                UserPage::load(conn, operator, id, typed, errors)
            })
            .await;
    };
    gate.write(move |operator, conn| accounts::remove_second_factor(conn, &operator.cx, id, &checked))
        .await?;
    let message = "Two-factor authentication was removed. The person was signed out everywhere and got an email";
    Ok(gate.done(message, &format!("/operator/users/{id}")))
}
