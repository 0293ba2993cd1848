//! Voiding a usage event that was a mistake.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::api::body;
use crate::api::events::sender;
use crate::api_auth::{Answer, ApiGate};
use crate::authz::permission::EditCompanyData;
use crate::authz::scope::EventsWrite;
use crate::common::error::AppError;
use crate::common::problem::Problem;
use crate::services::usage::void::{REASON, VoidingError, void};

/// Which event, and why.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct VoidingBody {
    #[schema(example = "dialer")]
    source: String,
    #[schema(example = "call-4711")]
    id: String,
    #[schema(min_length = 1, max_length = 500, pattern = r"\S", example = "Sent by a test")]
    reason: String,
}

/// The voided event.
#[derive(Serialize, ToSchema)]
pub struct VoidingDocument {
    #[schema(example = "dialer")]
    source: String,
    #[schema(example = "call-4711")]
    id: String,
    #[schema(example = "voided")]
    status: &'static str,
}

/// Void a usage event
///
/// The event stays, marked, and leaves the sums. Only events of the last 90 days can be voided.
#[utoipa::path(
    post, path = "/api/v1/events/voiding", tag = "Usage", operation_id = "void_event",
    request_body = VoidingBody,
    responses(
        (status = 200, description = "The event no longer counts", body = VoidingDocument),
        (status = 409, description = "`already-voided`")
    )
)]
pub async fn create(gate: ApiGate<EditCompanyData, EventsWrite>) -> Result<HttpResponse, AppError> {
    let wanted = body::read::<VoidingBody>(gate.body());
    gate.change(move |actor, conn| {
        let VoidingBody { source, id, reason } = wanted?;
        let reason = reason.trim();
        if reason.is_empty() || reason.chars().count() > REASON {
            return Err(Problem::invalid("reason", format!("Say why, in at most {REASON} characters.")).into());
        }
        let within = actor.limited_to::<EditCompanyData>(conn)?;
        let by = (sender(actor), actor.cx.now);
        let events = void(
            conn,
            actor.organization,
            (&source, &id),
            within.as_deref(),
            (&by.0, reason, by.1),
        )
        .map_err(refused)?;
        let document = VoidingDocument {
            source,
            id,
            status: "voided",
        };
        Ok((Answer::ok(&document)?, events))
    })
    .await
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
