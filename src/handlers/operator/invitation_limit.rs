use actix_web::{HttpResponse, web};

use crate::auth::OperatorGate;
use crate::common::error::AppError;
use crate::common::form::FormErrors;
use crate::common::id::UserId;
use crate::handlers::operator::rules;
use crate::handlers::operator::user::{TypedLimits, UserPage};
use crate::services::operators::accounts;

#[derive(Debug, Default, serde::Deserialize)]
#[serde(default)]
pub struct InvitationLimitForm {
    invitations: String,
}

/// `POST /operator/users/{id}/invitation-limit`
pub async fn update(
    gate: OperatorGate,
    id: web::Path<String>,
    form: web::Form<InvitationLimitForm>,
) -> Result<HttpResponse, AppError> {
    let id = UserId::parse(&id).ok_or(AppError::NotFound)?;
    let typed = form.into_inner().invitations;
    match rules::limit(&typed) {
        Ok(limit) => {
            gate.write(move |_, conn| accounts::set_invitation_limit(conn, id, limit))
                .await?;
            Ok(gate.done("Limit saved", &format!("/operator/users/{id}")))
        }
        Err(message) => {
            let errors = FormErrors::one("invitations", message);
            let typed = TypedLimits {
                invitations: Some(typed),
                ..TypedLimits::default()
            };
            gate.refused(move |operator, conn| UserPage::load(conn, operator, id, typed, errors))
                .await
        }
    }
}
