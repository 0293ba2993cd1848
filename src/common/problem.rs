//! Errors of the API as documents (RFC 9457).

mod of_error;

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::http::header;
use serde::Serialize;
use utoipa::ToSchema;

/// What every `type` begins with. A URN is the same on every instance.
pub const TYPES: &str = "urn:tenantry:problem:";

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
    /// Seconds after which the request can be sent again.
    pub retry_after: Option<u32>,
}

/// The content type of a problem document.
pub const CONTENT_TYPE: &str = "application/problem+json";

/// An error (RFC 9457).
#[derive(Serialize, ToSchema)]
pub struct ProblemDocument<'a> {
    /// What happened. It never changes.
    #[serde(rename = "type")]
    #[schema(
        pattern = "^urn:tenantry:problem:[a-z-]+$",
        example = "urn:tenantry:problem:invalid-value"
    )]
    kind: String,
    /// The same words each time.
    #[schema(example = "A value isn’t valid")]
    title: &'a str,
    #[schema(example = 422)]
    status: u16,
    /// What happened this time, and what to do.
    #[schema(example = "Send a number from 1 to 200.")]
    detail: &'a str,
    /// The field or the parameter that is wrong.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "limit")]
    field: Option<&'a str>,
    /// Names the request, also in the log of the instance.
    #[schema(example = "0193a1b2c3d4e5f60718293a4b5c6d7e")]
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
            retry_after: (status == StatusCode::SERVICE_UNAVAILABLE).then_some(5),
        }
    }

    /// Too many requests: the next one is answered after so many seconds.
    pub fn too_many(detail: impl Into<String>, retry_after: u32) -> Self {
        Self {
            retry_after: Some(retry_after),
            ..Self::new(
                "too-many-requests",
                StatusCode::TOO_MANY_REQUESTS,
                "Too many requests",
                detail,
            )
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

    /// The document.
    pub fn document(&self, request_id: &str) -> String {
        let document = ProblemDocument {
            kind: format!("{TYPES}{}", self.kind),
            title: self.title,
            status: self.status.as_u16(),
            detail: &self.detail,
            field: self.field.as_deref(),
            request_id,
        };
        serde_json::to_string(&document).unwrap_or_default()
    }

    /// The answer.
    pub fn respond(&self, request_id: &str) -> HttpResponse {
        let mut builder = HttpResponse::build(self.status);
        builder.content_type(CONTENT_TYPE);
        if self.status == StatusCode::UNAUTHORIZED {
            let challenge = match self.kind {
                "missing-key" => "Bearer realm=\"Tenantry\"",
                _ => "Bearer realm=\"Tenantry\", error=\"invalid_token\"",
            };
            builder.insert_header((header::WWW_AUTHENTICATE, challenge));
        }
        if let Some(seconds) = self.retry_after {
            builder.insert_header((header::RETRY_AFTER, seconds.to_string()));
        }
        builder.body(self.document(request_id))
    }
}
