//! Approving or declining a request to join.

use actix_web::{HttpResponse, web};
use serde::Deserialize;

use crate::auth::Gate;
use crate::authz::permission::DecideRequests;
use crate::common::error::AppError;
use crate::handlers::onboarding_links::requests::JoinRequestsPage;
use crate::handlers::onboarding_links::wording;
use crate::services::onboarding_links::decide;
use crate::services::onboarding_links::decide::DecisionError;

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct DecisionForm {
    decision: String,
}

pub async fn create(
    gate: Gate<DecideRequests>,
    path: web::Path<(String, String)>,
    form: web::Form<DecisionForm>,
) -> Result<HttpResponse, AppError> {
    let (slug, id) = path.into_inner();
    let approves = match form.decision.as_str() {
        "approve" => true,
        "deny" => false,
        _ => return Err(AppError::Unreadable("Approve or decline the request.".into())),
    };
    let decided = gate
        .try_write(move |actor, conn| {
            if approves {
                decide::approve(conn, actor, &id)
            } else {
                decide::deny(conn, actor, &id)
            }
        })
        .await;
    match decided {
        Ok(name) => {
            let message = if approves {
                format!("{name} is approved")
            } else {
                format!("The request of {name} is declined")
            };
            let list = format!("/organizations/{slug}/settings/onboarding/requests");
            Ok(gate.done(message, &list))
        }
        Err(DecisionError::Failed(error)) => Err(error),
        Err(error) => {
            gate.refused(move |actor, conn| {
                let refusal = wording::decision_error(&error, actor.unit);
                JoinRequestsPage::load(conn, actor, None, Some(refusal))
            })
            .await
        }
    }
}
