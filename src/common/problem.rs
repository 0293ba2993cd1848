//! Errors of the API as documents (RFC 9457).

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::http::header;
use serde::Serialize;

/// What every `type` begins with. A URN is the same on every instance.
const TYPES: &str = "urn:tenantry:problem:";

/// An error that the API answers with. The kind and the title never change; the detail may.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// The end of the `type`.
    pub kind: &'static str,
    /// The status of the answer.
    pub status: StatusCode,
    /// What happened, in the same words each time.
    pub title: &'static str,
    /// What happened this time, and what to do.
    pub detail: String,
    /// The field of the body or the parameter that is wrong.
    pub field: Option<String>,
}

#[derive(Serialize)]
struct ProblemDocument<'a> {
    #[serde(rename = "type")]
    kind: String,
    title: &'a str,
    status: u16,
    detail: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    field: Option<&'a str>,
    request_id: &'a str,
}

impl Problem {
    /// A problem without a field.
    pub fn new(kind: &'static str, status: StatusCode, title: &'static str, detail: impl Into<String>) -> Self {
        Self {
            kind,
            status,
            title,
            detail: detail.into(),
            field: None,
        }
    }

    /// A parameter or a field of a body with a wrong value.
    pub fn invalid(field: impl Into<String>, detail: impl Into<String>) -> Self {
        let status = StatusCode::UNPROCESSABLE_ENTITY;
        Self {
            field: Some(field.into()),
            ..Self::new("invalid-value", status, "A value isn’t valid", detail)
        }
    }

    /// The answer.
    pub fn respond(&self, request_id: &str) -> HttpResponse {
        let document = ProblemDocument {
            kind: format!("{TYPES}{}", self.kind),
            title: self.title,
            status: self.status.as_u16(),
            detail: &self.detail,
            field: self.field.as_deref(),
            request_id,
        };
        let mut builder = HttpResponse::build(self.status);
        builder.content_type("application/problem+json");
        match self.status {
            StatusCode::UNAUTHORIZED => {
                let challenge = match self.kind {
                    "missing-key" => "Bearer realm=\"Tenantry\"",
                    _ => "Bearer realm=\"Tenantry\", error=\"invalid_token\"",
                };
                builder.insert_header((header::WWW_AUTHENTICATE, challenge));
            }
            StatusCode::SERVICE_UNAVAILABLE => {
                builder.insert_header((header::RETRY_AFTER, "5"));
            }
            _ => {}
        }
        builder.body(serde_json::to_string(&document).unwrap_or_default())
    }
}
