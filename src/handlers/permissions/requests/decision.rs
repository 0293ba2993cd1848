//! Deciding an access request.

use actix_web::{HttpResponse, web};
use serde::Deserialize;

use crate::auth::Gate;
use crate::authz::permission::DecideRequests;
use crate::common::error::AppError;
use crate::common::form::FormErrors;
use crate::db::types::organization::UnitLabel;
use crate::handlers::permissions::overrides;
use crate::handlers::permissions::requests::show::{RequestPage, TypedDecision};
use crate::handlers::permissions::requests::{RequestPath, note, visible};
use crate::services::access_requests::decision::{DecisionError, RequestDecision, decide};

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct DecisionForm {
    decision: String,
    way: String,
    answer: String,
}

impl DecisionForm {
    fn parse(&self) -> Result<(RequestDecision, String), FormErrors> {
        let answer = note(&self.answer).map_err(|message| FormErrors::one("answer", message))?;
        let decision = match self.decision.as_str() {
            "grant" => RequestDecision::Grant(self.way.clone()),
            "deny" => RequestDecision::Deny,
            _ => return Err(FormErrors::one("way", "Grant or deny the request")),
        };
        Ok((decision, answer))
    }
}

/// `POST /organizations/{slug}/access/requests/{id}/decision`
pub async fn create(
    gate: Gate<DecideRequests>,
    path: RequestPath,
    form: web::Form<DecisionForm>,
) -> Result<HttpResponse, AppError> {
    let (id, form) = (path.into_inner().1, form.into_inner());
    let parsed = form.parse();
    let typed = TypedDecision {
        grant: form.way,
        answer: form.answer,
    };
    let (decision, answer) = match parsed {
        Ok(parsed) => parsed,
        Err(errors) => return refused(&gate, id, typed, move |_| errors).await,
    };
    let of = id.clone();
    let granted = matches!(decision, RequestDecision::Grant(_));
    let decided = gate
        .try_write(move |actor, conn| {
            let request = visible(conn, actor, &of)?;
            let events = decide(conn, actor, &request, &decision, &answer)?;
            Ok(((actor.path("/access/requests"), request.name), events))
        })
        .await;
    match decided {
        Ok((path, name)) => {
            let verb = if granted { "granted" } else { "denied" };
            Ok(gate.done(format!("Request {verb}. {name} gets an email"), &path))
        }
        Err(DecisionError::Failed(error)) => Err(error),
        Err(error) => {
            refused(&gate, id, typed, move |unit| {
                FormErrors::one("way", message(&error, unit))
            })
            .await
        }
    }
}

async fn refused(
    gate: &Gate<DecideRequests>,
    id: String,
    typed: TypedDecision,
    errors: impl FnOnce(UnitLabel) -> FormErrors + Send + 'static,
) -> Result<HttpResponse, AppError> {
    gate.refused(move |actor, conn| RequestPage::load(conn, actor, &id, typed, errors(actor.unit)))
        .await
}

fn message(error: &DecisionError, unit: UnitLabel) -> String {
    match error {
        DecisionError::AlreadyDecided | DecisionError::Failed(_) => "This request was decided before".into(),
        DecisionError::NotOffered => "Choose how to grant it".into(),
        DecisionError::Assignment(error) => error.message(unit.one()),
        DecisionError::Override(error) => overrides::message(error).into(),
        DecisionError::Role(error) => error.message().into(),
    }
}
