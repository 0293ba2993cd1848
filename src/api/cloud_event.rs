//! Usage events as `CloudEvents` 1.0: one in JSON, a batch in JSON, or one as headers and body.

use actix_web::HttpRequest;
use actix_web::http::header::{CONTENT_TYPE, HeaderMap};
use serde::Deserialize;
use serde_json::value::RawValue;
use utoipa::ToSchema;

use crate::api::body;
use crate::api::body::Object;
use crate::common::error::AppError;
use crate::common::problem::Problem;
use crate::common::time::Time;
use crate::services::usage::input::UsageInput;

/// The most events of a batch.
const MOST: usize = 1_000;

/// An event, and what it is called in the answer if it cannot be read.
#[derive(Debug)]
pub struct SentEvent {
    pub source: Option<String>,
    pub id: Option<String>,
    pub input: Result<UsageInput, String>,
}

/// A CloudEvent 1.0 about usage.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CloudEvent<'a> {
    #[schema(pattern = "^1\\.0$", example = "1.0")]
    specversion: String,
    #[schema(example = "call-4711")]
    id: String,
    #[schema(example = "dialer")]
    source: String,
    /// The meter.
    #[serde(rename = "type")]
    #[schema(
        pattern = "^(voice_seconds|calls|sms_segments|self_healing_actions|waba_fee|leads)$",
        example = "voice_seconds"
    )]
    kind: String,
    /// The slug of a company.
    #[schema(example = "harbor-recovery")]
    subject: String,
    /// At most 35 days ago and five minutes ahead; the time of the request if it is missing.
    #[schema(format = DateTime, example = "2026-11-28T09:30:00Z")]
    time: Option<String>,
    #[serde(borrow, deserialize_with = "body::object")]
    data: EventData<'a>,
    // Attributes that say nothing about usage.
    #[serde(rename = "datacontenttype")]
    _datacontenttype: Option<String>,
    #[serde(rename = "dataschema")]
    _dataschema: Option<String>,
    #[serde(rename = "traceparent")]
    _traceparent: Option<String>,
    #[serde(rename = "tracestate")]
    _tracestate: Option<String>,
    #[serde(rename = "partitionkey")]
    _partitionkey: Option<String>,
    #[serde(rename = "sequence")]
    _sequence: Option<String>,
}

/// What is counted.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct EventData<'a> {
    // As text, so that no decimal is lost.
    /// How much, with at most six decimals.
    #[serde(borrow)]
    #[schema(value_type = f64, minimum = 0, example = 184)]
    quantity: &'a RawValue,
}

/// What an event that cannot be read is called.
#[derive(Default, Deserialize)]
struct EventName {
    source: Option<String>,
    id: Option<String>,
}

/// Reads the events of a request.
///
/// # Errors
/// When the body as a whole cannot be read. What is wrong with one event stands with it.
pub fn read(req: &HttpRequest, bytes: &[u8]) -> Result<Vec<SentEvent>, AppError> {
    body::check_depth(bytes)?;
    let kind = text(req.headers(), CONTENT_TYPE.as_str()).unwrap_or_default();
    let kind = kind.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    match kind.as_str() {
        "application/cloudevents-batch+json" => {
            let all: Vec<&RawValue> = serde_json::from_slice(bytes).map_err(|error| body::of(bytes, &error, None))?;
            if all.len() > MOST {
                return Err(Problem::invalid("events", format!("Send at most {MOST} events in one request.")).into());
            }
            Ok(all.into_iter().map(|one| structured(one.get())).collect())
        }
        "application/cloudevents+json" => {
            let one: &RawValue = serde_json::from_slice(bytes).map_err(|error| body::of(bytes, &error, None))?;
            Ok(vec![structured(one.get())])
        }
        "application/json" if req.headers().contains_key("ce-specversion") => Ok(vec![binary(req.headers(), bytes)]),
        _ => Err(Problem::new(
            "unsupported-media-type",
            actix_web::http::StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "The content type isn’t supported",
            "Send application/cloudevents+json, application/cloudevents-batch+json, or application/json with the headers ce-specversion, \
             ce-id, ce-source, ce-type and ce-subject.",
        )
        .into()),
    }
}

fn structured(text: &str) -> SentEvent {
    match serde_json::from_str::<Object<CloudEvent<'_>>>(text) {
        Ok(Object(event)) => SentEvent {
            source: Some(event.source.clone()),
            id: Some(event.id.clone()),
            input: input(event),
        },
        Err(error) => {
            let name = serde_json::from_str::<Object<EventName>>(text);
            let Object(name) = name.unwrap_or(Object(EventName::default()));
            SentEvent {
                source: name.source,
                id: name.id,
                input: Err(body::words(&error)),
            }
        }
    }
}

fn input(event: CloudEvent<'_>) -> Result<UsageInput, String> {
    if event.specversion != "1.0" {
        return Err("specversion must be 1.0".to_owned());
    }
    let occurred_at = match event.time {
        None => None,
        Some(text) => Some(Time::parse_rfc3339(&text).ok_or("time must be a time like 2026-11-28T09:30:00Z")?),
    };
    Ok(UsageInput {
        source: event.source,
        id: event.id,
        meter: event.kind,
        subject: event.subject,
        quantity: event.data.quantity.get().to_owned(),
        occurred_at,
    })
}

/// The attributes in headers (HTTP protocol binding 1.0.2, 3.1), the data in the body.
fn binary(headers: &HeaderMap, bytes: &[u8]) -> SentEvent {
    let take = |name: &str| text(headers, name).map(percent_decoded);
    let (source, id) = (take("ce-source"), take("ce-id"));
    let input = || {
        let must = |value: Option<String>, name: &str| value.ok_or(format!("the header {name} is missing"));
        let Object(data): Object<EventData<'_>> = serde_json::from_slice(bytes).map_err(|error| body::words(&error))?;
        input(CloudEvent {
            specversion: must(take("ce-specversion"), "ce-specversion")?,
            id: must(id.clone(), "ce-id")?,
            source: must(source.clone(), "ce-source")?,
            kind: must(take("ce-type"), "ce-type")?,
            subject: must(take("ce-subject"), "ce-subject")?,
            time: take("ce-time"),
            data,
            _datacontenttype: None,
            _dataschema: None,
            _traceparent: None,
            _tracestate: None,
            _partitionkey: None,
            _sequence: None,
        })
    };
    let input = input();
    SentEvent { source, id, input }
}

fn text(headers: &HeaderMap, name: &str) -> Option<String> {
    headers.get(name)?.to_str().ok().map(str::to_owned)
}

/// Values of headers have everything but printable ASCII percent-encoded.
fn percent_decoded(text: String) -> String {
    if !text.contains('%') {
        return text;
    }
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        let code = (*first == b'%')
            .then(|| after.get(..2).and_then(|code| std::str::from_utf8(code).ok()))
            .flatten()
            .and_then(|code| u8::from_str_radix(code, 16).ok());
        match code {
            Some(byte) => {
                bytes.push(byte);
                rest = after.get(2..).unwrap_or_default();
            }
            None => {
                bytes.push(*first);
                rest = after;
            }
        }
    }
    String::from_utf8(bytes).unwrap_or(text)
}
