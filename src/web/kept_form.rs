//! What someone typed into a form that was refused because they had to sign in, or to prove again who they are. It comes back in
//! the form: encrypted in a cookie for 15 minutes, without passwords and codes. The server keeps nothing of it.

mod fill;

use std::io::{Read, Write};

use actix_web::body::{BoxBody, MessageBody, to_bytes};
use actix_web::cookie::time::Duration;
use actix_web::cookie::{Cookie, SameSite};
use actix_web::dev::ServiceResponse;
use actix_web::http::{Method, StatusCode, header};
use actix_web::{HttpMessage, HttpRequest, HttpResponse, HttpResponseBuilder, web};
use flate2::Compression;
use flate2::read::DeflateDecoder;
use flate2::write::DeflateEncoder;
use serde::{Deserialize, Serialize};

use crate::app::{App, ReceivedBody, RequestInfo};
use crate::common::time::{Span, Time};

/// How long it is kept.
const KEPT: Span = Span::minutes(15);
/// The largest form that is kept, in bytes, and the largest cookie: browsers allow about 4,096 with name and attributes.
pub const LARGEST: usize = 16 * 1024;
const COOKIE: usize = 3_800;
/// What is never kept: fields whose names have one of these in them.
const SECRETS: [&str; 5] = ["password", "code", "credential", "token", "secret"];
const TABLE: &str = "kept_forms";

#[derive(Debug, Serialize, Deserialize)]
struct KeptForm {
    /// The path that the form is sent to.
    action: String,
    fields: Vec<(String, String)>,
    /// Who typed it, where that is known; empty for a session that had ended.
    #[serde(default)]
    person: String,
    until: i64,
}

fn name(app: &App) -> &'static str {
    if app.config.is_https() { "__Host-kept" } else { "kept" }
}

fn cookie(app: &App, value: String, age: Duration) -> Cookie<'static> {
    Cookie::build(name(app), value)
        .path("/")
        .http_only(true)
        .secure(app.config.is_https())
        .same_site(SameSite::Lax)
        .max_age(age)
        .finish()
}

fn sealed(app: &App, form: &KeptForm) -> Option<String> {
    let mut packed = DeflateEncoder::new(Vec::new(), Compression::best());
    packed.write_all(&serde_json::to_vec(form).ok()?).ok()?;
    Some(app.sealer.seal(TABLE, "", &packed.finish().ok()?))
}

fn opened(app: &App, value: &str) -> Option<KeptForm> {
    let packed = app.sealer.open(TABLE, "", value).ok()?;
    let mut text = Vec::new();
    DeflateDecoder::new(packed.as_slice())
        .take(8 * LARGEST as u64)
        .read_to_end(&mut text)
        .ok()?;
    let form: KeptForm = serde_json::from_slice(&text).ok()?;
    (Time(form.until) > app.clock.now()).then_some(form)
}

/// Keeps what the form of a refused request had, if it fits into a cookie.
pub fn keep(answer: &mut HttpResponse, req: &HttpRequest, app: &App, request: &RequestInfo) {
    let Some(ReceivedBody(body)) = req.extensions().get::<ReceivedBody>().cloned() else {
        return;
    };
    let Ok(fields) = web::Query::<Vec<(String, String)>>::from_query(&String::from_utf8_lossy(&body)) else {
        return;
    };
    let secret = |name: &str| SECRETS.iter().any(|part| name.contains(part));
    let fields: Vec<_> = fields
        .into_inner()
        .into_iter()
        .filter(|(name, _)| !secret(name))
        .collect();
    if fields.iter().all(|(_, value)| value.is_empty()) {
        return;
    }
    let form = KeptForm {
        action: req.path().to_owned(),
        fields,
        person: request.who.get().map(|(_, person)| person.clone()).unwrap_or_default(),
        until: (app.clock.now() + KEPT).0,
    };
    if let Some(value) = sealed(app, &form).filter(|value| value.len() <= COOKIE) {
        let kept = cookie(app, value, Duration::minutes(15));
        if let Err(error) = answer.add_cookie(&kept) {
            tracing::warn!(%error, "the cookie of a form was not set");
        }
    }
}

/// Forgets what was typed, when someone signs out.
pub fn forget(answer: &mut HttpResponse, app: &App) {
    // Removing a cookie is setting one that is over.
    let _ = answer.add_cookie(&cookie(app, String::new(), Duration::ZERO));
}

/// What the browser brings of a form, for a page that may have it.
pub fn brought(req: &HttpRequest, app: &App) -> Option<String> {
    let asked = *req.method() == Method::GET;
    asked
        .then(|| req.cookie(name(app)))?
        .map(|cookie| cookie.value().to_owned())
}

/// Fills in what was typed where the page has the form, and forgets it then.
pub async fn fill(
    response: ServiceResponse<BoxBody>,
    brought: &str,
    app: &App,
    request: &RequestInfo,
) -> ServiceResponse<BoxBody> {
    let is_page = response
        .headers()
        .get(header::CONTENT_TYPE)
        .is_some_and(|kind| kind.as_bytes().starts_with(b"text/html"));
    if response.status() != StatusCode::OK || !is_page {
        return response;
    }
    let reader = request.who.get().map_or("", |(_, person)| person);
    let form = opened(app, brought).filter(|form| form.person.is_empty() || form.person == reader);
    let Some(form) = form else {
        return response;
    };
    let (req, answer) = response.into_parts();
    let (answer, body) = answer.into_parts();
    let Ok(body) = to_bytes(body).await else {
        return ServiceResponse::new(
            req,
            HttpResponseBuilder::new(StatusCode::INTERNAL_SERVER_ERROR).finish(),
        );
    };
    let path = request.path.split('?').next().unwrap_or_default();
    let filled = std::str::from_utf8(&body)
        .ok()
        .and_then(|html| fill::filled(html, path, &form.action, form.fields));
    let mut answer = match filled {
        Some(html) => {
            let mut answer = answer.set_body(html.boxed());
            let _ = answer.add_cookie(&cookie(app, String::new(), Duration::ZERO));
            answer
        }
        None => answer.set_body(body.boxed()),
    };
    answer.headers_mut().remove(header::ETAG);
    ServiceResponse::new(req, answer)
}
