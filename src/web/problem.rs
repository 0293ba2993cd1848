//! The errors of the API, as problem documents in place of pages.

use actix_web::HttpResponse;
use actix_web::body::BoxBody;
use actix_web::dev::ServiceResponse;
use actix_web::http::{StatusCode, header};

use crate::app::RequestInfo;
use crate::common::error::AppError;
use crate::common::problem::Problem;
use crate::web::route_tree::pattern;

/// Whether a path is of the API.
pub fn is_api(path: &str) -> bool {
    path == "/api" || path.starts_with("/api/")
}

/// The problem document of an error.
pub fn document(response: &ServiceResponse<BoxBody>, error: Option<&AppError>, request: &RequestInfo) -> HttpResponse {
    if let Some(AppError::Internal(what)) = error {
        let route = pattern(response.request()).unwrap_or_default();
        tracing::error!(request_id = %request.id, %route, %what, "internal error");
    }
    if let Some(AppError::CompanyMoved(slug)) = error {
        return moved(request, slug);
    }
    let problem = match error {
        Some(AppError::Problem(problem)) => (**problem).clone(),
        error => of(response.status(), error),
    };
    let mut answer = problem.respond(&request.id);
    if let Some(allowed) = response.headers().get(header::ALLOW) {
        answer.headers_mut().insert(header::ALLOW, allowed.clone());
    }
    answer
}

/// The same address with the present slug of the company (RFC 9110, 15.4.9).
fn moved(request: &RequestInfo, slug: &str) -> HttpResponse {
    let start = "/api/v1/companies/";
    let rest = request.path.strip_prefix(start).unwrap_or_default();
    let rest = rest.find(['/', '?']).map_or("", |end| &rest[end..]);
    HttpResponse::PermanentRedirect()
        .insert_header((header::LOCATION, format!("{start}{slug}{rest}")))
        .finish()
}

fn of(status: StatusCode, error: Option<&AppError>) -> Problem {
    let new = |kind, title, detail: &str| Problem::new(kind, status, title, detail);
    match error {
        Some(AppError::Forbidden(refusal)) => match &refusal.reason {
            Some(reason) => new("not-possible-now", "This isn’t possible at the moment", reason),
            None => new(
                "missing-permission",
                "The owner of the API key lacks a permission",
                &format!(
                    "This request needs the permission {} ({}).",
                    refusal.key, refusal.permission
                ),
            ),
        },
        Some(AppError::Unreadable(what)) => new("unreadable", "The request can’t be read", what),
        Some(AppError::TooMany(what)) => new("too-many-requests", "Too many requests", what),
        _ => of_status(status),
    }
}

fn of_status(status: StatusCode) -> Problem {
    let (kind, title, detail) = match status {
        StatusCode::NOT_FOUND => (
            "not-found",
            "Not found",
            "Check the address. What it names doesn’t exist, or the key can’t reach it.",
        ),
        StatusCode::METHOD_NOT_ALLOWED => (
            "method-not-allowed",
            "The address doesn’t have this method",
            "The header Allow names the methods of this address.",
        ),
        StatusCode::MISDIRECTED_REQUEST => (
            "unknown-host",
            "Unknown host",
            "Send requests to the configured address of this instance.",
        ),
        StatusCode::REQUEST_TIMEOUT => (
            "too-slow",
            "The request took too long to arrive",
            "Nothing was changed. Send the request again.",
        ),
        StatusCode::PAYLOAD_TOO_LARGE => ("too-large", "The request is too large", "Send less in one request."),
        StatusCode::SERVICE_UNAVAILABLE => (
            "unavailable",
            "Tenantry is busy",
            "Nothing was changed. Send the request again after the time in the header Retry-After.",
        ),
        status if status.is_server_error() => (
            "internal-error",
            "Something went wrong",
            "Nothing was changed. The operators of this instance find the cause by the request id.",
        ),
        _ => (
            "bad-request",
            "The request can’t be answered",
            "Check the request and send it again.",
        ),
    };
    Problem::new(kind, status, title, detail)
}
