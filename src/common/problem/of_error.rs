//! The problem of each error.

use actix_web::ResponseError;
use actix_web::http::StatusCode;

use crate::common::error::AppError;
use crate::common::problem::Problem;

impl Problem {
    /// The problem of an error.
    pub fn of(error: &AppError) -> Self {
        let status = error.status_code();
        let new = |kind, title, detail: &str| Self::new(kind, status, title, detail);
        match error {
            AppError::Problem(problem) => (**problem).clone(),
            AppError::Forbidden(refusal) => match &refusal.reason {
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
            AppError::Unreadable(what) => new("unreadable", "The request can’t be read", what),
            AppError::TooMany(what) => Self::too_many(what.as_str(), 1),
            _ => Self::of_status(status),
        }
    }

    /// The problem of a status that no error explains.
    pub fn of_status(status: StatusCode) -> Self {
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
        Self::new(kind, status, title, detail)
    }
}
