//! What the pages of errors say.

use actix_web::http::StatusCode;

use crate::app::RequestInfo;
use crate::common::error::AppError;

/// Title and text.
pub type ErrorWords = (&'static str, String);

pub fn of_error(error: &AppError, status: StatusCode, request: &RequestInfo) -> ErrorWords {
    match error {
        AppError::Forbidden(refusal) => match &refusal.reason {
            Some(reason) => ("You don’t have access at the moment", reason.clone()),
            None => (
                "You don’t have permission to do this",
                "Your role doesn’t include the permission that this page requires.".into(),
            ),
        },
        AppError::SecondFactor(organization, _) => (
            "Two-factor authentication required",
            format!(
                "{organization} requires two-factor authentication. Everything opens as soon as you have it; nothing about your access changes."
            ),
        ),
        AppError::CrossSite => (
            "This request came from another site",
            "Open the page in Tenantry and try again.".into(),
        ),
        AppError::Misdirected => ("Unknown host", "Open Tenantry at its configured address.".into()),
        AppError::Unreadable(what) => ("This request can’t be read", what.clone()),
        AppError::TooSlow => (
            "The request took too long to arrive",
            "Nothing was changed. Check your connection, then try again.".into(),
        ),
        AppError::TooMany(what) => ("Too many requests", what.clone()),
        AppError::Busy => (
            "Tenantry is busy",
            "The database doesn’t respond at the moment. Nothing was changed. Try again in a minute.".into(),
        ),
        AppError::DiskFull => (
            "The disk is full",
            "Nothing was changed. Contact the operators of this instance.".into(),
        ),
        _ => of_status(status, request),
    }
}

pub fn of_status(status: StatusCode, request: &RequestInfo) -> ErrorWords {
    match status {
        StatusCode::NOT_FOUND => (
            "Page not found",
            "Check the address. The page may have been removed, or you may not have access to it.".into(),
        ),
        StatusCode::METHOD_NOT_ALLOWED => (
            "This isn’t possible here",
            "Go back and use the buttons of the page.".into(),
        ),
        StatusCode::PAYLOAD_TOO_LARGE => ("The request is too large", "Send less at a time.".into()),
        status if status.is_client_error() => ("This request can’t be read", "Go back and try again.".into()),
        _ => (
            "Something went wrong",
            format!(
                "Your saved changes are safe. If it happens again, send this request ID to the operators of this instance: {}",
                request.id
            ),
        ),
    }
}
