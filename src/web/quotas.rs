//! What an answer of the API says about the quotas (draft-ietf-httpapi-ratelimit-headers).

use std::fmt::Write;

use actix_web::body::BoxBody;
use actix_web::dev::ServiceResponse;
use actix_web::http::header::{HeaderName, HeaderValue};

use crate::app::api_limits::QuotaLeft;
use crate::app::{App, RequestInfo};
use crate::web::problem::is_api;

static POLICY: HeaderName = HeaderName::from_static("ratelimit-policy");
static LEFT: HeaderName = HeaderName::from_static("ratelimit");

/// Adds the headers `RateLimit-Policy` and `RateLimit` to an answer of the API.
pub fn say(response: &mut ServiceResponse<BoxBody>, app: &App, request: &RequestInfo) {
    if !is_api(&request.path) {
        return;
    }
    let policies = app.api_limits.policy();
    let policies = listed(policies, |to, (name, quota)| write!(to, "\"{name}\";q={quota};w=60"));
    let left = request.quotas.get().map_or(&[][..], |left| left.0.as_slice());
    let left = listed(left.iter(), |to, QuotaLeft { name, left, reset, .. }| {
        write!(to, "\"{name}\";r={left};t={reset}")
    });
    for (name, value) in [(&POLICY, policies), (&LEFT, left)] {
        if let Some(value) = value.and_then(|value| HeaderValue::from_str(&value).ok()) {
            response.headers_mut().insert(name.clone(), value);
        }
    }
}

/// A list of structured fields (RFC 9651); `None` when it is empty.
fn listed<T>(items: impl Iterator<Item = T>, item: impl Fn(&mut String, T) -> std::fmt::Result) -> Option<String> {
    let mut text = String::new();
    for one in items {
        if !text.is_empty() {
            text.push_str(", ");
        }
        item(&mut text, one).ok()?;
    }
    Some(text).filter(|text| !text.is_empty())
}
