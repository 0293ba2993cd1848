//! Usage events.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse};
use serde::Serialize;
use utoipa::{IntoParams, ToSchema};

use crate::api::cloud_event;
use crate::api::cloud_event::{CloudEvent, SentEvent};
use crate::api::paging::{choice, known_fields};
use crate::api_auth::{Answer, ApiGate, Refused};
use crate::audit::Events;
use crate::auth::actor::Actor;
use crate::authz::permission::EditCompanyData;
use crate::authz::scope::EventsWrite;
use crate::common::error::AppError;
use crate::services::usage::ingest::{IngestionError, UsageSender, UsageStatus, ingest};
use crate::services::usage::input::UsageInput;

#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "names and schemas for the document")]
pub struct EventsParams {
    /// `partial` keeps every valid event. `all` keeps none if one is rejected.
    #[param(inline, default = "partial")]
    mode: Option<EventsMode>,
}

#[derive(ToSchema)]
#[schema(rename_all = "lowercase")]
#[expect(dead_code, reason = "names for the document")]
enum EventsMode {
    Partial,
    All,
}

impl EventsParams {
    /// Whether all events are wanted or none.
    fn read(req: &HttpRequest) -> Result<bool, AppError> {
        let fields = known_fields::<Self>(req, &[])?;
        let mode = choice(&fields, "mode", [("partial", false), ("all", true)])?;
        Ok(mode.unwrap_or(false))
    }
}

/// What became of an event.
#[derive(Serialize, ToSchema)]
pub struct EventResult {
    #[schema(example = "dialer")]
    source: Option<String>,
    #[schema(example = "call-4711")]
    id: Option<String>,
    /// `accepted`, `duplicate`, `rejected`, or `not_kept`: valid, but another one was rejected and `mode` is `all`.
    #[schema(example = "accepted")]
    status: &'static str,
    /// Why it is not accepted as it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
}

/// What became of each event.
#[derive(Default, Serialize, ToSchema)]
pub struct EventsReport {
    #[schema(example = 1)]
    accepted: usize,
    #[schema(example = 0)]
    duplicates: usize,
    #[schema(example = 0)]
    rejected: usize,
    results: Vec<EventResult>,
}

impl EventsReport {
    /// `kept`: whether accepted events are kept, or would have been.
    fn new(sent: Vec<SentEvent>, statuses: Vec<UsageStatus>) -> Self {
        let mut report = Self::default();
        let mut statuses = statuses.into_iter();
        for event in sent {
            let (status, reason) = match &event.input {
                Err(words) => ("rejected", Some(words.clone())),
                Ok(_) => match statuses.next() {
                    Some(UsageStatus::Duplicate) => ("duplicate", None),
                    Some(UsageStatus::Conflict) => (
                        "duplicate",
                        Some("conflict: the same source and id were sent before with other content".to_owned()),
                    ),
                    Some(UsageStatus::Rejected(fault)) => ("rejected", Some(fault.words().to_owned())),
                    Some(UsageStatus::Accepted) | None => ("accepted", None),
                },
            };
            match status {
                "accepted" => report.accepted += 1,
                "duplicate" => report.duplicates += 1,
                _ => report.rejected += 1,
            }
            report.results.push(EventResult {
                source: event.source,
                id: event.id,
                status,
                reason,
            });
        }
        report
    }

    /// None of them is kept, because one cannot be.
    fn refuse(mut self) -> Result<Refused, AppError> {
        self.accepted = 0;
        for result in self.results.iter_mut().filter(|result| result.status == "accepted") {
            result.status = "not_kept";
        }
        Ok(Refused::Answered(Answer::new(StatusCode::UNPROCESSABLE_ENTITY, &self)?))
    }
}

/// The key that sends.
pub(super) fn sender(actor: &Actor) -> String {
    actor
        .key
        .as_ref()
        .map_or_else(|| actor.id.to_string(), |key| key.id.to_string())
}

/// Send usage events
///
/// Takes CloudEvents 1.0: one, a batch of up to 1,000 in 1 MB, or one with its attributes in headers (`ce-id`, `ce-source` and so on)
/// and `data` as `application/json`. An event with the `source` and `id` of one of the last 90 days is a duplicate and does not count
/// again, so a batch can be sent again. `results` are in the order of the events.
#[utoipa::path(
    post, path = "/api/v1/events", tag = "Usage", operation_id = "send_events",
    params(EventsParams),
    request_body(content(
        (CloudEvent<'static> = "application/cloudevents+json"),
        (Vec<CloudEvent<'static>> = "application/cloudevents-batch+json")
    )),
    responses(
        (status = 200, description = "What became of each event", body = EventsReport),
        (status = 415, description = "`unsupported-media-type`"),
        (status = 422, description = "With `mode=all`, an event was rejected and nothing is kept: the report as for 200. Otherwise a problem, such as `sum-too-large`")
    )
)]
pub async fn create(gate: ApiGate<EditCompanyData, EventsWrite>, req: HttpRequest) -> Result<HttpResponse, AppError> {
    let wanted = EventsParams::read(&req);
    let wanted = wanted.and_then(|all| Ok((all, cloud_event::read(&req, gate.body())?)));
    gate.change(move |actor, conn| {
        let (all, sent) = wanted?;
        let inputs: Vec<UsageInput> = sent
            .iter()
            .filter_map(|event| event.input.as_ref().ok().cloned())
            .collect();
        let unreadable = inputs.len() < sent.len();
        let (within, id) = (actor.limited_to::<EditCompanyData>(conn)?, sender(actor));
        let sender = UsageSender {
            organization: actor.organization,
            id: &id,
            within: within.as_deref(),
            zone: actor.org_zone,
        };
        match ingest(conn, sender, actor.cx.now, &inputs, all) {
            Ok(statuses) if all && unreadable => Err(EventsReport::new(sent, statuses).refuse()?),
            Ok(statuses) => {
                let answer = Answer::ok(&EventsReport::new(sent, statuses))?;
                Ok((answer, Events::none("usage events are their own record")))
            }
            Err(IngestionError::Rejected(statuses)) => Err(EventsReport::new(sent, statuses).refuse()?),
            Err(IngestionError::Failed(error)) => Err(error.into()),
        }
    })
    .await
}
