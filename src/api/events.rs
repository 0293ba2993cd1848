//! Usage events.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use serde::{Deserialize, Serialize};

use crate::api::cloud_event::SentEvent;
use crate::api::{body, cloud_event, json};
use crate::api_auth::ApiGate;
use crate::audit::Events;
use crate::auth::actor::Actor;
use crate::authz::decision::Reach;
use crate::authz::permission::{EditCompanyData, Permission};
use crate::authz::scope::EventsWrite;
use crate::common::error::AppError;
use crate::common::id::CompanyId;
use crate::common::problem::Problem;
use crate::db::Conn;
use crate::services::usage::ingest::{IngestionError, UsageSender, UsageStatus, ingest};
use crate::services::usage::input::UsageInput;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EventsQuery {
    #[serde(default)]
    mode: String,
}

impl EventsQuery {
    fn wants_all(&self) -> Result<bool, Problem> {
        match self.mode.as_str() {
            "" | "partial" => Ok(false),
            "all" => Ok(true),
            _ => Err(Problem::invalid("mode", "Send partial or all.")),
        }
    }
}

#[derive(Serialize)]
struct EventResult {
    source: Option<String>,
    id: Option<String>,
    status: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
}

#[derive(Default, Serialize)]
struct EventsReport {
    accepted: usize,
    duplicates: usize,
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
    fn refuse(mut self) -> Result<HttpResponse, AppError> {
        self.accepted = 0;
        for result in self.results.iter_mut().filter(|result| result.status == "accepted") {
            result.status = "not_kept";
        }
        let mut answer = json(&self)?;
        *answer.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
        Ok(answer)
    }
}

/// The companies to which the key is limited; `None`: all.
pub(super) fn within(conn: &mut Conn, actor: &Actor) -> Result<Option<Vec<CompanyId>>, AppError> {
    Ok(match actor.reach::<EditCompanyData>() {
        Reach::Everywhere => None,
        _ => Some(actor.own_companies(conn, EditCompanyData::ID)?),
    })
}

/// The key that sends.
pub(super) fn sender(actor: &Actor) -> String {
    actor
        .key
        .as_ref()
        .map_or_else(|| actor.id.to_string(), |key| key.id.to_string())
}

/// `POST /api/v1/events`
pub async fn create(
    gate: ApiGate<EditCompanyData, EventsWrite>,
    query: web::Query<EventsQuery>,
    req: HttpRequest,
    payload: web::Payload,
) -> Result<HttpResponse, AppError> {
    let all = query.wants_all()?;
    let sent = cloud_event::read(&req, &body::bytes(payload).await?)?;
    let inputs: Vec<UsageInput> = sent
        .iter()
        .filter_map(|event| event.input.as_ref().ok().cloned())
        .collect();
    let unreadable = inputs.len() < sent.len();
    let written = gate
        .try_write(move |actor, conn| {
            let within = within(conn, actor)?;
            let id = sender(actor);
            let sender = UsageSender {
                organization: actor.organization,
                id: &id,
                within: within.as_deref(),
                zone: actor.org_zone,
            };
            let now = actor.cx.now;
            let statuses = ingest(conn, sender, now, &inputs, all)?;
            if all && unreadable {
                return Err(IngestionError::Rejected(statuses));
            }
            Ok((statuses, Events::none("usage events are their own record")))
        })
        .await;
    match written {
        Ok(statuses) => json(&EventsReport::new(sent, statuses)),
        Err(IngestionError::Rejected(statuses)) => EventsReport::new(sent, statuses).refuse(),
        Err(IngestionError::Failed(error)) => Err(error),
    }
}
