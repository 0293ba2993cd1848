//! Voiding a usage event that was a mistake.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use serde::{Deserialize, Serialize};

use crate::api::events::{sender, within};
use crate::api::{body, json};
use crate::api_auth::ApiGate;
use crate::authz::permission::EditCompanyData;
use crate::authz::scope::EventsWrite;
use crate::common::error::AppError;
use crate::common::problem::Problem;
use crate::services::usage::void::{REASON, VoidingError, void};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct VoidingBody {
    source: String,
    id: String,
    reason: String,
}

#[derive(Serialize)]
struct VoidingDocument {
    source: String,
    id: String,
    status: &'static str,
}

/// `POST /api/v1/events/voiding`
pub async fn create(
    gate: ApiGate<EditCompanyData, EventsWrite>,
    payload: web::Payload,
) -> Result<HttpResponse, AppError> {
    let wanted: VoidingBody = body::read(&body::bytes(payload).await?)?;
    let reason = wanted.reason.trim().to_owned();
    if reason.is_empty() || reason.chars().count() > REASON {
        return Err(Problem::invalid("reason", format!("Say why, in at most {REASON} characters.")).into());
    }
    let (source, id) = (wanted.source.clone(), wanted.id.clone());
    let voided = gate
        .try_write(move |actor, conn| {
            let within = within(conn, actor)?;
            let by = sender(actor);
            let events = void(
                conn,
                actor.organization,
                (&source, &id),
                within.as_deref(),
                (&by, &reason, actor.cx.now),
            )?;
            Ok(((), events))
        })
        .await;
    voided.map_err(refused)?;
    json(&VoidingDocument {
        source: wanted.source,
        id: wanted.id,
        status: "voided",
    })
}

fn refused(error: VoidingError) -> AppError {
    match error {
        VoidingError::Unknown => AppError::NotFound,
        VoidingError::Voided => Problem::new(
            "already-voided",
            StatusCode::CONFLICT,
            "The event is voided already",
            "It does not count.",
        )
        .into(),
        VoidingError::Failed(error) => error,
    }
}
