//! The body of a request to the API.

use actix_web::http::StatusCode;
use actix_web::web::{Bytes, Payload};
use serde::de::{DeserializeOwned, IgnoredAny};

use crate::common::error::AppError;
use crate::common::problem::Problem;

/// The largest body, in bytes.
pub const LARGEST: usize = 1024 * 1024;

/// How deep arrays and objects may be nested.
const DEEPEST: usize = 32;

/// The whole body.
pub(super) async fn bytes(payload: Payload) -> Result<Bytes, AppError> {
    let whole = payload.to_bytes_limited(LARGEST).await;
    let whole = whole.map_err(|_| unreadable("The body is too large. Send at most 1 MB."))?;
    whole.map_err(|_| unreadable("The body did not arrive whole."))
}

/// A JSON document of a known form.
pub fn read<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, AppError> {
    check_depth(bytes)?;
    serde_json::from_slice(bytes).map_err(|error| of(bytes, &error))
}

/// A body that cannot be read at all.
pub fn unreadable(detail: impl Into<String>) -> AppError {
    Problem::new(
        "unreadable",
        StatusCode::BAD_REQUEST,
        "The request can’t be read",
        detail,
    )
    .into()
}

/// What is wrong with a document: no JSON, or another form.
pub fn of(bytes: &[u8], error: &serde_json::Error) -> AppError {
    // What is no JSON can have the wrong form before.
    if let Err(error) = serde_json::from_slice::<IgnoredAny>(bytes) {
        return unreadable(format!(
            "The body is not JSON: line {}, column {}.",
            error.line(),
            error.column()
        ));
    }
    let words = words(error);
    let unknown = words
        .strip_prefix("unknown field `")
        .and_then(|rest| rest.split('`').next());
    let status = StatusCode::UNPROCESSABLE_ENTITY;
    match unknown {
        Some(name) => Problem {
            field: Some(name.chars().take(60).collect()),
            ..Problem::new(
                "unknown-field",
                status,
                "The request has an unknown field",
                format!("{words}."),
            )
        },
        None => Problem::new(
            "invalid-value",
            status,
            "A value isn’t valid",
            format!("{words} (line {}, column {}).", error.line(), error.column()),
        ),
    }
    .into()
}

/// The words of an error without its place.
pub fn words(error: &serde_json::Error) -> String {
    let text = error.to_string();
    text.split(" at line ")
        .next()
        .unwrap_or_default()
        .chars()
        .take(300)
        .collect()
}

/// Refuses documents that are nested too deeply.
pub fn check_depth(bytes: &[u8]) -> Result<(), AppError> {
    let (mut depth, mut in_text, mut escaped) = (0_usize, false, false);
    for byte in bytes {
        match (in_text, byte) {
            (true, _) if escaped => escaped = false,
            (true, b'\\') => escaped = true,
            (_, b'"') => in_text = !in_text,
            (false, b'[' | b'{') => depth += 1,
            (false, b']' | b'}') => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth > DEEPEST {
            return Err(unreadable(format!("The body is nested deeper than {DEEPEST} levels.")));
        }
    }
    Ok(())
}
